import type { AnyCapability } from "../capabilities/registry.js";
import type { Actor, PolicyDecision, Proposal, QuotaStanding, StaleField, UtcInstant } from "../contracts/index.js";
import type { ControlReadings } from "../policy/control.js";
import type { DelegationFacts } from "../policy/delegation.js";
import { evaluatePolicy } from "../policy/evaluate-policy.js";
import type { ExemptionFacts } from "../policy/exemption.js";
import type { PolicyFacts, PolicyOperation, ProposalFacts, ReviewFacts } from "../policy/facts.js";
import { connectorsOf } from "../policy/quota.js";
import { hashIntent, planIdOf } from "./plan-effect.js";

export interface Case {
  readonly operation: PolicyOperation;
  readonly now: UtcInstant;
  readonly tenantId: string;
  readonly actor: Actor;
  readonly signedInAt?: UtcInstant | undefined;
  readonly control: ControlReadings;
  readonly proposal: Proposal | null;
  readonly capability: AnyCapability | null;
  readonly review?: ReviewFacts | "not_given_yet";
  readonly foreignRefs?: readonly string[];
  readonly delegation?: DelegationFacts | null;
  readonly exemption?: ExemptionFacts | null;
  readonly staleFields?: readonly StaleField[];
  readonly isRationaleRepeated?: boolean | null;
  readonly quota?: QuotaStanding | null;
  readonly sha256: (text: string) => string;
}

/** Puts what was read before the one judge. The policy that decides is the one that the proposal was submitted under. */
export function judge(matter: Case): PolicyDecision {
  return evaluatePolicy(toFacts(matter));
}

function toFacts({ operation, now, tenantId, actor, control, proposal, capability, ...rest }: Case): PolicyFacts {
  return {
    operation,
    now,
    tenantId,
    actor,
    signedInAt: rest.signedInAt ?? null,
    capability: capability?.metadata ?? null,
    control,
    proposal: proposal === null ? null : toProposalFacts(proposal),
    foreignRefs: rest.foreignRefs ?? null,
    delegation: rest.delegation ?? null,
    exemption: rest.exemption ?? null,
    review: rest.review ?? null,
    isRationaleRepeated: rest.isRationaleRepeated ?? null,
    intent: recomputeIntent(proposal, capability, rest.sha256),
    quota: rest.quota ?? null,
    staleFields: rest.staleFields ?? null,
  };
}

function toProposalFacts(proposal: Proposal): ProposalFacts {
  return {
    proposalId: proposal.proposalId,
    tenantId: proposal.tenantId,
    rev: proposal.rev,
    status: proposal.status,
    riskTier: proposal.riskTier,
    actChain: proposal.actChain,
    expiresAt: proposal.expiresAt,
    planId: proposal.plan.planId,
    docs: proposal.plan.writes.length,
    ownerUid: proposal.ownerUid,
    targets: proposal.plan.writes.map(({ ref }) => ref),
    cents: proposal.plan.blastRadius.cents,
    capabilityId: proposal.capabilityId,
    submittedAt: proposal.submittedAt,
    rule: proposal.rule,
    soloMode: proposal.soloMode,
    reviews: proposal.reviews,
    approvedUntil: proposal.approvedUntil,
    executeNotBefore: proposal.executeNotBefore,
    controlEpochSeen: proposal.controlEpochSeen,
    connectorIds: connectorsOf(proposal),
    isConsumed: proposal.execution !== null,
    isReversible: proposal.plan.inverse.length > 0,
  };
}

/**
 * The intent hash of what is stored; null when the capability or its version is gone, which counts as changed. A plan that
 * carries another intent, or is not the one that its id was computed over, fits no intent.
 */
function recomputeIntent(
  proposal: Proposal | null,
  capability: AnyCapability | null,
  sha256: (text: string) => string,
): PolicyFacts["intent"] {
  if (proposal === null || capability === null) return null;
  const input = capability.inputSchema.safeParse(proposal.input);
  if (!input.success) return null;
  const { tenantId, ownerUid, intentHash, plan } = proposal;
  const recomputed = hashIntent({ tenantId, ownerUid, capability, input: proposal.input, sha256 });
  const isWhole = intentHash === plan.intentHash && planIdOf(plan, sha256) === plan.planId;
  return { stored: isWhole ? intentHash : "mixed", recomputed };
}
