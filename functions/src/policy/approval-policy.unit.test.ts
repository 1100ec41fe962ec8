import assert from "node:assert/strict";
import { ApprovalPolicy, RISK_TIERS } from "../contracts/index.js";
import { HOUR, MINUTE } from "../../test/support/fake-means.js";
import { DEFAULT_APPROVAL_POLICY, ruleFor } from "./approval-policy.js";

describe("policy/approval-policy", () => {
  it("asks for 1 approver at low and medium risk, and for 2 above; approvals stand 24 h, 4 h, 30 min and 5 min", () => {
    assert.deepEqual(ApprovalPolicy.parse(DEFAULT_APPROVAL_POLICY), DEFAULT_APPROVAL_POLICY);
    const said = RISK_TIERS.map((tier) => ruleFor(DEFAULT_APPROVAL_POLICY, tier));
    assert.deepEqual(
      said.map(({ approvals }) => approvals),
      [1, 1, 2, 2],
    );
    assert.deepEqual(
      said.map(({ approvalTtlMs }) => approvalTtlMs),
      [24 * HOUR, 4 * HOUR, 30 * MINUTE, 5 * MINUTE],
    );
  });

  it("cannot be written down with anything but a no when time runs out", () => {
    assert.equal(ApprovalPolicy.safeParse({ ...DEFAULT_APPROVAL_POLICY, onTimeout: "approve" }).success, false);
  });

  it("throws where the policy is silent", () => {
    const silent = { ...DEFAULT_APPROVAL_POLICY, rules: DEFAULT_APPROVAL_POLICY.rules.slice(0, 1) };
    assert.throws(() => ruleFor(silent, "high"), /no rule for risk tier high/);
  });
});
