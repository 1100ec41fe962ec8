import type { Deps } from "../commit/deps.js";
import { accept } from "../commit/outcome.js";
import type { Outcome } from "../commit/outcome.js";
import type { DocumentChange } from "../commit/document-change.js";
import type { Commit, TransactionReads } from "../commit/transactor.js";
import { exemptionRef, inTenant } from "../contracts/index.js";
import type {
  Exemption,
  Proposal,
  Review,
  RouteAnswer,
  RouteBody,
  SelfExclusion,
  UtcInstant,
} from "../contracts/index.js";
import { fewestApprovals } from "../policy/approval-policy.js";
import { liveReviews } from "../policy/checks.js";
import { effectiveControl } from "../policy/control.js";
import { electorateOf } from "../policy/electorate.js";
import { withoutSecondApprover } from "../policy/exemption.js";
import type { PolicyOperation, ReviewFacts } from "../policy/facts.js";
import { asListed, personBehind } from "../policy/staff.js";
import { standsInFor, tally, tieOf } from "../policy/tally.js";
import type { Electorate } from "../policy/tally.js";
import type { ProposalCommand } from "./command.js";
import { judge } from "./judge.js";
import { loadProposal } from "./load.js";
import { readExemption } from "./load-delegations.js";
import type { LoadedProposal } from "./load.js";
import { expireOnRecord, lostReviews, refuseOnRecord, stepProposal } from "./on-record.js";
import type { Occasion, ProposalStep } from "./on-record.js";
import { loadRecentRationales, needsFreshWords, rationaleHash, rememberRationale } from "./recent-rationales.js";

type Answer = RouteAnswer<"approveProposal">;

/**
 * Approve exactly this plan of exactly this revision? The quorum's last approval makes the proposal `approved`, for the
 * time that its risk tier allows and under the control epoch of now; for low and medium risk it is held for a moment in
 * which `revokeProposal` undoes it (M03.7).
 *
 * Refuses with SELF_APPROVAL, ROLE_MISSING, KILL_SWITCH, CONTROL_UNREADABLE, REV_MISMATCH (with the stored proposal),
 * PLAN_MISMATCH, INVALID_TRANSITION, PROPOSAL_EXPIRED (which is stored), INTENT_CHANGED, RATIONALE_REQUIRED, RATIONALE_BOILERPLATE.
 */
export function approveProposal(
  deps: Deps,
  command: ProposalCommand<RouteBody<"approveProposal">>,
): Promise<Outcome<Answer>> {
  const { body } = command;
  const named = body.exemptionId ?? null;
  const looked = { ...body, exemptionId: named };
  return decide(deps, command, "approve", looked, (occasion, { proposal, control, exemption }) => {
    const whole = electorateOf(proposal, control.tenant, occasion.now);
    const electorate = whole === null || exemption === null ? whole : withoutSecondApprover(whole, exemption);
    const review = toReview(occasion, proposal, electorate, "approve", body);
    const reviews = [...proposal.reviews, review];
    const live = liveReviews({ planId: proposal.plan.planId, reviews });
    const { approvers, isReached } = electorate === null ? NO_TALLY : tally(electorate, live);
    const { epoch } = effectiveControl(control, {}, occasion.now);
    const { approvalTtlMs, holdMs } = proposal.rule;
    const approved: Partial<Proposal> = {
      status: "approved",
      approvedUntil: later(occasion.now, approvalTtlMs),
      executeNotBefore: holdMs === 0 ? null : later(occasion.now, holdMs),
      exemptionId: whole === null || tally(whole, live).isReached ? null : named,
    };
    return stepProposal(
      deps,
      occasion,
      proposal,
      {
        rev: proposal.rev + 1,
        reviews,
        soloApproved: proposal.soloApproved || review.isSolo,
        controlEpochSeen: epoch,
        ...(isReached ? approved : {}),
      },
      {
        type: isReached ? "proposal.approved" : "proposal.approval_counted",
        controlEpoch: epoch,
        data: {
          planId: body.planId,
          rev: body.ifRev,
          reasonCode: body.reasonCode,
          approvals: approvers.length,
          ...(review.isSolo ? { soloApproved: true } : {}),
          ...(review.for === null ? {} : { for: review.for }),
          ...(named === null ? {} : { exemptionId: named }),
        },
        ...(review.rationale === "" ? {} : { freeText: { rationale: review.rationale } }),
      },
    );
  });
}

/** Who cannot be counted is nobody. */
const NO_TALLY = { approvers: [], isReached: false } as const;
const later = (now: UtcInstant, ms: number): UtcInstant => new Date(Date.parse(now) + ms).toISOString();

/**
 * Reject it: under the rule `any` one rejection ends it, under `quorum` as many as approvals would be needed (M02.6).
 * Refuses like `approveProposal`, without the control checks.
 */
export function rejectProposal(
  deps: Deps,
  command: ProposalCommand<RouteBody<"rejectProposal">>,
): Promise<Outcome<Answer>> {
  const { body } = command;
  const looked = { ...body, planId: null };
  return decide(deps, command, "reject", looked, (occasion, { proposal, control }) => {
    const electorate = electorateOf(proposal, control.tenant, occasion.now);
    const reviews = [...proposal.reviews, toReview(occasion, proposal, electorate, "reject", body)];
    const against = new Set(
      liveReviews({ planId: proposal.plan.planId, reviews })
        .filter(({ decision }) => decision === "reject")
        .map(({ reviewer }) => personBehind(electorate?.people ?? [], reviewer.id)),
    );
    const isEnded = against.size >= (proposal.rule.rejectRule === "any" ? 1 : fewestApprovals(proposal.rule));
    return stepProposal(
      deps,
      occasion,
      proposal,
      { rev: proposal.rev + 1, reviews, ...(isEnded ? { status: "rejected" } : {}) },
      {
        type: isEnded ? "proposal.rejected" : "proposal.rejection_counted",
        data: { planId: proposal.plan.planId, rev: body.ifRev, reasonCode: body.reasonCode, rejections: against.size },
        freeText: { rationale: body.rationale },
      },
    );
  });
}

/** Take one's own request back: the requester, or the person who owns the agent that asked. */
export function withdrawProposal(
  deps: Deps,
  command: ProposalCommand<RouteBody<"withdrawProposal">>,
): Promise<Outcome<Answer>> {
  const { body } = command;
  const looked = { ...body, planId: null, reasonCode: null };
  return decide(deps, command, "withdraw", looked, (occasion, { proposal }) =>
    stepProposal(
      deps,
      occasion,
      proposal,
      { rev: proposal.rev + 1, status: "withdrawn" },
      { type: "proposal.withdrawn", data: { rev: body.ifRev }, freeText: { rationale: body.rationale } },
    ),
  );
}

/**
 * Take the approval back, by any decider or by the request's own chain? Nothing was written yet, so nothing else changes:
 * in the hold window this is "undo" (M03.7). Refuses with INVALID_TRANSITION once it was executed, ROLE_MISSING,
 * REV_MISMATCH.
 */
export function revokeProposal(
  deps: Deps,
  command: ProposalCommand<RouteBody<"revokeProposal">>,
): Promise<Outcome<Answer>> {
  const { body } = command;
  const looked = { ...body, planId: null, reasonCode: null };
  return decide(deps, command, "revoke", looked, (occasion, { proposal }) =>
    stepProposal(
      deps,
      occasion,
      proposal,
      { rev: proposal.rev + 1, status: "revoked", executeNotBefore: null },
      {
        type: "proposal.revoked",
        data: { rev: body.ifRev, planId: proposal.plan.planId },
        ...(body.rationale.trim() === "" ? {} : { freeText: { rationale: body.rationale } }),
      },
    ),
  );
}

/**
 * Make a rejected proposal a draft again (M01.1)? Only an approver_admin, with a reason. Its reviews stay visible and count
 * no more; from the draft a new plan, or a revision, leads back to `pending_approval`.
 */
export function reopenProposal(
  deps: Deps,
  command: ProposalCommand<RouteBody<"reopenProposal">>,
): Promise<Outcome<Answer>> {
  const { body } = command;
  const looked = { ...body, planId: null, reasonCode: null };
  return decide(deps, command, "reopen", looked, (occasion, { proposal }) =>
    stepProposal(
      deps,
      occasion,
      proposal,
      {
        rev: proposal.rev + 1,
        status: "draft",
        reviews: proposal.reviews.map((review) => ({ ...review, voidedAt: review.voidedAt ?? occasion.now })),
      },
      {
        type: "proposal.reopened",
        data: { rev: body.ifRev, approvalsDismissed: lostReviews(proposal) },
        freeText: { rationale: body.rationale },
      },
    ),
  );
}

type Found = LoadedProposal & {
  readonly proposal: Proposal;
  /** What the call names, where the policy lets it count. */
  readonly exemption: Exemption | null;
};

/** Reads, judges, and either takes the step or refuses on record. A decision that comes too late stores the expiry. */
function decide(
  deps: Deps,
  { actor, tenantId, proposalId, requestId, signedInAt }: ProposalCommand<unknown>,
  operation: PolicyOperation,
  { exemptionId = null, ...review }: ReviewFacts & { readonly exemptionId?: string | null },
  step: (occasion: Occasion, found: Found) => ProposalStep,
): Promise<Outcome<Answer>> {
  return deps.transactor.transact(async (reads): Promise<Commit<Outcome<Answer>>> => {
    const loaded = await loadProposal(reads, tenantId, proposalId);
    const by = asListed(loaded.control.tenant, actor);
    const occasion: Occasion = { tenantId, actor: by, requestId, now: deps.clock.now() };
    const { proposal } = loaded;
    const words = operation === "approve" ? await freshWords(deps, reads, occasion, loaded, review) : null;
    const { isRepeated = null } = words ?? {};
    const [stored] = exemptionId === null ? [] : await reads.get([inTenant(tenantId, exemptionRef(exemptionId))]);
    const exemption = readExemption(stored);
    const named = exemptionId === null ? null : { exemptionId, exemption };
    const looked = { review, exemption: named, isRationaleRepeated: isRepeated };
    const matter = { ...occasion, ...loaded, signedInAt, ...looked, sha256: deps.sha256 };
    const policy = judge({ operation, ...matter });
    if (proposal === null) return refuseOnRecord(deps, occasion, operation, "NOT_FOUND", { proposalId });
    if (policy.decision === "allow") {
      const taken = step(occasion, { ...loaded, proposal, exemption });
      return {
        changes: [...taken.changes, ...(words?.remembered ?? [])],
        events: [taken.event],
        answer: accept({ proposal: taken.proposal, policy }),
      };
    }
    if (policy.reasonCode === "PROPOSAL_EXPIRED") return expireOnRecord(deps, occasion, operation, proposal, policy);
    const tie = policy.reasonCode === "SELF_APPROVAL" ? tieTo({ ...loaded, proposal, exemption }, occasion) : null;
    return refuseOnRecord(deps, occasion, operation, policy.reasonCode ?? "INTERNAL", {
      proposal,
      policy,
      details: { proposal, ...(tie === null ? {} : { via: tie }) },
    });
  });
}

/** By which tie is somebody kept from deciding, under any of their accounts? null: by none of their own. */
function tieTo({ proposal, control, exemption }: Found, { actor, now }: Occasion): SelfExclusion | null {
  const whole = electorateOf(proposal, control.tenant, now);
  if (whole === null) return null;
  return tieOf(exemption === null ? whole : withoutSecondApprover(whole, exemption), actor.id);
}

/** At high risk alone: is this reason one of the person's last ones, and what is remembered when it is not? */
async function freshWords(
  deps: Deps,
  reads: TransactionReads,
  { tenantId, actor }: Occasion,
  { proposal, control }: LoadedProposal,
  { rationale }: ReviewFacts,
): Promise<{ readonly isRepeated: boolean | null; readonly remembered: readonly DocumentChange[] } | null> {
  if (proposal === null || !needsFreshWords(proposal.riskTier) || rationale === null) return null;
  const person = personBehind(control.tenant.kind === "read" ? control.tenant.state.staff : [], actor.id);
  const known = await loadRecentRationales(reads, tenantId, person);
  if (known === null) return { isRepeated: null, remembered: [] };
  const hash = rationaleHash(deps.sha256, rationale);
  return { isRepeated: known.includes(hash), remembered: [rememberRationale(tenantId, person, known, hash)] };
}

function toReview(
  { actor, now }: Occasion,
  proposal: Proposal,
  electorate: Electorate | null,
  decision: Review["decision"],
  said: { readonly rationale: string | null; readonly reasonCode: Review["reasonCode"] },
): Review {
  return {
    reviewer: { id: actor.id, name: actor.name },
    decision,
    rev: proposal.rev,
    planId: proposal.plan.planId,
    reasonCode: said.reasonCode,
    rationale: (said.rationale ?? "").trim(),
    at: now,
    for: electorate === null ? null : standsInFor(electorate, actor.id),
    isSolo: decision === "approve" && electorate !== null && tieOf(electorate, actor.id) !== null,
    voidedAt: null,
  };
}
