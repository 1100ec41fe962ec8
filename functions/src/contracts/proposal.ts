import * as z from "zod";
import { ActLink, Actor } from "./actor.js";
import { ApprovalRule, SoloMode } from "./approval-policy.js";
import { Plan } from "./effect.js";
import { DocId, JsonObject, RiskTier, Sha256Hex, TenantId, UtcInstant, plainText } from "./primitives.js";

/** The states of M01.1. `executing` is for effects outside Firestore, which no capability has: ours commit at once. */
export const PROPOSAL_STATUSES = [
  "draft",
  "pending_approval",
  "approved",
  "executing",
  "executed",
  "failed",
  "blocked",
  "rejected",
  "expired",
  "withdrawn",
  "superseded",
  "revoked",
  "stale",
  "rolling_back",
  "rolled_back",
  "rollback_conflict",
] as const;
export const ProposalStatus = z.enum(PROPOSAL_STATUSES);
export type ProposalStatus = z.infer<typeof ProposalStatus>;

/** Bounds of a rationale in characters (M01.10). */
export const RATIONALE_MIN = 20;
export const RATIONALE_MAX = 2_000;
export const Rationale = plainText(RATIONALE_MIN, RATIONALE_MAX);

/** How many of an approver's earlier reasons a new one may not repeat (M01.10). */
export const MAX_RECENT_RATIONALES = 20;

/**
 * The reasons that one person lately gave for approvals of high risk, the newest first, as hashes of their folded text.
 * Stored at `approverRationales/{uid}`; written by functions only, in the commit of the approval.
 */
export const RecentRationales = z.strictObject({ hashes: z.array(Sha256Hex).max(MAX_RECENT_RATIONALES) });
export type RecentRationales = z.infer<typeof RecentRationales>;

/** One-tap reasons that a low-risk approval may carry instead of prose. */
export const APPROVE_REASONS = ["looks_right", "as_discussed", "routine_for_us"] as const;
export const ApproveReason = z.enum(APPROVE_REASONS);
/** Why a proposal was rejected: fixed, so that departments can learn from it. Prose is required beside it. */
export const REJECT_REASONS = ["wrong_target", "wrong_time", "not_needed", "bad_data", "too_risky", "other"] as const;
export const RejectReason = z.enum(REJECT_REASONS);

/** What a proposal rests on: a reading, a document, a rule. `ref` is a path or an opaque id, never a URL with a secret. */
export const Evidence = z.strictObject({
  kind: z.enum(["reading", "document", "rule", "note"]),
  ref: z.string().min(1).max(300),
  summary: plainText(1, 300),
  sha256: Sha256Hex.nullable(),
});
export type Evidence = z.infer<typeof Evidence>;

/** One person's answer to one plan, with the revision they looked at. Kept for ever, voided or not (M02.8). */
export const Review = z.strictObject({
  reviewer: z.strictObject({ id: DocId, name: z.string().max(120) }),
  decision: z.enum(["approve", "reject"]),
  rev: z.int().min(1),
  planId: Sha256Hex,
  reasonCode: z.union([ApproveReason, RejectReason]).nullable(),
  rationale: plainText(0, RATIONALE_MAX),
  at: UtcInstant,
  /** Whose place the reviewer filled as their cover; null for their own (M02.9). */
  for: DocId.nullable(),
  /** A person of the request's own chain, alone, under the policy's solo mode (M02.4). */
  isSolo: z.boolean(),
  /** Set when a later revision voided this review. */
  voidedAt: UtcInstant.nullable(),
});
export type Review = z.infer<typeof Review>;

/** What happened when the effect was applied. */
export const ExecutionSummary = z.strictObject({
  executionId: DocId,
  executedBy: z.strictObject({ id: DocId, name: z.string().max(120) }),
  executedAt: UtcInstant,
  eventId: DocId,
});
export type ExecutionSummary = z.infer<typeof ExecutionSummary>;

/**
 * A change that waits for, or has had, a staff decision. Stored at `proposals/{proposalId}`; written by functions only;
 * kept for ever. `rev` grows with every review and every new plan, so that of two people who decide on the same revision
 * exactly one wins. A new plan voids the reviews that were given before it.
 */
export const Proposal = z.strictObject({
  proposalId: DocId,
  rev: z.int().min(1),
  tenantId: TenantId,
  capabilityId: z.string().min(1),
  capabilityVersion: z.int().min(1),
  riskTier: RiskTier,
  status: ProposalStatus,
  actor: Actor,
  actChain: z.array(ActLink).min(1).max(6),
  ownerUid: DocId,
  input: JsonObject,
  intentHash: Sha256Hex,
  plan: Plan,
  /** What the requester says. Never rendered as markup; shown below the effect, marked as the requester's words. */
  rationale: plainText(0, RATIONALE_MAX),
  evidence: z.array(Evidence).max(20),
  createdAt: UtcInstant,
  /** When this effect was put before people: at first, and anew with every other plan. The cooling time of solo mode begins here. */
  submittedAt: UtcInstant,
  /** The first instant at which a decision comes too late (exclusive end). */
  expiresAt: UtcInstant,
  /** When the deciders are next reminded, and how many of the rule's reminders are behind; null: none is left. */
  nextReminderAt: UtcInstant.nullable(),
  remindersSent: z.int().min(0).max(6),
  /** The rule of the approval policy that it was submitted under, and that decides on it. */
  rule: ApprovalRule,
  soloMode: SoloMode.nullable(),
  /** The fewest people who can satisfy the rule. */
  approvalsRequired: z.int().min(1).max(5),
  /** Who could decide when it was submitted or planned anew, by name; the count goes on where the names stop. */
  eligibleApprovers: z.strictObject({ count: z.int().min(0), names: z.array(z.string().max(120)).max(20) }),
  /** True: one person approved what their own chain asked for, and everybody who looks is told. */
  soloApproved: z.boolean(),
  reviews: z.array(Review).max(50),
  /** The first instant at which a granted approval no longer counts; null until the quorum is reached. */
  approvedUntil: UtcInstant.nullable(),
  /**
   * The first instant at which it may be executed; until then a revoke undoes the approval and nothing else. null until the
   * quorum is reached, and for risk tiers that are not held.
   */
  executeNotBefore: UtcInstant.nullable(),
  policyId: z.string().min(1),
  policyVersion: z.int().min(1),
  /** The grant that an agent asked under; null: people ask in their own name. */
  delegationId: DocId.nullable(),
  /** The exemption that its approval stands on; null: every requirement was met. */
  exemptionId: DocId.nullable(),
  /** Control epoch when the approval was given (when it was submitted, until then). */
  controlEpochSeen: z.int().min(0),
  /** How often the same intent was submitted while this one was open (M01.9). */
  duplicates: z.int().min(0),
  /** The newer request for nearly the same that took this one's place, and the older one whose place this one took (M06.3). */
  supersededBy: DocId.nullable(),
  supersedes: DocId.nullable(),
  /** Why it is blocked, stale or in conflict, as a reason code; null when nothing is wrong. */
  problem: z.strictObject({ code: z.string(), detail: z.string().max(500) }).nullable(),
  execution: ExecutionSummary.nullable(),
  rollback: ExecutionSummary.nullable(),
  auditEventIds: z.array(DocId).max(500),
  auditVersion: z.int().min(1),
  lastEventId: DocId,
  updatedAt: UtcInstant,
});
export type Proposal = z.infer<typeof Proposal>;

/** How many requests one owner's memory of one capability and its targets holds; older ones are forgotten. */
export const MAX_OPEN_INTENTS = 10;

/**
 * What one owner lately asked of one capability about the same records, the newest first: makes "the same thing asked
 * twice" one card (M01.9), and lets a newer request supersede the older one (M06.3). Stored at `openIntents/{sha256(capability,
 * targets, owner)}`; written by functions only, when a proposal opens. Whether a proposal still is open, it says itself.
 */
export const OpenIntents = z.strictObject({
  entries: z
    .array(z.strictObject({ intentHash: Sha256Hex, proposalId: DocId, openedAt: UtcInstant }))
    .min(1)
    .max(MAX_OPEN_INTENTS),
});
export type OpenIntents = z.infer<typeof OpenIntents>;

/**
 * The idempotency record of one execute or rollback. Stored at `executions/{sha256(tenant|capability|key)}`; written by
 * functions only, in the commit that it guards; kept for ever.
 */
export const ExecutionRecord = z.strictObject({
  executionId: DocId,
  operation: z.enum(["execute", "rollback"]),
  proposalId: DocId,
  payloadHash: Sha256Hex,
  planId: Sha256Hex,
  executedBy: z.strictObject({ id: DocId, name: z.string().max(120) }),
  executedAt: UtcInstant,
  eventId: DocId,
});
export type ExecutionRecord = z.infer<typeof ExecutionRecord>;
