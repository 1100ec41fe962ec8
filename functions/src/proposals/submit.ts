import { recordEvent } from "../audit/record-event.js";
import { REGISTRY } from "../capabilities/registry.js";
import type { AnyCapability } from "../capabilities/registry.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import { toDocument } from "../commit/document-change.js";
import { accept } from "../commit/outcome.js";
import type { Outcome } from "../commit/outcome.js";
import type { Commit, TransactionReads } from "../commit/transactor.js";
import { inTenant, openIntentsRef, proposalRef } from "../contracts/index.js";
import type {
  Delegation,
  JsonObject,
  OpenIntents,
  PolicyDecision,
  Proposal,
  RouteAnswer,
  RouteBody,
} from "../contracts/index.js";
import { readControls } from "../policy/control.js";
import type { ControlReadings } from "../policy/control.js";
import { chooseDelegation } from "../policy/delegation.js";
import type { DelegationFacts } from "../policy/delegation.js";
import { asListed } from "../policy/staff.js";
import type { Command } from "./command.js";
import { judge } from "./judge.js";
import { debitQuota } from "./debit-quota.js";
import { holdBack } from "./hold-back.js";
import { mayTransition } from "./lifecycle.js";
import { controlPaths, loadDocuments, previewContext } from "./load.js";
import { chainUnder, newProposal } from "./new-proposal.js";
import type { Submission, Understood } from "./new-proposal.js";
import { proposalEvent, refuseOnRecord, stepProposal } from "./on-record.js";
import type { Occasion, ProposalStep } from "./on-record.js";
import { isStillOpen, loadEarlier, readOpenIntents, rememberIntent, targetKeyOf } from "./open-intents.js";
import type { EarlierRequests } from "./open-intents.js";
import { hashIntent, planEffect } from "./plan-effect.js";
import { weighAttention } from "./weigh-attention.js";
import { underPolicy } from "./under-policy.js";

type SubmitAnswer = RouteAnswer<"submitProposal">;

/** A person asks for a change. */
export function submitProposal(
  deps: Deps,
  { actor, tenantId, requestId, body }: Command<RouteBody<"submitProposal">>,
): Promise<Outcome<SubmitAnswer>> {
  const submission: Submission = {
    ...body,
    actor,
    lent: null,
    actChain: [{ type: "human", id: actor.id, as: "requester" }],
    ownerUid: actor.id,
  };
  return deps.transactor.transact((reads) =>
    decideSubmission(deps, reads, { tenantId, actor, requestId, now: deps.clock.now() }, submission),
  );
}

/**
 * Can this become a proposal that waits for approval? Computes the plan from current reads and stores both. The same
 * intent, asked again while the first is open, gives the first one back and is counted on it (M01.9). Nearly the same,
 * asked again by the same actor within a day, supersedes the first while it waits (M06.3), and each names the other.
 *
 * Refuses with CAPABILITY_UNKNOWN, NOT_PROPOSABLE_BY_AGENT, ROLE_MISSING, INVALID_INPUT, NO_OP, TARGET_*,
 * BLAST_RADIUS_EXCEEDED, UNDECLARED_WRITE, DELEGATION_*, ATTENTION_BUDGET. An agent that asks more than people can decide on is held
 * back: its request is kept as a draft. Runs inside the caller's transaction, so that an agent's envelope and the
 * proposal it carries are one commit.
 */
export async function decideSubmission(
  deps: Deps,
  reads: TransactionReads,
  asked: Occasion,
  submission: Submission,
): Promise<Commit<Outcome<SubmitAnswer>>> {
  const about = { capabilityId: submission.capabilityId, input: submission.input };
  const capability = REGISTRY.get(submission.capabilityId) ?? null;
  const parsed = capability?.inputSchema.safeParse(submission.input);
  if (parsed?.success === false)
    return refuseOnRecord(deps, asked, "submit", "INVALID_INPUT", {
      ...about,
      details: {
        issues: parsed.error.issues.map(({ path, message }) => ({ path: `input.${path.join(".")}`, problem: message })),
      },
    });

  const asUnderstood =
    capability === null || parsed === undefined ? null : understand(deps, asked, submission, capability, parsed.data);
  const [globalControl, tenantControl, openIntents] = await reads.get([
    ...controlPaths(asked.tenantId),
    ...(asUnderstood === null ? [] : [inTenant(asked.tenantId, openIntentsRef(asUnderstood.targetKey))]),
  ]);
  const control = readControls(globalControl?.data ?? null, tenantControl?.data ?? null);
  const actor = asListed(control.tenant, submission.actor);
  const occasion: Occasion = { ...asked, actor };
  const understood = asUnderstood === null ? null : { ...asUnderstood, submission: { ...submission, actor } };
  const policyAt = (cents: number | null): PolicyDecision => {
    const delegation = delegationOf(submission, understood, cents);
    return judge({
      operation: "submit",
      ...occasion,
      control,
      proposal: null,
      capability,
      delegation,
      sha256: deps.sha256,
    });
  };
  const policy = policyAt(null);
  if (policy.decision === "deny" || understood === null)
    return refuseOnRecord(deps, occasion, "submit", policy.reasonCode ?? "INTERNAL", { ...about, policy });

  const known = readOpenIntents(openIntents);
  const request = {
    ...occasion,
    intentHash: understood.intentHash,
    actorId: submission.actor.id,
    isAdditive: understood.capability.isAdditive === true,
  };
  const earlier = await loadEarlier(reads, request, known);
  if (earlier.same !== null && isStillOpen(earlier.same, occasion.now))
    return countDuplicate(deps, occasion, earlier.same, policy);
  return open(deps, reads, occasion, understood, { control, known, earlier, policyAt });
}

function understand(
  deps: Deps,
  { tenantId }: Occasion,
  submission: Submission,
  capability: AnyCapability,
  input: JsonObject,
): Understood {
  const { ownerUid } = submission;
  const intentHash = hashIntent({ tenantId, ownerUid, capability, input, sha256: deps.sha256 });
  const targetKey = targetKeyOf(deps.sha256, { ownerUid, capability, input });
  return { submission, capability, input, intentHash, targetKey };
}

function countDuplicate(
  deps: Deps,
  occasion: Occasion,
  earlier: Proposal,
  policy: PolicyDecision,
): Commit<Outcome<SubmitAnswer>> {
  const step = stepProposal(
    deps,
    occasion,
    earlier,
    { duplicates: earlier.duplicates + 1 },
    { type: "proposal.deduplicated" },
  );
  return {
    changes: step.changes,
    events: [step.event],
    answer: accept({ proposal: step.proposal, deduplicated: true, policy }),
  };
}

async function open(
  deps: Deps,
  reads: TransactionReads,
  occasion: Occasion,
  understood: Understood,
  found: {
    readonly control: ControlReadings;
    readonly known: readonly OpenIntents["entries"][number][];
    readonly earlier: EarlierRequests;
    /** What the policy says once the effect is known to move this much money. */
    readonly policyAt: (cents: number) => PolicyDecision;
  },
): Promise<Commit<Outcome<SubmitAnswer>>> {
  const { submission, capability, input } = understood;
  const proposalId = deps.ids.random();
  const context = previewContext({ proposalId, actor: submission.actor }, occasion.now);
  const documents = await loadDocuments(
    reads,
    occasion.tenantId,
    capability.reads(input, context).map(({ ref }) => ref),
  );
  const planned = planEffect(
    {
      ...occasion,
      ownerUid: submission.ownerUid,
      capability,
      input,
      context,
      sha256: deps.sha256,
    },
    documents,
  );
  if (planned.kind === "refused")
    return refuseOnRecord(deps, occasion, "submit", planned.reason, {
      capabilityId: capability.metadata.id,
      input,
      details: { issues: [{ path: "input", problem: planned.detail }] },
    });

  const { id: capabilityId, riskTier } = capability.metadata;
  const { cents } = planned.plan.blastRadius;
  const policy = found.policyAt(cents);
  if (policy.decision === "deny")
    return refuseOnRecord(deps, occasion, "submit", policy.reasonCode ?? "INTERNAL", { capabilityId, input, policy });
  const delegation = grantFor(found.control, occasion, understood, cents);
  const { ownerUid } = submission;
  const actChain = chainUnder(submission, delegation);
  const subject = { riskTier, capabilityId, ownerUid, actChain, submittedAt: occasion.now };
  const under = underPolicy(subject, planned.plan, found.control.tenant, occasion.now);
  if (under === null) {
    const reason = found.control.tenant.kind === "unreadable" ? "CONTROL_UNREADABLE" : "NO_ELIGIBLE_APPROVER";
    return refuseOnRecord(deps, occasion, "submit", reason, { capabilityId, input });
  }

  const attention = await weighAttention(reads, occasion, found.earlier.superseded);
  const eventId = deps.ids.random();
  const proposal = newProposal(occasion, understood, {
    proposalId,
    eventId,
    plan: planned.plan,
    under,
    control: found.control,
    delegation,
    supersedes: found.earlier.superseded?.proposalId ?? null,
  });
  if (attention !== null && attention.heldBack !== null)
    return holdBack(deps, reads, occasion, { proposal, policy, attention });
  const debit = debitQuota(attention?.quota ?? null, occasion, eventId);
  const event = recordEvent(
    {
      ...proposalEvent(occasion, proposal),
      type: "proposal.submitted",
      output: proposal.plan,
      resourceRefs: [{ path: proposalRef(proposalId), auditVersion: 1 }, ...debit.resourceRefs],
      data: {
        planId: proposal.plan.planId,
        expiresAt: proposal.expiresAt,
        riskTier: proposal.riskTier,
        eligibleApprovers: proposal.eligibleApprovers.count,
        ...(proposal.problem === null ? {} : { blocked: proposal.problem.code }),
        ...debit.told,
      },
      ...(proposal.rationale === "" ? {} : { freeText: { rationale: proposal.rationale } }),
    },
    eventMeans(deps, eventId),
  );
  const closed = closeEarlier(deps, occasion, found.earlier, proposalId);
  const entry = { intentHash: understood.intentHash, proposalId, openedAt: occasion.now };
  return {
    changes: [
      { op: "create", path: inTenant(occasion.tenantId, proposalRef(proposalId)), data: toDocument(proposal) },
      rememberIntent(occasion.tenantId, understood.targetKey, found.known, entry),
      ...closed.flatMap(({ changes }) => changes),
      ...debit.changes,
    ],
    events: [event, ...closed.map((step) => step.event)],
    answer: accept({ proposal, deduplicated: false, policy }),
  };
}

/** What an agent was lent, and what it would use it for; null for people. */
function delegationOf(
  { actor, lent }: Submission,
  understood: Understood | null,
  cents: number | null,
): DelegationFacts | null {
  if (lent === null || understood === null) return null;
  return { ...lent, agentId: actor.id, targets: understood.capability.targets(understood.input), cents };
}

/** The grant that the policy has just let the request through on; null for people. */
function grantFor(
  { tenant }: ControlReadings,
  { tenantId, now }: Occasion,
  understood: Understood,
  cents: number,
): Delegation | null {
  const facts = delegationOf(understood.submission, understood, cents);
  if (facts === null || tenant.kind === "unreadable") return null;
  const capability = understood.capability.metadata;
  const verdict = chooseDelegation(facts, { tenantId, capability, people: tenant.state.staff, now });
  return verdict.kind === "lent" ? verdict.delegation : null;
}

/** Earlier requests that end with this one: of the same intent, whose time ran out, and one that it takes the place of. */
function closeEarlier(
  deps: Deps,
  occasion: Occasion,
  { same, superseded }: EarlierRequests,
  proposalId: string,
): ProposalStep[] {
  const steps: ProposalStep[] = [];
  if (same !== null && mayTransition(same.status, "expired"))
    steps.push(stepProposal(deps, occasion, same, { status: "expired" }, { type: "proposal.expired" }));
  if (superseded !== null)
    steps.push(
      stepProposal(
        deps,
        occasion,
        superseded,
        { rev: superseded.rev + 1, status: "superseded", supersededBy: proposalId },
        { type: "proposal.superseded", data: { supersededBy: proposalId } },
      ),
    );
  return steps;
}
