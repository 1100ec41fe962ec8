import * as z from "zod";
import { REPLAY_WINDOW } from "./agent-envelope.js";
import { ObservationBatch } from "./observation.js";
import { DocId, TenantId, UtcInstant } from "./primitives.js";

/** One public key of an agent. Two may be valid at once, so that a rotation has no gap. */
export const AgentKey = z.strictObject({
  keyId: z.string().regex(/^[0-9a-f]{16}$/),
  /** Raw Ed25519 public key (RFC 8032), 32 bytes, base64. */
  publicKey: z.base64().length(44),
  notBefore: UtcInstant,
  notAfter: UtcInstant.nullable(),
  revokedAt: UtcInstant.nullable(),
});
export type AgentKey = z.infer<typeof AgentKey>;

/** An enrolled agent. Stored at `agents/{agentId}`; written by functions only; kept for ever (revoked, not deleted). */
export const Agent = z.strictObject({
  agentId: DocId,
  tenantId: TenantId,
  name: z.string().min(1).max(120),
  /** The person who answers for what it proposes, and who therefore may not approve it. */
  ownerUid: DocId,
  status: z.enum(["active", "revoked"]),
  keys: z.array(AgentKey).min(1).max(4),
  enrolledAt: UtcInstant,
  revokedAt: UtcInstant.nullable(),
  auditVersion: z.int().min(1),
  lastEventId: DocId,
});
export type Agent = z.infer<typeof Agent>;

/**
 * What the cloud has accepted of one sequence. Stored at `agents/{agentId}/streams/{bootId}`; written in the commit that
 * accepts an envelope. `window` is a bit mask: bit i says that `highestSeq - i` was accepted. `tail` is the newest history,
 * until a bucket of it is full.
 */
export const AgentStream = z.strictObject({
  agentId: DocId,
  bootId: DocId,
  highestSeq: z.int().min(1),
  window: z.string().regex(new RegExp(`^[0-9a-f]{${REPLAY_WINDOW / 4}}$`)),
  acceptedEnvelopes: z.int().min(1),
  acceptedObservations: z.int().min(0),
  replaysRefused: z.int().min(0),
  lastSentAt: UtcInstant,
  lastReceivedAt: UtcInstant,
  tail: z.array(ObservationBatch).max(2_000),
});
export type AgentStream = z.infer<typeof AgentStream>;
