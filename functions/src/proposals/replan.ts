import type { Deps } from "../commit/deps.js";
import { accept } from "../commit/outcome.js";
import type { Outcome } from "../commit/outcome.js";
import type { AnyCapability } from "../capabilities/registry.js";
import type { Commit, TransactionReads } from "../commit/transactor.js";
import type { Plan, Proposal, RouteAnswer, RouteBody } from "../contracts/index.js";
import { effectiveControl } from "../policy/control.js";
import { asListed } from "../policy/staff.js";
import type { ProposalCommand } from "./command.js";
import { judge } from "./judge.js";
import { loadDocuments, loadProposal, previewContext } from "./load.js";
import { expireOnRecord, lostReviews, refuseOnRecord, stepProposal } from "./on-record.js";
import type { Occasion } from "./on-record.js";
import { claimIntent, targetKeyOf } from "./open-intents.js";
import type { IntentClaim } from "./open-intents.js";
import { planEffect } from "./plan-effect.js";
import { underPolicy } from "./under-policy.js";

/**
 * What would this proposal do now? Computed from current reads. The same plan, waiting or approved under the present
 * control epoch, changes nothing; the time to decide that is over is stored. Any other becomes the next revision: back to `pending_approval`, with every review
 * voided and named in the event, and a new time limit.
 *
 * Refuses with REV_MISMATCH, INVALID_TRANSITION, PROPOSAL_EXPIRED, INTENT_ALREADY_OPEN, and what `planEffect` refuses.
 */
export function planProposal(
  deps: Deps,
  { actor, tenantId, proposalId, requestId, body }: ProposalCommand<RouteBody<"planProposal">>,
): Promise<Outcome<RouteAnswer<"planProposal">>> {
  return deps.transactor.transact(async (reads): Promise<Commit<Outcome<RouteAnswer<"planProposal">>>> => {
    const loaded = await loadProposal(reads, tenantId, proposalId);
    const by = asListed(loaded.control.tenant, actor);
    const occasion: Occasion = { tenantId, actor: by, requestId, now: deps.clock.now() };
    const { proposal, capability, control } = loaded;
    const review = { ifRev: body.ifRev, planId: null, rationale: null, reasonCode: null };
    const policy = judge({ operation: "plan", ...occasion, ...loaded, review, sha256: deps.sha256 });
    if (proposal === null) return refuseOnRecord(deps, occasion, "plan", "NOT_FOUND", { proposalId });
    if (policy.reasonCode === "PROPOSAL_EXPIRED" && proposal.status !== "approved")
      return expireOnRecord(deps, occasion, "plan", proposal, policy);
    if (policy.decision === "deny" || capability === null)
      return refuseOnRecord(deps, occasion, "plan", policy.reasonCode ?? "INTERNAL", {
        proposal,
        policy,
        details: { proposal },
      });

    const context = previewContext(proposal, occasion.now);
    const refs = capability.reads(proposal.input, context).map(({ ref }) => ref);
    const planned = planEffect(
      {
        ...occasion,
        ownerUid: proposal.ownerUid,
        capability,
        input: proposal.input,
        context,
        sha256: deps.sha256,
      },
      await loadDocuments(reads, tenantId, refs),
    );
    if (planned.kind === "refused")
      return refuseOnRecord(deps, occasion, "plan", planned.reason, {
        proposal,
        details: { issues: [{ path: "input", problem: planned.detail }] },
      });

    const { epoch } = effectiveControl(control, {}, occasion.now);
    if (stands(proposal, planned.plan, epoch))
      return {
        changes: [],
        events: [],
        answer: accept({ proposal, plan: planned.plan, isChanged: false, policy }),
      };
    const under = underPolicy(proposal, planned.plan, control.tenant, occasion.now);
    if (under === null || under.status === "blocked")
      return refuseOnRecord(deps, occasion, "plan", "NO_ELIGIBLE_APPROVER", { proposal, details: { proposal } });
    const claim = await reclaim(deps, reads, occasion, proposal, capability);
    if (claim?.kind === "taken")
      return refuseOnRecord(deps, occasion, "plan", "INTENT_ALREADY_OPEN", {
        proposal,
        details: { otherProposalId: claim.proposalId },
      });
    const step = stepProposal(
      deps,
      occasion,
      proposal,
      { ...renewed(proposal, planned.plan, epoch, occasion), ...under },
      {
        type: "proposal.replanned",
        output: planned.plan,
        data: { planId: planned.plan.planId, approvalsDismissed: lostReviews(proposal) },
      },
      { changes: claim === null ? [] : [claim.change] },
    );
    return {
      changes: step.changes,
      events: [step.event],
      answer: accept({ proposal: step.proposal, plan: planned.plan, isChanged: true, policy }),
    };
  });
}

/** A draft gave its intent up; whoever took it meanwhile keeps it. */
function reclaim(
  deps: Deps,
  reads: TransactionReads,
  { tenantId, now }: Occasion,
  proposal: Proposal,
  capability: AnyCapability,
): Promise<IntentClaim | null> {
  if (proposal.status !== "draft") return Promise.resolve(null);
  const { ownerUid, input } = proposal;
  const targetKey = targetKeyOf(deps.sha256, { ownerUid, capability, input });
  return claimIntent(reads, { tenantId, now, targetKey }, proposal);
}

function stands(proposal: Proposal, plan: Plan, epoch: number): boolean {
  if (plan.planId !== proposal.plan.planId) return false;
  const isOfThisEpoch = proposal.controlEpochSeen === epoch;
  if (proposal.status === "approved") return isOfThisEpoch;
  return proposal.status === "pending_approval" && (isOfThisEpoch || lostReviews(proposal).length === 0);
}

/** What every next revision has in common, whoever asked for it: its plan, and the reviews voided. */
export function renewed(proposal: Proposal, plan: Plan, epoch: number, { now }: Occasion): Partial<Proposal> {
  return {
    rev: proposal.rev + 1,
    plan,
    // Whoever may decide alone thinks it over from now on: it is another effect.
    submittedAt: now,
    reviews: proposal.reviews.map((review) => ({ ...review, voidedAt: review.voidedAt ?? now })),
    approvedUntil: null,
    executeNotBefore: null,
    soloApproved: false,
    controlEpochSeen: epoch,
  };
}
