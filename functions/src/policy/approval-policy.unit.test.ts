import assert from "node:assert/strict";
import { aPerson, listed, lowRule, ruleOf, theStaff } from "../../test/support/builders.js";
import { ApprovalPolicy, RISK_TIERS } from "../contracts/index.js";
import type { ApprovalRule } from "../contracts/index.js";
import { DEFAULT_APPROVAL_POLICY, fewestApprovals, problemsOf, ruleFor } from "./approval-policy.js";

const HOUR = 3_600_000;
const SUBJECT = { riskTier: "low", capabilityId: "firing.flag", cents: 0, ownerUid: "olga" } as const;
const withFirst = (...rules: ApprovalRule[]): ApprovalPolicy => ({
  ...DEFAULT_APPROVAL_POLICY,
  rules: [...rules, ...DEFAULT_APPROVAL_POLICY.rules],
});

describe("policy/approval-policy", () => {
  it("starts with one approver for low and medium, two for high and physical, and shorter times the higher the risk", () => {
    assert.deepEqual(ApprovalPolicy.parse(DEFAULT_APPROVAL_POLICY), DEFAULT_APPROVAL_POLICY);
    const rules = RISK_TIERS.map((riskTier) => ruleFor(DEFAULT_APPROVAL_POLICY, { ...SUBJECT, riskTier }));
    const said = rules.map((rule) => rule && [fewestApprovals(rule), rule.approvalTtlMs / HOUR, rule.holdMs]);
    assert.deepEqual(said, [
      [1, 24, 10_000],
      [1, 4, 10_000],
      [2, 0.5, 0],
      [2, 1 / 12, 0],
    ]);
  });

  it("has no word for approving by waiting", () => {
    assert.equal(ApprovalPolicy.safeParse(withFirst({ ...lowRule(), onTimeout: "approve" } as never)).success, false);
  });

  it("takes the first rule that matches tier, capability, amount and owner", () => {
    const big = { ...ruleOf(2), when: { amountCents: 10_000 } };
    const flags = { ...ruleOf(3), when: { capabilityId: "firing.flag", ownerUid: "olga" } };
    const policy = withFirst(big, flags);
    const asked: readonly [object, number | null][] = [
      [{ cents: 10_000 }, 2],
      [{ cents: -10_000 }, 2],
      [{ cents: 9_999 }, 3],
      [{ ownerUid: "omar" }, 1],
      [{ capabilityId: "batch.opsNote.append" }, 1],
    ];
    for (const [subject, count] of asked) {
      const rule = ruleFor(policy, { ...SUBJECT, ...subject });
      assert.equal(rule === null ? null : fewestApprovals(rule), count, JSON.stringify(subject));
    }
  });

  it("answers null, which means no, where the policy is silent", () => {
    const silent = { ...DEFAULT_APPROVAL_POLICY, rules: DEFAULT_APPROVAL_POLICY.rules.slice(0, 1) };
    assert.equal(ruleFor(silent, { ...SUBJECT, riskTier: "high" }), null);
  });

  describe("problemsOf", () => {
    const problems = (policy: ApprovalPolicy, staff = theStaff()) => problemsOf(policy, staff).join("; ");

    it("finds nothing wrong with the policy that studios start with", () => {
      assert.equal(problems(DEFAULT_APPROVAL_POLICY), "");
    });

    const cases: readonly [string, ApprovalPolicy, RegExp][] = [
      [
        "a tier without a rule",
        { ...DEFAULT_APPROVAL_POLICY, rules: DEFAULT_APPROVAL_POLICY.rules.slice(1) },
        /no rule speaks about every change of risk tier low/,
      ],
      [
        "a rule behind one that matches all that it matches",
        withFirst({ ...lowRule(), when: { riskTier: "low", ownerUid: "olga" } }, lowRule(), ruleOf(2)),
        /rule 3 is never reached: rule 2/,
      ],
      ["a rule that nobody could satisfy", withFirst(ruleOf(5, ["trust"])), /rule 1: nobody on the staff list/],
      [
        "requesters who decide",
        withFirst({ ...lowRule(), when: { ownerUid: "olga" }, selfExclusion: [] }),
        /rule 1: requesters would decide/,
      ],
      [
        "a hold window for high risk",
        withFirst({ ...ruleOf(2), when: { riskTier: "high", ownerUid: "olga" } }),
        /rule 1: only low and medium risk/,
      ],
    ];
    for (const [what, policy, expected] of cases) it(`finds ${what}`, () => assert.match(problems(policy), expected));

    it("counts only people who are in", () => {
      const one = [listed(aPerson("ana", ["approver"]))];
      assert.match(problems(DEFAULT_APPROVAL_POLICY, one), /rule 3: nobody on the staff list/);
    });
  });
});
