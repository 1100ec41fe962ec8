import * as z from "zod";
import { AgentVitals, ConnectorHealth, DeviceId, KilnBinding, Observation } from "./observation.js";
import { DocId, JsonObject, TenantId, UtcInstant, plainText } from "./primitives.js";
import { Evidence } from "./proposal.js";

/** The Pub/Sub topic that agents publish to, the ordering key being the agent id. */
export const UPLINK_TOPIC = "agent-uplink";
/** Where Pub/Sub puts what could not be delivered in `UPLINK_MAX_DELIVERY_ATTEMPTS` attempts. */
export const UPLINK_DEAD_LETTER_TOPIC = "agent-uplink-dead-letter";
export const UPLINK_MAX_DELIVERY_ATTEMPTS = 5;

/** Most observations in one envelope, and most bytes of it before compression. A message may be gzip (RFC 1952) of it. */
export const ENVELOPE_MAX_OBSERVATIONS = 400;
export const ENVELOPE_MAX_BYTES = 128 * 1024;
/** Width of the replay window, in sequence numbers (the scheme of RFC 4303 §3.4.3). */
export const REPLAY_WINDOW = 1_024;
/** An envelope older than this on arrival is late: stored as history, never shown as live. Milliseconds. */
export const LATE_AFTER_MS = 120_000;
/** An envelope dated further ahead than this is refused. Milliseconds. */
export const MAX_CLOCK_SKEW_MS = 300_000;

/** Names a device whose readings an envelope carries; sent with every batch, so that no batch depends on another. */
export const DeviceDescriptor = z.strictObject({
  deviceId: DeviceId,
  name: z.string().max(120),
  kind: z.string().max(40),
  room: z.string().max(80).nullable(),
  kiln: KilnBinding.optional(),
});
export type DeviceDescriptor = z.infer<typeof DeviceDescriptor>;

/** What a local rule asks for. Identity, tenant and owner are not in it: they come from the enrolled key. */
export const AgentProposalRequest = z.strictObject({
  capabilityId: z.string().min(1).max(80),
  request: JsonObject,
  ruleId: DocId,
  rationale: plainText(3, 2_000),
  evidence: z.array(Evidence).max(20),
});
export type AgentProposalRequest = z.infer<typeof AgentProposalRequest>;

/** How the connectors and the agent itself do. It may ride along with observations, which saves a message. */
export const HealthReportBody = z.strictObject({
  connectors: z.array(ConnectorHealth.omit({ agentId: true, receivedAt: true })).max(20),
  vitals: AgentVitals.optional(),
});
export type HealthReportBody = z.infer<typeof HealthReportBody>;

export const AgentPayload = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("observations"),
    devices: z.array(DeviceDescriptor).max(ENVELOPE_MAX_OBSERVATIONS),
    observations: z.array(Observation).min(1).max(ENVELOPE_MAX_OBSERVATIONS),
    health: HealthReportBody.optional(),
  }),
  z.strictObject({ kind: z.literal("proposal"), proposal: AgentProposalRequest }),
  HealthReportBody.extend({ kind: z.literal("health") }),
]);
export type AgentPayload = z.infer<typeof AgentPayload>;

/** Everything that the signature covers. */
export const UnsignedEnvelope = z.strictObject({
  v: z.literal(1),
  tenantId: TenantId,
  agentId: DocId,
  /** Which of the agent's enrolled keys signed: the first 16 hex digits of SHA-256 over the raw public key. */
  keyId: z.string().regex(/^[0-9a-f]{16}$/),
  /** Random per outbox: names the sequence that `seq` counts in. It changes only when the agent lost its outbox. */
  bootId: DocId,
  /** 1, 2, 3 … without holes within one `bootId`; fixed when the envelope is sealed, so that a resend is the same bytes. */
  seq: z.int().min(1),
  /** When the newest of its items was queued, by the agent's clock: what waited for a connection is late, not live. */
  sentAt: UtcInstant,
  payload: AgentPayload,
});
export type UnsignedEnvelope = z.infer<typeof UnsignedEnvelope>;

/**
 * One Pub/Sub message of an agent: UTF-8 JSON. `signature` is Ed25519 (RFC 8032), base64, over
 * `ENVELOPE_SIGNING_CONTEXT` followed by the canonical JSON (RFC 8785) of everything but the signature.
 */
export const AgentEnvelope = UnsignedEnvelope.extend({ signature: z.base64().length(88) });
export type AgentEnvelope = z.infer<typeof AgentEnvelope>;

/** Domain separation: a signature over an envelope is never valid over anything else. */
export const ENVELOPE_SIGNING_CONTEXT = "studio-os/agent-envelope/v1\n";
