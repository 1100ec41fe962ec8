import * as z from "zod";
import { DocId, UtcInstant } from "./primitives.js";

/** How far a reading can be trusted. `stale` and `unknown` are never shown without saying so; `simulated` is badged. */
export const QUALITIES = ["live", "stale", "unknown", "simulated"] as const;
export const Quality = z.enum(QUALITIES);
export type Quality = z.infer<typeof Quality>;

/** Device ids carry their connector: `hubitat:12`, `roborock:abc`. The part before the colon is the connector's id. */
export const DeviceId = z.string().regex(/^[a-z0-9-]{2,30}:[A-Za-z0-9_.-]{1,80}$/);
export type DeviceId = z.infer<typeof DeviceId>;

export const AttributeName = z.string().regex(/^[a-z][A-Za-z0-9]{0,63}$/);
export const ReadingValue = z.union([z.number(), z.boolean(), z.string().max(200), z.null()]);

/** What a device said about one attribute at one moment (M12.4). `receivedAt` is added by the cloud, never by the agent. */
export const Observation = z.strictObject({
  deviceId: DeviceId,
  attribute: AttributeName,
  /** null: the device answered without a usable value; quality is then `unknown`. */
  value: ReadingValue,
  unit: z.string().max(16).nullable(),
  observedAt: UtcInstant,
  source: z.enum(["poll", "push"]),
  quality: Quality,
});
export type Observation = z.infer<typeof Observation>;

/** Which zone of which kiln a sensor sits in: its temperatures are samples of whatever is fired there. */
export const KilnBinding = z.strictObject({ kilnId: DocId, zone: z.string().regex(/^[a-z0-9-]{1,20}$/) });
export type KilnBinding = z.infer<typeof KilnBinding>;

/** The newest reading of one attribute, as the cloud keeps it. */
export const LatestReading = z.strictObject({
  value: ReadingValue,
  unit: z.string().max(16).nullable(),
  observedAt: UtcInstant,
  receivedAt: UtcInstant,
  source: Observation.shape.source,
  quality: Quality,
});
export type LatestReading = z.infer<typeof LatestReading>;

/** One device and the newest value of each attribute. */
export const Device = z.strictObject({
  deviceId: DeviceId,
  name: z.string().max(120),
  kind: z.string().max(40),
  room: z.string().max(80).nullable(),
  kiln: KilnBinding.optional(),
  agentId: DocId,
  readings: z.record(AttributeName, LatestReading),
  lastSeenAt: UtcInstant,
  updatedAt: UtcInstant,
});
export type Device = z.infer<typeof Device>;

/** Most readings on one board: with 170 bytes each they stay well below Firestore's bound of 1 MiB. */
export const BOARD_MAX_READINGS = 4_000;
/** And most bytes of it, for readings that are longer. */
export const BOARD_MAX_BYTES = 900_000;

/**
 * The newest readings of all devices of one agent: one write for each envelope, and one read for whoever watches. Stored
 * at `devices/{agentId}`; written by functions from verified envelopes; rebuilt from `observations` if lost.
 */
export const DeviceBoard = z.strictObject({
  agentId: DocId,
  devices: z.record(DeviceId, Device),
  updatedAt: UtcInstant,
});
export type DeviceBoard = z.infer<typeof DeviceBoard>;

/** The observations of one accepted envelope, without those that only repeat the one before them. */
export const ObservationBatch = z.strictObject({
  seq: z.int().min(1),
  /** The beginning of the envelope's signature: tells another envelope of this number from the same one once more. */
  mark: z.string().max(24),
  sentAt: UtcInstant,
  receivedAt: UtcInstant,
  /** True: it arrived so long after it was sent that it tells of the past and never of now. */
  isLate: z.boolean(),
  observations: z.array(Observation).max(400),
});
export type ObservationBatch = z.infer<typeof ObservationBatch>;

/** A bucket is closed once it holds this many observations, or spans this much of the time of receipt (milliseconds). */
export const BUCKET_OBSERVATIONS = 300;
export const BUCKET_SPAN_MS = 15 * 60_000;

/**
 * A piece of history: the batches of about a quarter of an hour. Stored at `observations/{agentId}.{bootId}.{first seq}`;
 * create-only; written by functions in the commit that empties the stream's tail; kept as long as the retention says.
 */
export const ObservationBucket = z.strictObject({
  agentId: DocId,
  bootId: DocId,
  /** `{agentId}.{bootId}.{seq}` of each batch: where an envelope lies can be asked. */
  seqKeys: z.array(z.string().max(300)).min(1).max(2_000),
  /** Receipt of the first and of the last batch. */
  fromAt: UtcInstant,
  receivedAt: UtcInstant,
  batches: z.array(ObservationBatch).min(1).max(2_000),
});
export type ObservationBucket = z.infer<typeof ObservationBucket>;

/** Observations that an agent had to drop because its outbox was full, by when they were queued. */
export const ObservationGap = z.strictObject({ fromAt: UtcInstant, toAt: UtcInstant, observations: z.int().min(1) });
export type ObservationGap = z.infer<typeof ObservationGap>;

/** What an agent says of itself. */
export const AgentVitals = z.strictObject({
  /** Of the agent's program; absent from those that do not say. */
  version: z.string().max(40).optional(),
  startedAt: UtcInstant,
  /** How far its clock is ahead of the cloud's; null: not measured. Milliseconds. */
  clock: z.strictObject({ skewMs: z.int(), uncertaintyMs: z.int().min(0), measuredAt: UtcInstant }).nullable(),
  waiting: z.strictObject({ observations: z.int().min(0), proposals: z.int().min(0), bytes: z.int().min(0) }),
  /** What was dropped since the last report that arrived. */
  gap: ObservationGap.nullable(),
  rules: z.strictObject({ count: z.int().min(0), hasProblem: z.boolean() }),
});
export type AgentVitals = z.infer<typeof AgentVitals>;

/** How one connector does, by its own real calls. */
export const ConnectorHealth = z.strictObject({
  agentId: DocId,
  connectorId: z.string().max(30),
  state: z.enum(["healthy", "degraded", "down", "not_configured"]),
  lastSuccessAt: UtcInstant.nullable(),
  lastError: z.string().max(40).nullable(),
  consecutiveFailures: z.int().min(0),
  /** The worst of its circuit breakers; absent where it has none, and from agents that do not say. */
  breaker: z.enum(["closed", "open", "half_open"]).optional(),
  reportedAt: UtcInstant,
  receivedAt: UtcInstant,
});
export type ConnectorHealth = z.infer<typeof ConnectorHealth>;

/** Gaps that are remembered of one agent; past it the oldest go. */
export const MAX_GAPS = 20;
/** An agent reports on itself every five minutes; after two reports that did not come it is offline. Milliseconds. */
export const AGENT_OFFLINE_AFTER_MS = 11 * 60_000;

/**
 * How an agent and its connectors do. Stored at `connectorHealth/{agentId}`; written by functions when a report arrives,
 * and when none has for `AGENT_OFFLINE_AFTER_MS`.
 */
export const AgentHealth = z.strictObject({
  agentId: DocId,
  connectors: z.array(ConnectorHealth).max(20),
  vitals: AgentVitals.nullable(),
  /** When the vitals were reported, by the agent's clock. */
  vitalsAt: UtcInstant.nullable(),
  gaps: z.array(ObservationGap).max(MAX_GAPS),
  availability: z.enum(["online", "offline"]),
  availableSince: UtcInstant,
  /** Receipt of the last report. */
  lastHeardAt: UtcInstant,
});
export type AgentHealth = z.infer<typeof AgentHealth>;
