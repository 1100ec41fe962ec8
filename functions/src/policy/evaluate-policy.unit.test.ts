import assert from "node:assert/strict";
import fc from "fast-check";
import { POLICY_CHECKS, PROPOSAL_STATUSES, PolicyDecision, REASON_CODES, ROLES } from "../contracts/index.js";
import type { ReasonCode, TraceLine } from "../contracts/index.js";
import {
  aControl,
  aPerson,
  aReview,
  anAgentActor,
  anApprover,
  anOperator,
  anOwner,
  anotherApprover,
  ruleOf,
} from "../../test/support/builders.js";
import { metadata, readable, tenantControl, allowed, QUOTA_LEFT } from "../../test/support/policy-facts.js";
import { HOUR, NOW, later } from "../../test/support/fake-means.js";
import { CHECKS, OPERATION_FROM } from "./checks.js";
import type { ControlReadings } from "./control.js";
import { evaluatePolicy } from "./evaluate-policy.js";
import type { PolicyFacts, PolicyOperation, ProposalFacts } from "./facts.js";

const OPERATIONS: PolicyOperation[] = [
  "submit",
  "plan",
  "revise",
  "approve",
  "reject",
  "reopen",
  "withdraw",
  "revoke",
  "execute",
  "rollback",
];

/** The line of one check for these facts. */
const line = (check: TraceLine["check"], facts: PolicyFacts): TraceLine => {
  const found = evaluatePolicy(facts).trace.find((candidate) => candidate.check === check);
  assert.ok(found !== undefined);
  return found;
};

describe("policy/evaluate-policy", () => {
  it("makes every check of the contract, in the order of the contract", () => {
    assert.deepEqual(
      CHECKS.map(({ name }) => name),
      [...POLICY_CHECKS],
    );
  });

  for (const operation of OPERATIONS)
    it(`allows ${operation} when every fact is in order, and traces all its checks`, () => {
      const decision = evaluatePolicy(allowed(operation));
      assert.deepEqual(
        decision.trace.filter(({ result }) => result === "fail"),
        [],
      );
      assert.equal(decision.decision, "allow");
      assert.equal(decision.reasonCode, null);
      assert.equal(decision.trace.length, POLICY_CHECKS.length);
      assert.deepEqual(PolicyDecision.parse(decision), decision);
    });

  type Row = readonly [what: string, check: TraceLine["check"], expected: ReasonCode | "pass" | "skipped", PolicyFacts];
  const with_ = (operation: PolicyOperation, proposal: Partial<ProposalFacts>): PolicyFacts => {
    const facts = allowed(operation);
    assert.ok(facts.proposal !== null);
    return { ...facts, proposal: { ...facts.proposal, ...proposal } };
  };
  const reviewing = (operation: PolicyOperation, review: object): PolicyFacts => {
    const facts = allowed(operation);
    return { ...facts, review: { ifRev: 1, planId: null, rationale: null, reasonCode: null, ...review } };
  };
  const amirs = aReview({ reviewer: { id: "amir", name: "Amir" } });
  const unreadable = { ...readable, tenant: { kind: "unreadable", why: "missing" } } as const;
  const stopped = tenantControl({ mode: "stopped" });
  const readOnly = tenantControl({ mode: "read_only" });
  const agentOnly = { ...metadata, proposableBy: { roles: metadata.proposableBy.roles, agent: false } };
  const ownersOnly = { ...metadata, proposableBy: { roles: ["owner" as const], agent: false } };
  const stepUp = (operation: PolicyOperation, ms: number): PolicyFacts => ({
    ...with_(operation, { riskTier: "high" }),
    signedInAt: later(ms),
  });
  const EXPIRES = later(72 * HOUR);
  const LAPSES = later(24 * HOUR);
  const before = (instant: string): string => later(-1, instant);
  const stale = [{ ref: "firings/f-1", field: "attention", now: 1 }];
  const twenty = "because it is too hot".slice(0, 20);

  const rows: readonly Row[] = [
    ["the proposal's own studio", "tenant", "pass", allowed("approve")],
    ["another studio's proposal", "tenant", "CROSS_TENANT_DENIED", with_("approve", { tenantId: "mud-hut" })],
    ["a known capability", "capability", "pass", allowed("submit")],
    ["nothing held", "hold_window", "pass", allowed("execute")],
    ["no hold at approve", "hold_window", "skipped", allowed("approve")],
    ["the end of the hold itself", "hold_window", "pass", with_("execute", { executeNotBefore: NOW })],
    ["a millisecond too early", "hold_window", "HOLD_WINDOW", with_("execute", { executeNotBefore: later(1) })],
    ["an approver who reopens", "role", "ROLE_MISSING", allowed("reopen", { actor: anApprover() })],
    ["the owner who reopens", "role", "ROLE_MISSING", allowed("reopen", { actor: anOwner() })],
    ["a decider who revokes", "role", "pass", allowed("revoke")],
    ["an operator who revokes", "role", "ROLE_MISSING", allowed("revoke", { actor: anOperator() })],
    ["a stranger who revises", "self_approval", "ROLE_MISSING", allowed("revise", { actor: anApprover() })],
    ["a draft at plan", "expiry", "skipped", with_("plan", { status: "draft", expiresAt: later(-1) })],
    ["no capability", "capability", "CAPABILITY_UNKNOWN", allowed("rollback", { capability: null })],
    [
      "a draft-only one at execute",
      "capability",
      "NO_EXECUTOR",
      allowed("execute", { capability: { ...metadata, executorId: null } }),
    ],
    [
      "a draft-only one at approve",
      "capability",
      "pass",
      allowed("approve", { capability: { ...metadata, executorId: null } }),
    ],
    ["an agent, where agents may", "capability", "pass", allowed("submit", { actor: anAgentActor() })],
    [
      "an agent, where only people may",
      "capability",
      "NOT_PROPOSABLE_BY_AGENT",
      allowed("submit", { actor: anAgentActor(), capability: agentOnly }),
    ],
    ["an agent that submits", "role", "pass", allowed("submit", { actor: anAgentActor() })],
    ["an agent that approves", "role", "ROLE_MISSING", allowed("approve", { actor: anAgentActor() })],
    ["an agent that executes", "role", "ROLE_MISSING", allowed("execute", { actor: anAgentActor() })],
    ["the system", "role", "ROLE_MISSING", allowed("approve", { actor: { type: "system", id: "s", name: "S" } })],
    ["an operator who approves", "role", "ROLE_MISSING", allowed("approve", { actor: anOperator() })],
    ["an operator who executes", "role", "pass", allowed("execute", { actor: anOperator() })],
    ["finance who executes", "role", "ROLE_MISSING", allowed("execute", { actor: aPerson("fi", ["finance"]) })],
    ["finance who plans", "role", "pass", allowed("plan", { actor: aPerson("fi", ["finance"]) })],
    ["a viewer who plans", "role", "ROLE_MISSING", allowed("plan", { actor: aPerson("vi", ["viewer"]) })],
    ["finance who proposes a flag", "role", "ROLE_MISSING", allowed("submit", { actor: aPerson("fi", ["finance"]) })],
    [
      "any one of several roles",
      "role",
      "pass",
      allowed("submit", { actor: aPerson("fi", ["finance", "owner"]), capability: ownersOnly }),
    ],
    ["an unreadable staff list", "role", "CONTROL_UNREADABLE", allowed("approve", { control: unreadable })],
    ["nobody of the chain", "self_approval", "pass", allowed("approve")],
    ["the agent's owner approves", "self_approval", "SELF_APPROVAL", allowed("approve", { actor: anOwner() })],
    [
      "the requester approves",
      "self_approval",
      "SELF_APPROVAL",
      with_("approve", { actChain: [{ type: "human", id: "ana", as: "requester" }] }),
    ],
    [
      "an agent called like the approver",
      "self_approval",
      "pass",
      with_("approve", { actChain: [{ type: "agent", id: "ana", as: "requester" }] }),
    ],
    ["a second review of one plan", "self_approval", "ALREADY_REVIEWED", with_("approve", { reviews: [aReview()] })],
    [
      "a review after one that was voided",
      "self_approval",
      "pass",
      with_("approve", { reviews: [aReview({ voidedAt: NOW })] }),
    ],
    [
      "a review after one of another plan",
      "self_approval",
      "pass",
      with_("approve", { reviews: [aReview({ planId: "0".repeat(64) })] }),
    ],
    ["the owner of the agent withdraws", "self_approval", "pass", allowed("withdraw")],
    ["somebody else withdraws", "self_approval", "ROLE_MISSING", allowed("withdraw", { actor: anApprover() })],
    ["normal", "control", "pass", allowed("execute")],
    ["stopped at approve", "control", "KILL_SWITCH", allowed("approve", { control: stopped })],
    ["stopped at execute", "control", "KILL_SWITCH", allowed("execute", { control: stopped })],
    ["stopped at rollback", "control", "pass", allowed("rollback", { control: stopped })],
    ["stopped at submit", "control", "skipped", allowed("submit", { control: stopped })],
    ["stopped at reject", "control", "skipped", allowed("reject", { control: stopped })],
    ["read-only at execute", "control", "READ_ONLY", allowed("execute", { control: readOnly })],
    ["read-only at approve", "control", "pass", allowed("approve", { control: readOnly })],
    ["unreadable at approve", "control", "CONTROL_UNREADABLE", allowed("approve", { control: unreadable })],
    ["unreadable at execute", "control", "CONTROL_UNREADABLE", allowed("execute", { control: unreadable })],
    ["unreadable at rollback", "control", "CONTROL_UNREADABLE", allowed("rollback", { control: unreadable })],
    ["the revision and plan of now", "plan", "pass", allowed("approve")],
    ["an older revision", "plan", "REV_MISMATCH", reviewing("approve", { ifRev: 0 })],
    ["a revision that is not there yet", "plan", "REV_MISMATCH", reviewing("approve", { ifRev: 2 })],
    ["another plan", "plan", "PLAN_MISMATCH", reviewing("approve", { planId: "0".repeat(64) })],
    ["no word of what was looked at", "plan", "REV_MISMATCH", allowed("reject", { review: null })],
    ["a question asked in advance", "plan", "skipped", allowed("approve", { review: "not_given_yet" })],
    ["a waiting proposal", "lifecycle", "pass", allowed("approve")],
    ["no proposal", "lifecycle", "NOT_FOUND", allowed("approve", { proposal: null })],
    [
      "a consumed approval",
      "lifecycle",
      "APPROVAL_CONSUMED",
      with_("execute", { status: "executed", isConsumed: true }),
    ],
    ["a conflict to roll back again", "lifecycle", "pass", with_("rollback", { status: "rollback_conflict" })],
    ["no inverse", "lifecycle", "IRREVERSIBLE", with_("rollback", { isReversible: false })],
    ["the last millisecond", "expiry", "pass", allowed("approve", { now: before(EXPIRES) })],
    ["the instant expiresAt", "expiry", "PROPOSAL_EXPIRED", allowed("approve", { now: EXPIRES })],
    ["a re-plan at expiresAt", "expiry", "PROPOSAL_EXPIRED", allowed("plan", { now: EXPIRES })],
    ["an unreadable clock", "expiry", "PROPOSAL_EXPIRED", allowed("approve", { now: "soon" })],
    ["an execution", "expiry", "skipped", allowed("execute", { now: EXPIRES })],
    ["an intent that fits", "intent", "pass", allowed("execute")],
    [
      "an altered intent at approve",
      "intent",
      "INTENT_CHANGED",
      allowed("approve", { intent: { stored: "a", recomputed: "b" } }),
    ],
    [
      "an altered intent at execute",
      "intent",
      "INTENT_CHANGED",
      allowed("execute", { intent: { stored: "a", recomputed: "b" } }),
    ],
    ["an intent nobody can compute", "intent", "INTENT_CHANGED", allowed("execute", { intent: null })],
    ["a rejection of an altered intent", "intent", "skipped", allowed("reject", { intent: null })],
    ["a chip at low risk", "rationale", "pass", reviewing("approve", { reasonCode: "looks_right" })],
    ["nothing at low risk", "rationale", "RATIONALE_REQUIRED", reviewing("approve", {})],
    ["no review at all", "rationale", "RATIONALE_REQUIRED", allowed("approve", { review: null })],
    ["20 characters in words", "rationale", "pass", reviewing("approve", { rationale: twenty })],
    ["19 characters in words", "rationale", "RATIONALE_REQUIRED", reviewing("approve", { rationale: twenty.slice(1) })],
    ["20 blanks", "rationale", "RATIONALE_REQUIRED", reviewing("approve", { rationale: " ".repeat(20) })],
    ["a chip at medium risk", "rationale", "RATIONALE_REQUIRED", with_("approve", { riskTier: "medium" })],
    ["one of one approvals", "quorum", "pass", allowed("execute")],
    ["a sign-in of ten minutes ago at high risk", "step_up", "pass", stepUp("approve", -10 * 60_000)],
    ["a sign-in a millisecond older", "step_up", "REAUTH_REQUIRED", stepUp("approve", -10 * 60_000 - 1)],
    ["an older sign-in that executes", "step_up", "REAUTH_REQUIRED", stepUp("execute", -HOUR)],
    ["a sign-in that nobody knows of", "step_up", "REAUTH_REQUIRED", { ...stepUp("execute", 0), signedInAt: null }],
    ["an older sign-in at low risk", "step_up", "skipped", allowed("approve", { signedInAt: null })],
    ["an older sign-in that rejects", "step_up", "skipped", { ...stepUp("reject", -HOUR) }],
    ["a quota with one left", "quota", "pass", allowed("execute")],
    ["a quota that is used up", "quota", "QUOTA", allowed("execute", { quota: { ...QUOTA_LEFT, remaining: 0 } })],
    ["a quota nobody can read", "quota", "QUOTA", allowed("execute", { quota: null })],
    ["a quota at approve", "quota", "skipped", allowed("approve")],
    ["one of two approvals", "quorum", "NO_APPROVAL", with_("execute", { rule: ruleOf(2) })],
    ["two of two approvals", "quorum", "pass", with_("execute", { rule: ruleOf(2), reviews: [aReview(), amirs] })],
    [
      "one person twice",
      "quorum",
      "NO_APPROVAL",
      with_("execute", { rule: ruleOf(2), reviews: [aReview(), aReview()] }),
    ],
    ["a voided approval", "quorum", "NO_APPROVAL", with_("execute", { reviews: [aReview({ voidedAt: NOW })] })],
    [
      "an approval of another plan",
      "quorum",
      "NO_APPROVAL",
      with_("execute", { reviews: [aReview({ planId: "0".repeat(64) })] }),
    ],
    ["a rejection", "quorum", "NO_APPROVAL", with_("execute", { reviews: [aReview({ decision: "reject" })] })],
    [
      "an approval from the chain",
      "quorum",
      "NO_APPROVAL",
      with_("execute", { reviews: [aReview({ reviewer: { id: "olga", name: "Olga" } })] }),
    ],
    ["the last millisecond of an approval", "approval_age", "pass", allowed("execute", { now: before(LAPSES) })],
    ["the instant approvedUntil", "approval_age", "APPROVAL_EXPIRED", allowed("execute", { now: LAPSES })],
    ["an approval without an end", "approval_age", "NO_APPROVAL", with_("execute", { approvedUntil: null })],
    ["the epoch of the approval", "control_epoch", "pass", allowed("execute")],
    [
      "the tenant's epoch one on",
      "control_epoch",
      "CONTROL_CHANGED",
      allowed("execute", { control: tenantControl({ epoch: 2 }) }),
    ],
    [
      "the global epoch one on",
      "control_epoch",
      "CONTROL_CHANGED",
      allowed("execute", { control: { ...readable, global: { kind: "read", state: aControl({ epoch: 2 }) } } }),
    ],
    [
      "a first approval in a new epoch",
      "control_epoch",
      "skipped",
      allowed("approve", { control: tenantControl({ epoch: 2 }) }),
    ],
    ["a second approval in the same epoch", "control_epoch", "pass", with_("approve", { reviews: [amirs] })],
    [
      "a second approval in a new epoch",
      "control_epoch",
      "CONTROL_CHANGED",
      { ...with_("approve", { reviews: [amirs] }), control: tenantControl({ epoch: 2 }) },
    ],
    ["records as planned", "preconditions", "pass", allowed("execute")],
    ["a changed field", "preconditions", "STALE_PLAN", allowed("execute", { staleFields: stale })],
    ["records nobody compared", "preconditions", "STALE_PLAN", allowed("execute", { staleFields: null })],
    ["one record of one", "blast_radius", "pass", allowed("execute")],
    ["two records of one", "blast_radius", "BLAST_RADIUS_EXCEEDED", with_("execute", { docs: 2 })],
    ["no effect yet", "blast_radius", "skipped", allowed("submit")],
  ];
  for (const [what, check, expected, facts] of rows)
    it(`${check}: ${what} at ${facts.operation} comes to ${expected}`, () => {
      const found = line(check, facts);
      const isFailure = expected in REASON_CODES;
      assert.equal(found.result, isFailure ? "fail" : expected, found.detail);
      assert.equal(found.reasonCode, isFailure ? expected : null);
      assert.equal(found.whoCanLift, isFailure ? REASON_CODES[expected as ReasonCode].whoCanLift : null);
      if (isFailure) assert.equal(evaluatePolicy(facts).decision, "deny");
    });

  for (const operation of Object.keys(OPERATION_FROM) as (keyof typeof OPERATION_FROM)[])
    it(`refuses ${operation} from every state that it does not start from`, () => {
      for (const status of PROPOSAL_STATUSES) {
        const isFrom = OPERATION_FROM[operation].includes(status);
        const { reasonCode } = line("lifecycle", with_(operation, { status }));
        assert.equal(reasonCode, isFrom ? null : "INVALID_TRANSITION", status);
      }
    });

  it("says REV_MISMATCH, not INVALID_TRANSITION, to the second of two who decide together", () => {
    const facts = with_("approve", { status: "approved", rev: 2 });
    assert.equal(evaluatePolicy(facts).reasonCode, "REV_MISMATCH");
  });

  it("gives the reason of the first failed check, in the order permission, state, time, effect", () => {
    const facts = allowed("execute", { actor: aPerson("vi", ["viewer"]), control: stopped, staleFields: stale });
    const { reasonCode, trace } = evaluatePolicy(facts);
    assert.equal(reasonCode, "ROLE_MISSING");
    const failed = trace.filter(({ result }) => result === "fail").map(({ reasonCode: code }) => code);
    assert.deepEqual(failed, ["ROLE_MISSING", "KILL_SWITCH", "STALE_PLAN"]);
  });

  it("never throws, and denies whatever garbage it is given", () => {
    const garbage = fc.oneof(
      fc.anything(),
      fc.record({
        operation: fc.constantFrom<unknown>(...OPERATIONS, "open", null),
        actor: fc.anything(),
        proposal: fc.anything(),
      }),
    );
    fc.assert(
      fc.property(garbage, (facts) => {
        const decision = evaluatePolicy(facts as PolicyFacts);
        assert.equal(decision.decision, "deny");
        assert.ok(decision.reasonCode !== null);
      }),
    );
  });

  /** Facts of which some are in order and some are not. */
  const someFacts = fc
    .record({
      operation: fc.constantFrom(...OPERATIONS),
      now: fc.constantFrom(NOW, EXPIRES, LAPSES, "soon"),
      actor: fc.oneof(
        fc.constantFrom(anApprover(), anotherApprover(), anOwner(), anAgentActor()),
        fc.subarray([...ROLES]).map((roles) => aPerson("rolf", roles)),
      ),
      control: fc.constantFrom<ControlReadings>(readable, stopped, readOnly, unreadable, tenantControl({ epoch: 9 })),
      status: fc.constantFrom(...PROPOSAL_STATUSES),
      tenantId: fc.constantFrom("kiln-house", "kiln-house", "mud-hut"),
      reviews: fc.subarray([aReview(), amirs, aReview({ voidedAt: NOW })]),
      review: fc.constantFrom({ ifRev: 1 }, { ifRev: 2 }, { ifRev: 1, reasonCode: "looks_right" }),
      intent: fc.constantFrom({ stored: "a", recomputed: "a" }, { stored: "a", recomputed: "b" }),
      staleFields: fc.constantFrom([], stale),
    })
    .map(({ status, tenantId, reviews, review, ...facts }): PolicyFacts => {
      const base = allowed(facts.operation, facts);
      const proposal = base.proposal === null ? null : { ...base.proposal, status, tenantId, reviews };
      return { ...base, proposal, review: { planId: null, rationale: null, reasonCode: null, ...review } };
    });

  it("denies whenever one line of the trace fails, and only then", () => {
    fc.assert(
      fc.property(someFacts, (facts) => {
        const { decision, trace } = evaluatePolicy(facts);
        assert.equal(decision, trace.some(({ result }) => result === "fail") ? "deny" : "allow");
      }),
    );
  });

  const REMOVALS: readonly [string, (facts: PolicyFacts) => PolicyFacts][] = [
    ["the capability", (facts) => ({ ...facts, capability: null })],
    ["the rule", (facts) => ({ ...facts, rule: null })],
    ["the review", (facts) => ({ ...facts, review: null })],
    ["the intent", (facts) => ({ ...facts, intent: null })],
    ["the comparison of records", (facts) => ({ ...facts, staleFields: null })],
    [
      "the global control",
      (facts) => ({ ...facts, control: { ...facts.control, global: { kind: "unreadable", why: "gone" } } }),
    ],
    [
      "the studio's control",
      (facts) => ({ ...facts, control: { ...facts.control, tenant: { kind: "unreadable", why: "gone" } } }),
    ],
    ["the proposal", (facts) => (facts.operation === "submit" ? facts : { ...facts, proposal: null })],
    [
      "the approvals",
      (facts) =>
        facts.proposal === null || facts.operation === "approve"
          ? facts
          : { ...facts, proposal: { ...facts.proposal, reviews: [] } },
    ],
    [
      "the roles",
      (facts) => (facts.actor.type === "human" ? { ...facts, actor: { ...facts.actor, roles: [] } } : facts),
    ],
  ];
  for (const [what, remove] of REMOVALS)
    it(`never turns a no into a yes when ${what} cannot be read`, () => {
      fc.assert(
        fc.property(someFacts, (facts) => {
          if (evaluatePolicy(facts).decision === "deny") assert.equal(evaluatePolicy(remove(facts)).decision, "deny");
        }),
      );
    });

  it("never turns a no into a yes when any one fact is missing altogether", () => {
    fc.assert(
      fc.property(
        someFacts,
        fc.constantFrom("control", "actor", "capability", "proposal", "now", "tenantId"),
        (facts, name) => {
          if (evaluatePolicy(facts).decision !== "deny") return;
          const rest = Object.fromEntries(Object.entries(facts).filter(([key]) => key !== name));
          assert.equal(evaluatePolicy(rest as unknown as PolicyFacts).decision, "deny");
        },
      ),
    );
  });
});
