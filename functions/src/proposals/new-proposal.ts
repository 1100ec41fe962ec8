import type * as z from "zod";
import type { AnyCapability } from "../capabilities/registry.js";
import { Proposal } from "../contracts/index.js";
import type { ActLink, Actor, Evidence, JsonObject, Plan } from "../contracts/index.js";
import { DEFAULT_APPROVAL_POLICY, ruleFor } from "../policy/approval-policy.js";
import { effectiveControl } from "../policy/control.js";
import type { ControlReadings } from "../policy/control.js";
import type { Occasion } from "./on-record.js";

/** Everything about a request for a change, whoever asks. */
export interface Submission {
  readonly actor: Actor;
  readonly actChain: readonly ActLink[];
  readonly ownerUid: string;
  readonly capabilityId: string;
  readonly input: JsonObject;
  readonly rationale: string;
  readonly evidence: readonly z.infer<typeof Evidence>[];
}

/** A submission whose capability is known and whose input fits it. */
export interface Understood {
  readonly submission: Submission;
  readonly capability: AnyCapability;
  readonly input: JsonObject;
  readonly intentHash: string;
  /** Where earlier requests about the same records are remembered. */
  readonly targetKey: string;
}

/** What does a proposal look like on its first day? Pending, at revision 1, under the policy and the epoch of now. */
export function newProposal(
  { tenantId, now }: Occasion,
  { submission, capability, input, intentHash }: Understood,
  made: {
    readonly proposalId: string;
    readonly eventId: string;
    readonly plan: Plan;
    readonly control: ControlReadings;
    /** The proposal whose place it takes. */
    readonly supersedes: string | null;
  },
): Proposal {
  const { id, version, riskTier } = capability.metadata;
  const rule = ruleFor(DEFAULT_APPROVAL_POLICY, riskTier);
  return Proposal.parse({
    proposalId: made.proposalId,
    rev: 1,
    tenantId,
    capabilityId: id,
    capabilityVersion: version,
    riskTier,
    status: "pending_approval",
    actor: submission.actor,
    actChain: submission.actChain,
    ownerUid: submission.ownerUid,
    input,
    intentHash,
    plan: made.plan,
    rationale: submission.rationale.trim(),
    evidence: submission.evidence,
    createdAt: now,
    submittedAt: now,
    expiresAt: new Date(Date.parse(now) + rule.decideWithinMs).toISOString(),
    approvalsRequired: rule.approvals,
    reviews: [],
    approvedUntil: null,
    executeNotBefore: null,
    policyId: DEFAULT_APPROVAL_POLICY.id,
    policyVersion: DEFAULT_APPROVAL_POLICY.version,
    controlEpochSeen: effectiveControl(made.control, {}, now).epoch,
    duplicates: 0,
    supersededBy: null,
    supersedes: made.supersedes,
    problem: null,
    execution: null,
    rollback: null,
    auditEventIds: [made.eventId],
    auditVersion: 1,
    lastEventId: made.eventId,
    updatedAt: now,
  });
}
