import * as z from "zod";
import { ActLink, Actor } from "./actor.js";
import { DocId, DocRef, JsonObject, Sha256Hex, TenantId, UtcInstant } from "./primitives.js";
import { ReasonCode } from "./reason-codes.js";

/** Everything that is put on record, in the past tense. A refused command is `….refused` with its reason code. */
export const AUDIT_EVENT_TYPES = [
  "tenant.created",
  "control.engaged",
  "control.release_requested",
  "control.released",
  "control.refused",
  "control.scope_engaged",
  "control.scope_release_requested",
  "control.scope_released",
  "schedule.pausing",
  "schedule.paused",
  "schedule.resuming",
  "schedule.freed",
  "schedule.left",
  "schedule.missing",
  "schedule.stuck",
  "staff.changed",
  "staff.refused",
  "operators.changed",
  "operators.change_requested",
  "operators.refused",
  "cover.started",
  "cover.ended",
  "cover.refused",
  "delegation.granted",
  "delegation.revoked",
  "delegation.refused",
  "exemption.granted",
  "exemption.revoked",
  "exemption.refused",
  "quota.reset",
  "quota.refused",
  "quota.tampered",
  "proposal.submitted",
  "proposal.deduplicated",
  "proposal.replanned",
  "proposal.approved",
  "proposal.approval_counted",
  "proposal.rejected",
  "proposal.rejection_counted",
  "proposal.withdrawn",
  "proposal.reopened",
  "proposal.revoked",
  "proposal.revised",
  "proposal.superseded",
  "proposal.approvals_dismissed",
  "proposal.expired",
  "proposal.reminded",
  "proposal.escalated",
  "proposal.executed",
  "proposal.went_stale",
  "proposal.blocked",
  "proposal.rolled_back",
  "proposal.rollback_conflicted",
  "proposal.execute_replayed",
  "proposal.refused",
  "agent.code_made",
  "agent.enrolled",
  "agent.key_rotated",
  "agent.key_revoked",
  "agent.revoked",
  "agent.refused",
  "agent.went_offline",
  "firing.alarmed",
  "envelope.refused",
  "dead_letter.redriven",
  "words.erased",
  "words.refused",
  "words.revealed",
  "words.reveal_refused",
  "evidence.opened",
  "evidence.refused",
  "hold.placed",
  "hold.lifted",
  "hold.refused",
  "purge.part_deleted",
  "purge.refused",
  "access.refused",
  "job.started_by_hand",
  "log.begun",
  "log.sealed",
  "log.rebuilt",
  "log.event_refused",
  "log.alarm_raised",
  "log.alarm_cleared",
  "export.requested",
  "export.generated",
  "export.failed",
  "export.downloaded",
  "export.files_removed",
  "export.refused",
  "audit_link.created",
  "audit_link.revoked",
  "audit_link.used",
  "audit_link.refused",
] as const;
export const AuditEventType = z.enum(AUDIT_EVENT_TYPES);
export type AuditEventType = z.infer<typeof AuditEventType>;

/**
 * One entry of a tenant's record (M07.1), the value whose canonical JSON is hashed. Erasable free text is not in it:
 * `payloadHash` is SHA-256(salt ‖ canonical payload), and salt and payload lie in `auditPayloads/{eventId}`.
 */
export const AuditEvent = z.strictObject({
  v: z.literal(1),
  eventId: DocId,
  tenantId: TenantId,
  type: AuditEventType,
  severity: z.enum(["info", "notice", "warning", "alarm"]),
  at: UtcInstant,
  actor: Actor,
  actChain: z.array(ActLink).max(6),
  outcome: z.enum(["done", "refused"]),
  reasonCode: ReasonCode.nullable(),
  capabilityId: z.string().nullable(),
  proposalId: DocId.nullable(),
  executionId: DocId.nullable(),
  idempotencyKeyHash: Sha256Hex.nullable(),
  /** Hash of what was asked for and of what came of it. */
  inputHash: Sha256Hex.nullable(),
  outputHash: Sha256Hex.nullable(),
  /** Every document that this commit changed, with the version it got: 1…n without holes for each document. */
  resourceRefs: z.array(z.strictObject({ path: DocRef, auditVersion: z.int().min(1) })).max(250),
  payloadHash: Sha256Hex.nullable(),
  controlEpoch: z.int().min(0).nullable(),
  policyVersion: z.int().min(1).nullable(),
  requestId: z.string().min(1).max(128),
  /** Bounded facts that this type of event adds. No free text of people. */
  data: JsonObject,
  /** At least 128 random bits: a neighbour's leaf hash in a proof cannot be guessed from what happened. */
  nonce: z.string().regex(/^[0-9a-f]{32}$/),
});
export type AuditEvent = z.infer<typeof AuditEvent>;

/**
 * How an event is stored, at `auditEvents/{eventId}`: the exact canonical bytes, and copies to search by. Written in the
 * acting transaction, create-only; the sequencer puts an index in place of `pending`; kept for ever.
 */
export const StoredAuditEvent = z.strictObject({
  v: z.literal(1),
  canonical: z.string().max(200_000),
  pending: z.literal(true).optional(),
  /** Its index in the log, from when it was sequenced on. */
  seq: z.int().min(0).optional(),
  /** Which log that is, if it is not the studio's first. */
  logEpoch: z.int().min(2).optional(),
  /** Refused by the sequencer, because somebody had changed it: it gets no index and stays as evidence. */
  quarantined: z.literal(true).optional(),
  type: AuditEventType,
  severity: AuditEvent.shape.severity,
  at: UtcInstant,
  actorId: DocId,
  actorName: z.string().max(120),
  actorType: z.enum(["human", "agent", "system"]),
  outcome: AuditEvent.shape.outcome,
  reasonCode: ReasonCode.nullable(),
  capabilityId: z.string().nullable(),
  proposalId: DocId.nullable(),
  requestId: z.string().max(128),
});
export type StoredAuditEvent = z.infer<typeof StoredAuditEvent>;

/** Erasable free text of one event. Stored at `auditPayloads/{eventId}`; deleting it leaves every proof valid (M07.12). */
export const AuditPayload = z.strictObject({ salt: z.string().regex(/^[0-9a-f]{32}$/), payload: JsonObject });
export type AuditPayload = z.infer<typeof AuditPayload>;
