import type { ActLink, Plan, Proposal, StaffEntry, UtcInstant } from "../contracts/index.js";
import { fewestApprovals, ruleFor } from "../policy/approval-policy.js";
import type { RuleSubject } from "../policy/approval-policy.js";
import type { ControlReading } from "../policy/control.js";
import { electorateOf } from "../policy/electorate.js";
import { remindersOf } from "../policy/reminders.js";
import { canBeReached, eligibleApprovers, soloFrom } from "../policy/tally.js";
import type { Electorate } from "../policy/tally.js";

/** How many names a proposal keeps of those who could decide. */
const NAMES_KEPT = 20;

/** What the active policy makes of a request. */
export type UnderPolicy = Pick<
  Proposal,
  | "rule"
  | "soloMode"
  | "approvalsRequired"
  | "eligibleApprovers"
  | "expiresAt"
  | "nextReminderAt"
  | "remindersSent"
  | "policyId"
  | "policyVersion"
  | "status"
  | "problem"
>;

/**
 * Under which rule of the active policy is this decided, until when, and is there anybody to decide (M02.4)? `blocked` with
 * NO_ELIGIBLE_APPROVER and the missing roles at once, instead of a card that waits for nobody. null: the policy is silent or
 * unreadable, which means no.
 */
export function underPolicy(
  subject: Omit<RuleSubject, "cents"> & { readonly actChain: readonly ActLink[]; readonly submittedAt: UtcInstant },
  plan: Plan,
  tenant: ControlReading,
  now: UtcInstant,
): UnderPolicy | null {
  if (tenant.kind === "unreadable") return null;
  const { id, version, soloMode } = tenant.state.approvalPolicy;
  const rule = ruleFor(tenant.state.approvalPolicy, { ...subject, cents: plan.blastRadius.cents });
  const electorate = rule === null ? null : electorateOf({ ...subject, rule, soloMode }, tenant, now);
  if (rule === null || electorate === null) return null;
  const eligible = eligibleApprovers(electorate);
  const isDecidable = canBeReached(electorate, eligible) || hasSoloDecider(electorate, subject.riskTier);
  const expiresAt = new Date(Date.parse(now) + rule.decideWithinMs).toISOString();
  return {
    rule,
    soloMode,
    approvalsRequired: fewestApprovals(rule),
    eligibleApprovers: { count: eligible.length, names: eligible.slice(0, NAMES_KEPT).map(({ name }) => name) },
    expiresAt,
    nextReminderAt: remindersOf(rule, expiresAt)[0]?.at ?? null,
    remindersSent: 0,
    policyId: id,
    policyVersion: version,
    status: isDecidable ? "pending_approval" : "blocked",
    problem: isDecidable ? null : { code: "NO_ELIGIBLE_APPROVER", detail: missing(electorate, eligible) },
  };
}

const hasSoloDecider = (electorate: Electorate, riskTier: string): boolean =>
  electorate.people.some(({ uid }) => soloFrom(electorate, riskTier, uid) !== null);

function missing({ rule }: Electorate, eligible: readonly StaffEntry[]): string {
  const ways = rule.thresholds.map(({ count, filter }) => `${count} of ${filter.roles.join(", ")}`);
  return `needs ${ways.join(" or ")}; ${eligible.length} may decide`.slice(0, 500);
}
