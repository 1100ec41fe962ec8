import { RATIONALE_MIN, REASON_CODES, RECENT_SIGN_IN_MS } from "../contracts/index.js";
import type { ProposalStatus, ReasonCode, Review, Role, TraceLine } from "../contracts/index.js";
import { fewestApprovals } from "./approval-policy.js";
import { effectiveControl } from "./control.js";
import type { ControlSubject } from "./control.js";
import { chooseDelegation } from "./delegation.js";
import { electorateOf } from "./electorate.js";
import { judgeExemption, withoutSecondApprover } from "./exemption.js";
import type { ExemptionVerdict } from "./exemption.js";
import type { PolicyFacts, PolicyOperation, ProposalFacts } from "./facts.js";
import { passes, personBehind, rolesHeld, staffEntryOf } from "./staff.js";
import { coveredBy, eligibleApprovers, soloFrom, tally, tieOf } from "./tally.js";
import type { Electorate } from "./tally.js";

/** What one check found. The name and who can lift it are added when the trace is made. */
type Finding =
  | { readonly result: "pass" | "skipped"; readonly detail: string }
  | { readonly result: "fail"; readonly detail: string; readonly reasonCode: ReasonCode };

type Check = (facts: PolicyFacts) => Finding;

const pass = (detail: string): Finding => ({ result: "pass", detail });
const skip = (detail: string): Finding => ({ result: "skipped", detail });
const fail = (reasonCode: ReasonCode, detail: string): Finding => ({ result: "fail", reasonCode, detail });

const OPERATORS: readonly Role[] = ["owner", "approver_admin", "approver", "operator"];
const STAFF: readonly Role[] = [...OPERATORS, "finance", "trust"];

/** From which states an operation may start (M01.1). `lifecycle.ts` says where each one leads. */
export const OPERATION_FROM: Readonly<Record<Exclude<PolicyOperation, "submit">, readonly ProposalStatus[]>> = {
  plan: ["draft", "pending_approval", "approved", "stale", "blocked"],
  revise: ["draft", "pending_approval", "stale"],
  approve: ["pending_approval"],
  reject: ["pending_approval"],
  reopen: ["rejected"],
  withdraw: ["pending_approval"],
  revoke: ["approved"],
  execute: ["approved"],
  rollback: ["executed", "rollback_conflict"],
};

/** Proposal and records belong to the tenant that is acted in, and to who answers for the request (M05.5). Paths make it so; this makes it certain. */
const tenant: Check = ({ proposal, tenantId, foreignRefs }) => {
  if (foreignRefs !== null && foreignRefs.length > 0)
    return fail(
      "CROSS_TENANT_DENIED",
      `${foreignRefs.join(", ").slice(0, 400)} belongs to another studio, or to somebody else`,
    );
  if (proposal === null) return pass(`studio ${tenantId}`);
  return proposal.tenantId === tenantId
    ? pass(`studio ${tenantId}`)
    : fail("CROSS_TENANT_DENIED", "the proposal belongs to another studio");
};

/** The registry knows the capability, it can be executed at all, and this kind of actor may ask for it. */
const capability: Check = ({ capability, operation, actor }) => {
  if (capability === null) return fail("CAPABILITY_UNKNOWN", "the registry has no such capability");
  if (operation === "execute" && capability.executorId === null)
    return fail("NO_EXECUTOR", `${capability.id} only drafts`);
  if (operation === "submit" && actor.type === "agent" && !capability.proposableBy.agent)
    return fail("NOT_PROPOSABLE_BY_AGENT", `${capability.id} may be proposed by people only`);
  return pass(`${capability.id} version ${capability.version}`);
};

/**
 * The actor holds a role that includes the operation, by the token and by the staff list. Agents only submit; the system
 * decides nothing.
 */
const role: Check = (facts) => {
  const { actor, operation, capability, control } = facts;
  if (actor.type === "agent")
    return operation === "submit" ? pass("an enrolled agent") : fail("ROLE_MISSING", "agents only propose");
  if (actor.type === "system") return fail("ROLE_MISSING", "the system decides nothing");
  const roles = rolesHeld(control.tenant, actor);
  if (roles.length === 0 && actor.roles.length > 0)
    return fail(
      control.tenant.kind === "unreadable" ? "CONTROL_UNREADABLE" : "ROLE_MISSING",
      control.tenant.kind === "unreadable"
        ? `the staff list cannot be read: ${control.tenant.why}`
        : "the studio's staff list grants none of the sign-in's roles",
    );
  if (operation === "approve" || operation === "reject") return decider(facts, roles);
  if (operation === "revoke") return revoker(facts, roles);
  const needed = rolesFor(operation);
  const held = roles.find((candidate) => needed.includes(candidate));
  if (held === undefined) return fail("ROLE_MISSING", `needs one of ${needed.join(", ")}`);
  if (operation === "submit" && capability?.proposableBy.roles.includes(held) === false) {
    const other = roles.find((candidate) => capability.proposableBy.roles.includes(candidate));
    if (other === undefined)
      return fail("ROLE_MISSING", `proposing this needs one of ${capability.proposableBy.roles.join(", ")}`);
  }
  return pass(`${held} may ${operation}`);
};

/** Which roles an operation asks for; deciding asks for those of the proposal's own rule (`decider`). */
function rolesFor(operation: Exclude<PolicyOperation, "approve" | "reject" | "revoke">): readonly Role[] {
  switch (operation) {
    case "reopen":
      return ["approver_admin"];
    case "execute":
    case "rollback":
      return OPERATORS;
    case "submit":
    case "plan":
    case "revise":
    case "withdraw":
      return STAFF;
  }
}

/** A person whom the rule names, by role and group; or who stands in for such a person now (M02.9). */
function decider(facts: PolicyFacts, roles: readonly Role[]): Finding {
  const { actor, operation, proposal } = facts;
  const electorate = electorateFor(facts);
  if (proposal === null || electorate === null) return fail("ROLE_MISSING", "no rule says who decides");
  const { thresholds } = proposal.rule;
  const entry = staffEntryOf(electorate.people, actor.id);
  if (entry !== null && thresholds.some(({ filter }) => passes({ ...entry, roles: [...roles] }, filter)))
    return pass(`${entry.roles.join(", ")} may ${operation}`);
  const covered = coveredBy(electorate, actor.id);
  if (covered !== null) return pass(`covers for ${covered.name}`);
  const named = [...new Set(thresholds.flatMap(({ filter }) => filter.roles))].join(", ");
  return fail("ROLE_MISSING", `needs one of ${named}`);
}

/** Whoever may decide takes an approval back, and so does the request's own chain (M03.7). */
function revoker(facts: PolicyFacts, roles: readonly Role[]): Finding {
  const electorate = electorateFor(facts);
  const link = electorate === null ? undefined : chainLink(electorate, facts.actor.id);
  return link !== undefined && roles.some((role) => STAFF.includes(role))
    ? pass(`you are its ${link.as}`)
    : decider(facts, roles);
}

/** Who is there to decide, the rule eased by the exemption that the call names, where that counts. */
function electorateFor(facts: PolicyFacts): Electorate | null {
  const { proposal, control, now } = facts;
  const electorate = proposal === null ? null : electorateOf(proposal, control.tenant, now);
  const verdict = exemptionVerdict(facts);
  return electorate !== null && verdict?.kind === "waives" && verdict.exemption.waives.includes("second_approver")
    ? withoutSecondApprover(electorate, verdict.exemption)
    : electorate;
}

/** null: the call names no exemption, or is none that an exemption could ease. */
function exemptionVerdict({
  exemption,
  proposal,
  operation,
  control,
  tenantId,
  now,
}: PolicyFacts): ExemptionVerdict | null {
  if (exemption === null || proposal === null || (operation !== "approve" && operation !== "execute")) return null;
  const { capabilityId, ownerUid, actChain, targets, cents } = proposal;
  return judgeExemption(exemption, {
    ...{ tenantId, capabilityId, ownerUid, actChain, targets, cents, now },
    waivable: operation === "approve" ? ["second_approver"] : ["second_approver", "quota"],
    controlEpoch: effectiveControl(control, {}, now).epoch,
    people: control.tenant.kind === "unreadable" ? [] : control.tenant.state.staff,
  });
}

/**
 * An agent has no rights of its own: it asks on those that a person lent it, as far as that person still has them (M05.2).
 * Read again in the executing transaction, so that taking them back and executing have an order (M05.3).
 */
const delegation: Check = ({ operation, actor, proposal, capability, delegation, control, tenantId, now }) => {
  const isAgents = operation === "submit" ? actor.type === "agent" : proposal?.actChain[0]?.type === "agent";
  if (!isAgents || (operation !== "submit" && operation !== "execute")) return skip("nobody's lent rights are used");
  if (delegation === null || capability === null) return fail("DELEGATION_MISSING", "nobody looked for a grant");
  if (control.tenant.kind === "unreadable") return fail("CONTROL_UNREADABLE", "the staff list cannot be read");
  const verdict = chooseDelegation(delegation, { tenantId, capability, people: control.tenant.state.staff, now });
  return verdict.kind === "lent"
    ? pass(`lent by ${verdict.delegation.delegator} until ${verdict.delegation.expiresAt}`)
    : fail(verdict.reasonCode, verdict.detail);
};

/** The exemption that the call names counts for this; naming one that does not is refused, whether needed or not. */
const exemption: Check = (facts) => {
  if (facts.exemption === null) return skip("none is named");
  const verdict = exemptionVerdict(facts);
  if (verdict === null) return fail("EXEMPTION_SCOPE", `${facts.operation} has no requirement to waive`);
  if (verdict.kind === "refused") return fail(verdict.reasonCode, verdict.detail);
  const { waives, grantedBy, expiresAt } = verdict.exemption;
  return pass(`waives ${waives.join(", ")}; granted by ${grantedBy} until ${expiresAt}`);
};

/**
 * The kill switch lets it through. Effects need `normal`; approvals are refused while stopped; asking, re-planning,
 * rejecting and withdrawing harm nothing. Undo is exempt by design, for it leads to the safe side (M03.6), but an
 * unreadable control document refuses even that.
 */
const control: Check = ({ control, operation, proposal, capability, actor, now }) => {
  const { mode, isUnreadable, detail } = effectiveControl(control, subjectOf(proposal, capability, actor), now);
  const isEffect = operation === "execute" || operation === "rollback";
  if (!isEffect && operation !== "approve") return skip(`${operation} writes no truth`);
  if (isUnreadable) return fail("CONTROL_UNREADABLE", detail);
  if (operation === "rollback") return pass(mode === "normal" ? detail : `${detail}; undo stays possible`);
  if (mode === "stopped") return fail("KILL_SWITCH", detail);
  if (mode === "read_only" && operation === "execute") return fail("READ_ONLY", detail);
  return pass(proposal === null ? detail : `${detail}, approvals stand`);
};

/** Whom and what a narrower stop would have to be about to stop this. */
export const subjectOf = (
  proposal: Pick<ProposalFacts, "actChain" | "connectorIds"> | null,
  capability: PolicyFacts["capability"],
  actor: PolicyFacts["actor"] | null,
): ControlSubject => ({
  ...(capability === null ? {} : { capabilityId: capability.id }),
  actorIds: [...(actor === null ? [] : [actor.id]), ...(proposal?.actChain ?? []).map(({ id }) => id)],
  connectorIds: proposal?.connectorIds ?? [],
});

/** The proposal is in a state from which this operation starts. */
const lifecycle: Check = ({ operation, proposal }) => {
  if (operation === "submit") return skip("a new proposal");
  if (proposal === null) return fail("NOT_FOUND", "no proposal");
  if (operation === "execute" && proposal.isConsumed)
    return fail("APPROVAL_CONSUMED", `it was executed; it is ${proposal.status} now`);
  const from = OPERATION_FROM[operation];
  if (!from.includes(proposal.status))
    return fail("INVALID_TRANSITION", `it is ${proposal.status}; ${operation} needs ${from.join(" or ")}`);
  if (operation === "rollback" && !proposal.isReversible) return fail("IRREVERSIBLE", "the effect has no inverse");
  return pass(proposal.status);
};

/** Operations that the time to decide ends. A reopened draft has none: its time begins with its next plan. */
const TIMED: ReadonlySet<PolicyOperation> = new Set(["plan", "revise", "approve", "reject", "withdraw"]);

/** There is still time. The instant `expiresAt` itself is too late (M02.7). */
const expiry: Check = ({ operation, proposal, now }) => {
  if (operation === "execute") return skip("the approval has its own time limit");
  if (proposal === null || !TIMED.has(operation) || proposal.status === "draft") return skip("nothing expires here");
  return Date.parse(now) < Date.parse(proposal.expiresAt)
    ? pass(`open until ${proposal.expiresAt}`)
    : fail("PROPOSAL_EXPIRED", `the time to decide ended at ${proposal.expiresAt}`);
};

/** What is stored still is what was asked for (M01.3). */
const intent: Check = ({ intent, operation }) => {
  if (operation !== "approve" && operation !== "execute") return skip("no decision on an intent");
  if (intent === null) return fail("INTENT_CHANGED", "the intent could not be computed");
  return intent.stored === intent.recomputed
    ? pass(`intent ${intent.stored.slice(0, 12)}`)
    : fail("INTENT_CHANGED", "the stored input is not what the hash was computed over");
};

/** The caller looked at this revision and this plan, not at an older one (M01.5). */
const plan: Check = ({ operation, proposal, review }) => {
  if (operation === "submit" || operation === "rollback") return skip(`${operation} names no plan`);
  if (review === "not_given_yet") return skip("named with the decision");
  if (proposal === null || review === null) return fail("REV_MISMATCH", "nobody says which revision was looked at");
  if (review.ifRev !== proposal.rev)
    return fail("REV_MISMATCH", `you looked at revision ${review.ifRev}, it is at revision ${proposal.rev}`);
  if (review.planId !== null && review.planId !== proposal.planId)
    return fail("PLAN_MISMATCH", "the plan that you looked at is not the current one");
  return pass(`revision ${proposal.rev}`);
};

/**
 * Nobody decides on what their own chain asked for (M02.3), under any of their accounts; unless the policy declares solo
 * mode, nobody else could decide, and the cooling time is over (M02.4). Rejecting one's own request is `withdraw`; whoever
 * approved may still reject, and nobody rejects twice.
 */
const selfApproval: Check = (facts) => {
  const { operation, proposal, actor, now } = facts;
  if (proposal !== null && operation === "reject") return secondRejection(facts, proposal);
  if (proposal === null || (operation !== "approve" && operation !== "withdraw" && operation !== "revise"))
    return skip("no decision by a person");
  const electorate = electorateFor(facts);
  if (electorate === null) return fail("CONTROL_UNREADABLE", "the staff list cannot be read");
  if (operation === "withdraw" || operation === "revise") {
    const link = chainLink(electorate, actor.id);
    return link === undefined
      ? fail("ROLE_MISSING", `only its own chain may ${operation} it`)
      : pass(`you are its ${link.as}`);
  }
  const tie = tieOf(electorate, actor.id);
  const solo = tie === null ? null : soloFrom(electorate, proposal.riskTier, actor.id);
  if (tie !== null && solo === null)
    return fail("SELF_APPROVAL", `you are in the chain of this request as ${tie}; ${whoElse(electorate)}`);
  if (solo !== null && !(Date.parse(now) >= Date.parse(solo)))
    return fail("SELF_APPROVAL", `nobody else can decide; you may, on record as alone, from ${solo} on`);
  if (liveReviews(proposal).some(({ reviewer }) => isSamePerson(electorate, reviewer.id, actor.id)))
    return fail("ALREADY_REVIEWED", "your review of this revision is already stored");
  return pass(solo === null ? "you are not in its chain" : "nobody else can decide: alone, and on record as such");
};

function secondRejection(facts: PolicyFacts, proposal: ProposalFacts): Finding {
  const electorate = electorateFor(facts);
  const rejections = liveReviews(proposal).filter(({ decision }) => decision === "reject");
  return electorate !== null && rejections.some(({ reviewer }) => isSamePerson(electorate, reviewer.id, facts.actor.id))
    ? fail("ALREADY_REVIEWED", "your rejection of this revision is already stored")
    : skip("a rejection approves nothing");
}

const isSamePerson = ({ people }: Electorate, a: string, b: string): boolean =>
  personBehind(people, a) === personBehind(people, b);

/** By which link of the chain somebody asked for this, under any of their accounts. */
function chainLink(electorate: Electorate, uid: string): Electorate["actChain"][number] | undefined {
  return electorate.actChain.find(({ type, id }) => type === "human" && isSamePerson(electorate, id, uid));
}

/** What is of high risk is decided and done by somebody who has signed in within the last ten minutes (M05.8). */
const stepUp: Check = ({ operation, proposal, signedInAt, now }) => {
  if (operation !== "approve" && operation !== "execute") return skip(`${operation} needs no fresh sign-in`);
  if (proposal?.riskTier === "low" || proposal?.riskTier === "medium") return skip(`the risk is ${proposal.riskTier}`);
  if (signedInAt === null) return fail("REAUTH_REQUIRED", "nobody knows when you signed in");
  const isFresh = Date.parse(now) - Date.parse(signedInAt) <= RECENT_SIGN_IN_MS;
  return isFresh ? pass(`signed in at ${signedInAt}`) : fail("REAUTH_REQUIRED", `you signed in at ${signedInAt}`);
};

function whoElse(electorate: Electorate): string {
  const names = eligibleApprovers(electorate).map(({ name }) => name);
  return names.length === 0 ? "nobody else may decide" : `${names.slice(0, 5).join(", ")} may decide`;
}

/** A decision says why: in words from medium risk on, at high risk in words not used lately, below by a chip (M01.10). */
const rationale: Check = ({ operation, proposal, review, isRationaleRepeated }) => {
  if (operation !== "approve" || proposal === null) return skip("no rationale needed");
  if (review === "not_given_yet") return skip("given with the decision");
  if (review === null) return fail("RATIONALE_REQUIRED", "no reason came with the decision");
  const words = (review.rationale ?? "").trim();
  const isHigh = proposal.riskTier === "high" || proposal.riskTier === "physical";
  if (words.length >= RATIONALE_MIN && isHigh && isRationaleRepeated !== false)
    return fail(
      "RATIONALE_BOILERPLATE",
      isRationaleRepeated === null ? "earlier reasons could not be compared" : "one of your last 20 reasons",
    );
  if (words.length >= RATIONALE_MIN) return pass("a reason in words");
  if (proposal.riskTier === "low" && review.reasonCode !== null) return pass("a quick reason");
  return fail("RATIONALE_REQUIRED", `at least ${RATIONALE_MIN} characters`);
};

/** Enough distinct people approved this very plan of this very revision, and still are who they were (M02.2). */
const quorum: Check = (facts) => {
  const { operation, proposal } = facts;
  if (operation !== "execute") return skip("counted at execution");
  const electorate = electorateFor(facts);
  if (proposal === null || electorate === null) return fail("NO_APPROVAL", "nobody can count the approvals");
  const { approvers, isReached, lost } = tally(electorate, liveReviews(proposal));
  const detail = `${approvers.length} of ${fewestApprovals(electorate.rule)} approvals of this plan`;
  if (isReached) return pass(detail);
  return lost > 0 ? fail("QUORUM_LOST", `${detail}; ${lost} no longer count`) : fail("NO_APPROVAL", detail);
};

/** Reviews that stand: given for the current plan, and not voided since. A review of another plan never counts. */
export function liveReviews(proposal: {
  readonly planId: string;
  readonly reviews: readonly Review[];
}): readonly Review[] {
  return proposal.reviews.filter((review) => review.voidedAt === null && review.planId === proposal.planId);
}

/** The approval is young enough for its risk tier; the instant `approvedUntil` itself is too late (M01.7). */
const approvalAge: Check = ({ operation, proposal, now }) => {
  if (operation !== "execute") return skip("checked at execution");
  const until = proposal?.approvedUntil ?? null;
  if (until === null) return fail("NO_APPROVAL", "it was never approved");
  return Date.parse(now) < Date.parse(until)
    ? pass(`stands until ${until}`)
    : fail("APPROVAL_EXPIRED", `it stood until ${until}`);
};

/**
 * The moments in which an approval can still be taken back without a trace in the records are over (M03.7). The instant
 * `executeNotBefore` itself is late enough.
 */
const holdWindow: Check = ({ operation, proposal, now }) => {
  if (operation !== "execute") return skip("checked at execution");
  const notBefore = proposal?.executeNotBefore ?? null;
  if (notBefore === null) return pass("nothing is held");
  return Date.parse(now) >= Date.parse(notBefore)
    ? pass(`held until ${notBefore}`)
    : fail("HOLD_WINDOW", `it can be revoked until ${notBefore}, and executed from then on`);
};

/**
 * Nothing was stopped or released since the approval: after a stop everything is planned and approved anew (M04.5). An
 * approval that joins earlier ones needs the epoch that those were given under.
 */
const controlEpoch: Check = ({ operation, proposal, control, now }) => {
  if (proposal === null || (operation !== "execute" && operation !== "approve")) return skip("no approval to stand on");
  if (operation === "approve" && liveReviews(proposal).length === 0) return skip("the first approval");
  const { epoch } = effectiveControl(control, {}, now);
  return epoch === proposal.controlEpochSeen
    ? pass(`control epoch ${epoch}`)
    : fail("CONTROL_CHANGED", `approved under control epoch ${proposal.controlEpochSeen}, it is ${epoch} now`);
};

/** Every field that the plan was computed from still is what it was (M01.4). */
const preconditions: Check = ({ operation, staleFields }) => {
  if (operation !== "execute") return skip("checked at execution");
  if (staleFields === null) return fail("STALE_PLAN", "the records could not be compared");
  return staleFields.length === 0
    ? pass("the records are what the plan was computed from")
    : fail(
        "STALE_PLAN",
        `changed since: ${staleFields.map(({ ref, field }) => `${ref} ${field}`).join(", ")}`.slice(0, 500),
      );
};

/** The effect stays within the capability's bound (M03.8). */
const blastRadius: Check = ({ proposal, capability }) => {
  if (proposal === null || capability === null) return skip("no effect yet");
  return proposal.docs <= capability.maxTargets
    ? pass(`${proposal.docs} of at most ${capability.maxTargets} records`)
    : fail("BLAST_RADIUS_EXCEEDED", `${proposal.docs} records, at most ${capability.maxTargets}`);
};

/** There is something left of the quota that this execution counts against (M06.1). */
const quota: Check = (facts) => {
  const { operation, quota } = facts;
  if (operation !== "execute") return skip("counted at execution");
  const verdict = exemptionVerdict(facts);
  if (verdict?.kind === "waives" && verdict.exemption.waives.includes("quota")) return pass("waived by an exemption");
  if (quota === null) return fail("QUOTA", "the quota cannot be read");
  return quota.remaining > 0
    ? pass(`${quota.remaining} of ${quota.limit} left`)
    : fail("QUOTA", `${quota.limit} of ${quota.limit} used; the next is free at ${quota.resetAt ?? "no known time"}`);
};

/**
 * In the order in which they are made: permission, then state, then time, then the effect. The revision comes before the
 * state, so that the second of two people who decide together learns that the first one decided (M01.5).
 */
export const CHECKS: readonly { readonly name: TraceLine["check"]; readonly check: Check }[] = [
  { name: "tenant", check: tenant },
  { name: "capability", check: capability },
  { name: "role", check: role },
  { name: "delegation", check: delegation },
  { name: "self_approval", check: selfApproval },
  { name: "step_up", check: stepUp },
  { name: "control", check: control },
  { name: "plan", check: plan },
  { name: "lifecycle", check: lifecycle },
  { name: "expiry", check: expiry },
  { name: "intent", check: intent },
  { name: "rationale", check: rationale },
  { name: "exemption", check: exemption },
  { name: "quorum", check: quorum },
  { name: "approval_age", check: approvalAge },
  { name: "hold_window", check: holdWindow },
  { name: "control_epoch", check: controlEpoch },
  { name: "preconditions", check: preconditions },
  { name: "blast_radius", check: blastRadius },
  { name: "quota", check: quota },
];

/** Who can lift this, for the trace. */
export const whoCanLift = (code: ReasonCode): string => REASON_CODES[code].whoCanLift;
