import type { ApprovalPolicy, RiskTier } from "../contracts/index.js";

const HOUR = 3_600_000;
/** Ten seconds to think again, for what a person may execute without explicit confirmation (M03.7). */
const HOLD = 10_000;

/**
 * The policy that a studio starts with (M01.7, M02.5): low and medium one approver who is not in the chain, high two
 * distinct people, physical two. `approvalTtlMs` is how long an approval stands before it must be given again, `holdMs` how long it can be
 * revoked before it can be executed.
 */
export const DEFAULT_APPROVAL_POLICY: ApprovalPolicy = {
  id: "default",
  version: 1,
  onTimeout: "deny",
  rules: [
    {
      riskTier: "low",
      approvals: 1,
      roles: deciders(),
      decideWithinMs: 72 * HOUR,
      approvalTtlMs: 24 * HOUR,
      holdMs: HOLD,
    },
    {
      riskTier: "medium",
      approvals: 1,
      roles: deciders(),
      decideWithinMs: 48 * HOUR,
      approvalTtlMs: 4 * HOUR,
      holdMs: HOLD,
    },
    {
      riskTier: "high",
      approvals: 2,
      roles: deciders(),
      decideWithinMs: 24 * HOUR,
      approvalTtlMs: HOUR / 2,
      holdMs: 0,
    },
    {
      riskTier: "physical",
      approvals: 2,
      roles: deciders(),
      decideWithinMs: HOUR,
      approvalTtlMs: HOUR / 12,
      holdMs: 0,
    },
  ],
};

function deciders(): ApprovalPolicy["rules"][number]["roles"] {
  return ["owner", "approver_admin", "approver"];
}

export type ApprovalRule = ApprovalPolicy["rules"][number];

/** Which rule of the policy speaks about this risk tier? Throws when the policy is silent: silence is a defect. */
export function ruleFor(policy: ApprovalPolicy, riskTier: RiskTier): ApprovalRule {
  const rule = policy.rules.find((candidate) => candidate.riskTier === riskTier);
  if (rule === undefined) throw new Error(`approval policy ${policy.id} has no rule for risk tier ${riskTier}`);
  return rule;
}
