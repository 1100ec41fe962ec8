import { RISK_TIERS } from "../contracts/index.js";
import type { ApprovalPolicy, ApprovalRule, RiskTier, Role, StaffEntry } from "../contracts/index.js";
import { inSet } from "./staff.js";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/**
 * The policy that a studio starts with (M01.7, M02.5, M03.7): low and medium one approver who is not in the chain, high
 * two distinct people, physical two. What is low or medium waits ten seconds after its approval, so that it can be taken
 * back without having happened.
 */
export const DEFAULT_APPROVAL_POLICY: ApprovalPolicy = {
  id: "default",
  version: 1,
  rules: [
    tier("low", { approvals: 1, decideWithinMs: 72 * HOUR, approvalTtlMs: 24 * HOUR, holdMs: 10 * SECOND }),
    tier("medium", { approvals: 1, decideWithinMs: 48 * HOUR, approvalTtlMs: 4 * HOUR, holdMs: 10 * SECOND }),
    tier("high", { approvals: 2, decideWithinMs: 24 * HOUR, approvalTtlMs: HOUR / 2, holdMs: 0 }),
    tier("physical", { approvals: 2, decideWithinMs: HOUR, approvalTtlMs: 5 * MINUTE, holdMs: 0 }),
  ],
  soloMode: null,
  editors: [],
};

function tier(
  riskTier: RiskTier,
  rule: { approvals: number } & Pick<ApprovalRule, "decideWithinMs" | "approvalTtlMs" | "holdMs">,
): ApprovalRule {
  const { approvals, ...times } = rule;
  const roles: Role[] = ["owner", "approver_admin", "approver"];
  return {
    when: { riskTier },
    thresholds: [{ count: approvals, filter: { roles, groups: null, distinctGroups: false } }],
    rejectRule: "any",
    selfExclusion: ["requester", "agentOwner", "delegator", "routineAuthor", "exemptionGrantor", "policyEditor24h"],
    ...times,
    reminderAt: [0.5, 0.8],
    onTimeout: "deny",
    escalation: { afterShare: 0.8, to: "approver_admin" },
  };
}

/** What a rule is looked up by. */
export interface RuleSubject {
  readonly riskTier: RiskTier;
  readonly capabilityId: string;
  /** Money that the effect moves, in cents, of either sign. */
  readonly cents: number;
  readonly ownerUid: string;
}

/** Which rule of the policy speaks about this? The first that matches; null when the policy is silent, which means no. */
export function ruleFor(policy: ApprovalPolicy, subject: RuleSubject): ApprovalRule | null {
  return policy.rules.find(({ when }) => matches(when, subject)) ?? null;
}

function matches(when: ApprovalRule["when"], { riskTier, capabilityId, cents, ownerUid }: RuleSubject): boolean {
  return (
    (when.riskTier === undefined || when.riskTier === riskTier) &&
    (when.capabilityId === undefined || when.capabilityId === capabilityId) &&
    (when.amountCents === undefined || Math.abs(cents) >= when.amountCents) &&
    (when.ownerUid === undefined || when.ownerUid === ownerUid)
  );
}

/** The fewest people who can satisfy a rule. */
export const fewestApprovals = ({ thresholds }: ApprovalRule): number =>
  Math.min(...thresholds.map(({ count }) => count));

/**
 * What is wrong with this policy for this staff? A tier that no unconditional rule speaks about, a rule that an earlier
 * one hides, a rule that nobody could satisfy, and rules that let the requester decide; nothing for a sound policy.
 */
export function problemsOf(policy: ApprovalPolicy, staff: readonly StaffEntry[]): readonly string[] {
  const silent = RISK_TIERS.filter((riskTier) => !policy.rules.some(({ when }) => coversTier(when, riskTier))).map(
    (riskTier) => `no rule speaks about every change of risk tier ${riskTier}`,
  );
  const each = policy.rules.flatMap((rule, i) => {
    const at = `rule ${i + 1}`;
    const hiddenBy = policy.rules.slice(0, i).findIndex(({ when }) => isWider(when, rule.when));
    const low = rule.when.riskTier === "low" || rule.when.riskTier === "medium";
    return [
      ...(hiddenBy >= 0 ? [`${at} is never reached: rule ${hiddenBy + 1} matches all that it matches`] : []),
      ...(rule.thresholds.some(({ count, filter }) => inSet(staff, filter).length >= count)
        ? []
        : [`${at}: nobody on the staff list could satisfy it`]),
      ...(rule.selfExclusion.includes("requester") ? [] : [`${at}: requesters would decide on their own requests`]),
      ...(low || rule.holdMs === 0 ? [] : [`${at}: only low and medium risk have a hold window`]),
    ];
  });
  return [...silent, ...each];
}

function coversTier(when: ApprovalRule["when"], riskTier: RiskTier): boolean {
  const { riskTier: own, ...others } = when;
  return (own === undefined || own === riskTier) && Object.values(others).every((value) => value === undefined);
}

/** Does everything that the second condition matches match the first one too? */
function isWider(a: ApprovalRule["when"], b: ApprovalRule["when"]): boolean {
  return (
    (a.riskTier === undefined || a.riskTier === b.riskTier) &&
    (a.capabilityId === undefined || a.capabilityId === b.capabilityId) &&
    (a.ownerUid === undefined || a.ownerUid === b.ownerUid) &&
    (a.amountCents === undefined || (b.amountCents !== undefined && b.amountCents >= a.amountCents))
  );
}
