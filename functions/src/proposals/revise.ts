import { recordEvent } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import { accept } from "../commit/outcome.js";
import type { Outcome } from "../commit/outcome.js";
import type { Commit } from "../commit/transactor.js";
import type { Proposal, RouteAnswer, RouteBody } from "../contracts/index.js";
import { effectiveControl } from "../policy/control.js";
import { asListed } from "../policy/staff.js";
import type { ProposalCommand } from "./command.js";
import { judge } from "./judge.js";
import { loadDocuments, loadProposal, previewContext } from "./load.js";
import { expireOnRecord, lostReviews, proposalEvent, refuseOnRecord, stepProposal } from "./on-record.js";
import type { Occasion } from "./on-record.js";
import { claimIntent, targetKeyOf } from "./open-intents.js";
import { planEffect } from "./plan-effect.js";
import { renewed } from "./replan.js";
import { underPolicy } from "./under-policy.js";

type Answer = RouteAnswer<"reviseProposal">;

/**
 * Ask for something else in the same proposal? Only its own chain may, while it is a draft, waits or is stale. The new input
 * is a new intent and a new plan at the next revision; every review is voided, and one `proposal.approvals_dismissed` event
 * names each of them (M01.3).
 *
 * Refuses with REV_MISMATCH, ROLE_MISSING, INVALID_TRANSITION, PROPOSAL_EXPIRED, INVALID_INPUT, INTENT_ALREADY_OPEN,
 * NO_ELIGIBLE_APPROVER, and
 * what `planEffect` refuses.
 */
export function reviseProposal(
  deps: Deps,
  { actor, tenantId, proposalId, requestId, body }: ProposalCommand<RouteBody<"reviseProposal">>,
): Promise<Outcome<Answer>> {
  return deps.transactor.transact(async (reads): Promise<Commit<Outcome<Answer>>> => {
    const loaded = await loadProposal(reads, tenantId, proposalId);
    const by = asListed(loaded.control.tenant, actor);
    const occasion: Occasion = { tenantId, actor: by, requestId, now: deps.clock.now() };
    const { proposal, capability, control } = loaded;
    const review = { ifRev: body.ifRev, planId: null, rationale: null, reasonCode: null };
    const policy = judge({ operation: "revise", ...occasion, ...loaded, review, sha256: deps.sha256 });
    if (proposal === null) return refuseOnRecord(deps, occasion, "revise", "NOT_FOUND", { proposalId });
    if (policy.reasonCode === "PROPOSAL_EXPIRED") return expireOnRecord(deps, occasion, "revise", proposal, policy);
    if (policy.decision === "deny" || capability === null)
      return refuseOnRecord(deps, occasion, "revise", policy.reasonCode ?? "INTERNAL", {
        proposal,
        policy,
        details: { proposal },
      });

    const parsed = capability.inputSchema.safeParse(body.input);
    if (!parsed.success)
      return refuseOnRecord(deps, occasion, "revise", "INVALID_INPUT", {
        proposal,
        details: {
          issues: parsed.error.issues.map(({ path, message }) => ({
            path: `input.${path.join(".")}`,
            problem: message,
          })),
        },
      });
    const { ownerUid } = proposal;
    const input = parsed.data;
    const context = previewContext(proposal, occasion.now);
    const refs = capability.reads(input, context).map(({ ref }) => ref);
    const planned = planEffect(
      { ...occasion, ownerUid, capability, input, context, sha256: deps.sha256 },
      await loadDocuments(reads, tenantId, refs),
    );
    if (planned.kind === "refused")
      return refuseOnRecord(deps, occasion, "revise", planned.reason, {
        proposal,
        details: { issues: [{ path: "input", problem: planned.detail }] },
      });

    const { intentHash } = planned.plan;
    const targetKey = targetKeyOf(deps.sha256, { ownerUid, capability, input });
    const claim = await claimIntent(reads, { ...occasion, targetKey }, { proposalId, intentHash });
    if (claim.kind === "taken")
      return refuseOnRecord(deps, occasion, "revise", "INTENT_ALREADY_OPEN", {
        proposal,
        details: { otherProposalId: claim.proposalId },
      });

    const under = underPolicy(proposal, planned.plan, control.tenant, occasion.now);
    if (under === null || under.status === "blocked")
      return refuseOnRecord(deps, occasion, "revise", "NO_ELIGIBLE_APPROVER", { proposal, details: { proposal } });
    const { epoch } = effectiveControl(control, {}, occasion.now);
    const step = stepProposal(
      deps,
      occasion,
      proposal,
      {
        ...renewed(proposal, planned.plan, epoch, occasion),
        ...under,
        input,
        intentHash,
        capabilityVersion: capability.metadata.version,
        rationale: body.rationale.trim(),
      },
      {
        type: "proposal.revised",
        output: planned.plan,
        data: { planId: planned.plan.planId, intentHash, intentHashBefore: proposal.intentHash },
        ...(body.rationale.trim() === "" ? {} : { freeText: { rationale: body.rationale } }),
      },
      { changes: [claim.change] },
    );
    return {
      changes: step.changes,
      events: [step.event, ...dismissals(deps, occasion, proposal, step.proposal)],
      answer: accept({ proposal: step.proposal, plan: planned.plan, policy }),
    };
  });
}

/** One event that names each lost review; none where nobody had decided yet. */
function dismissals(
  deps: Deps,
  occasion: Occasion,
  before: Proposal,
  after: Proposal,
): Commit<unknown>["events"][number][] {
  const lost = lostReviews(before);
  if (lost.length === 0) return [];
  return [
    recordEvent(
      {
        ...proposalEvent(occasion, after),
        type: "proposal.approvals_dismissed",
        severity: "notice",
        data: { rev: before.rev, nextRev: after.rev, reviews: lost },
      },
      eventMeans(deps),
    ),
  ];
}
