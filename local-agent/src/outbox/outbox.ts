import { AgentProposalRequest, HealthReportBody, Observation, UtcInstant } from "@studio-os/functions/contracts";
import type { AgentPayload, DeviceDescriptor, ObservationGap } from "@studio-os/functions/contracts";
import * as z from "zod";

/** Most observations that wait, and most bytes of them: some 48 h offline with 100 devices. */
const OUTBOX_MAX_OBSERVATIONS = 500_000;
const OUTBOX_MAX_BYTES = 96 * 1024 * 1024;
/** Most proposals that wait. They are never dropped to make room: one too many is refused and said. */
const OUTBOX_MAX_PROPOSALS = 1_000;

export interface OutboxBounds {
  readonly maxObservations: number;
  readonly maxBytes: number;
  readonly maxProposals: number;
}

export const DEFAULT_BOUNDS: OutboxBounds = {
  maxObservations: OUTBOX_MAX_OBSERVATIONS,
  maxBytes: OUTBOX_MAX_BYTES,
  maxProposals: OUTBOX_MAX_PROPOSALS,
};

/**
 * What an observation is worth when not all fit: `low` only repeats what was said before, `normal` is a change, `high` a
 * sample of a firing, `urgent` the change of a sensor that warns. The lowest goes first, within one rank the oldest.
 */
export const RANKS = ["low", "normal", "high", "urgent"] as const;
export type Rank = (typeof RANKS)[number];

/** One thing that waits to be sent, with the time at which it was queued. */
export const OutboxItem = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("observation"),
    queuedAt: UtcInstant,
    observation: Observation,
    rank: z.enum(RANKS).optional(),
  }),
  z.strictObject({ kind: z.literal("proposal"), queuedAt: UtcInstant, proposal: AgentProposalRequest }),
]);
export type OutboxItem = z.infer<typeof OutboxItem>;

/** What is kept together or not at all: the items, the names of their devices, and what the rules have to remember. */
export interface OutboxBatch {
  readonly items: readonly OutboxItem[];
  readonly devices?: readonly DeviceDescriptor[];
  /** Small texts by name, read again at the next start. */
  readonly marks?: Readonly<Record<string, string>>;
}

export interface Appended {
  readonly droppedObservations: number;
  readonly refusedProposals: number;
}

/** The newest word on the connectors; an older one that still waits is replaced by it. */
export const HealthReport = z.strictObject({
  at: UtcInstant,
  connectors: HealthReportBody.shape.connectors,
  vitals: HealthReportBody.shape.vitals,
  /** True: something changed for the worse or the better, and it should not wait for other news. */
  isUrgent: z.boolean().optional(),
  /** How many dropped observations this report tells of; acknowledging it takes them off the count. */
  reportedDrops: z.int().min(0),
});
export type HealthReport = z.infer<typeof HealthReport>;

/** What the signer needs to make an envelope of it. `sentAt` is when the newest item in it was queued. */
export interface EnvelopeDraft {
  readonly bootId: string;
  readonly seq: number;
  readonly sentAt: string;
  readonly payload: AgentPayload;
}

/** A signed envelope. Its text never changes again, so that a resend is the same bytes. */
export const SealedEnvelope = z.strictObject({
  seq: z.int().min(1),
  text: z.string(),
  reportedDrops: z.int().min(0),
});
export type SealedEnvelope = z.infer<typeof SealedEnvelope>;

export interface OutboxCounts {
  readonly observations: number;
  readonly proposals: number;
  readonly bytes: number;
  /** Observations that were dropped to make room and that no acknowledged report has told of yet. */
  readonly unreportedDrops: number;
  /** When those were queued, from the first to the last of them. */
  readonly unreportedGap: ObservationGap | null;
  readonly hasSealed: boolean;
  /** Proposals, observations of rank `urgent` and an urgent report: what should not wait for a fuller envelope. */
  readonly urgent: number;
  readonly hasHealth: boolean;
}

/**
 * The queue between the devices and Pub/Sub. What `append` has resolved for is durable. Items leave in the order in which
 * they came, as envelopes numbered 1, 2, 3 … within one `bootId`; at most one envelope is sealed at a time, and it is
 * offered again, unchanged, until it is acknowledged. Calls may overlap; they take effect one after another.
 */
export interface Outbox {
  readonly bootId: string;
  append(batch: OutboxBatch): Promise<Appended>;
  reportHealth(report: HealthReport): Promise<void>;
  /** The envelope that waits for its acknowledgement, or a new one made by `seal`; null when nothing waits. */
  nextSealed(seal: (draft: EnvelopeDraft) => string): Promise<SealedEnvelope | null>;
  /** Forgets the sealed envelope. Another `seq` than the sealed one changes nothing. */
  acknowledge(seq: number): Promise<void>;
  readMarks(): Promise<Readonly<Record<string, string>>>;
  counts(): OutboxCounts;
  close(): Promise<void>;
}
