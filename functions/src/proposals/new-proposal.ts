import type * as z from "zod";
import type { AnyCapability } from "../capabilities/registry.js";
import { Proposal } from "../contracts/index.js";
import type { ActLink, Actor, Delegation, Evidence, JsonObject, Plan } from "../contracts/index.js";
import { effectiveControl } from "../policy/control.js";
import type { ControlReadings } from "../policy/control.js";
import type { Lent } from "./load-delegations.js";
import type { Occasion } from "./on-record.js";
import type { UnderPolicy } from "./under-policy.js";

/** Everything about a request for a change, whoever asks. */
export interface Submission {
  readonly actor: Actor;
  readonly actChain: readonly ActLink[];
  /** What an agent was lent; null for people, who ask in their own name. */
  readonly lent: Lent | null;
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

/**
 * The chain of responsibility with the person whose rights were lent: nobody in it decides on the request (M02.3). A person
 * who both owns the agent and lent it the rights is one link.
 */
export function chainUnder(
  { actChain }: Pick<Submission, "actChain">,
  delegation: Delegation | null,
): readonly ActLink[] {
  if (delegation === null) return actChain;
  const { delegator: id, delegationId } = delegation;
  return actChain.some((link) => link.type === "human" && link.id === id)
    ? actChain.map((link) => (link.type === "human" && link.id === id ? { ...link, delegationId } : link))
    : [...actChain, { type: "human", id, as: "delegator", delegationId }];
}

/** What does a proposal look like on its first day? At revision 1, under the policy and the epoch of now. */
export function newProposal(
  { tenantId, now }: Occasion,
  { submission, capability, input, intentHash }: Understood,
  made: {
    readonly proposalId: string;
    readonly eventId: string;
    readonly plan: Plan;
    readonly under: UnderPolicy;
    readonly control: ControlReadings;
    /** The grant that an agent asks under. */
    readonly delegation: Delegation | null;
    /** The proposal whose place it takes. */
    readonly supersedes: string | null;
  },
): Proposal {
  const { id, version, riskTier } = capability.metadata;
  return Proposal.parse({
    proposalId: made.proposalId,
    rev: 1,
    tenantId,
    capabilityId: id,
    capabilityVersion: version,
    riskTier,
    actor: submission.actor,
    actChain: chainUnder(submission, made.delegation),
    ownerUid: submission.ownerUid,
    input,
    intentHash,
    plan: made.plan,
    rationale: submission.rationale.trim(),
    evidence: submission.evidence,
    createdAt: now,
    submittedAt: now,
    reviews: [],
    approvedUntil: null,
    executeNotBefore: null,
    soloApproved: false,
    delegationId: made.delegation?.delegationId ?? null,
    exemptionId: null,
    controlEpochSeen: effectiveControl(made.control, {}, now).epoch,
    duplicates: 0,
    supersededBy: null,
    supersedes: made.supersedes,
    ...made.under,
    execution: null,
    rollback: null,
    auditEventIds: [made.eventId],
    auditVersion: 1,
    lastEventId: made.eventId,
    updatedAt: now,
  });
}
