import type { ApprovalThreshold, Proposal, Role } from "@studio-os/functions/contracts";
import type { Me } from "./me.js";

/** The roles that the rule of this proposal names, each once: what somebody needs who is asked for one. */
export const decidingRoles = ({ rule }: Proposal): readonly Role[] => [
  ...new Set(rule.thresholds.flatMap(({ filter }) => filter.roles)),
];

/**
 * Answers: does the rule that this proposal was submitted under name this person, by role and group, or somebody whose
 * place they fill now? Whether they are tied to the request is asked beside it.
 */
export function holdsSeat(proposal: Proposal, me: Me, nowMs: number): boolean {
  return isNamed(proposal, me) || coversForANamed(proposal, me, nowMs);
}

const isNamed = (proposal: Proposal, who: { readonly roles: readonly Role[]; readonly groups: readonly string[] }) =>
  proposal.rule.thresholds.some(({ filter }) => passes(who, filter));

function passes(
  { roles, groups }: { readonly roles: readonly Role[]; readonly groups: readonly string[] },
  filter: ApprovalThreshold["filter"],
): boolean {
  const { groups: asked } = filter;
  return (
    roles.some((role) => filter.roles.includes(role)) &&
    (asked === null || groups.some((group) => asked.includes(group)))
  );
}

/** A running cover whose giver the rule names, and is not tied; never on a request of this person's own chain. */
function coversForANamed(proposal: Proposal, me: Me, nowMs: number): boolean {
  if (linkOf(proposal, me.accounts) !== undefined) return false;
  return me.covers.some(({ cover, giver }) => {
    const isRunning = nowMs >= Date.parse(cover.startsAt) && nowMs < Date.parse(cover.endsAt);
    const isAbout = cover.capabilityIds === null || cover.capabilityIds.includes(proposal.capabilityId);
    return isRunning && isAbout && isNamed(proposal, giver) && !isTied(proposal, [giver.uid, ...giver.aliases]);
  });
}

/** The link by which a person stands in the request's own chain, under any of their accounts. */
export const linkOf = (proposal: Proposal, accounts: readonly string[]): Proposal["actChain"][number] | undefined =>
  proposal.actChain.find(({ type, id }) => type === "human" && accounts.includes(id));

/** Answers: does the rule keep this person from deciding, because they stand in the chain? */
const isTied = ({ actChain, rule }: Proposal, accounts: readonly string[]): boolean =>
  actChain.some(({ type, id, as }) => type === "human" && accounts.includes(id) && rule.selfExclusion.includes(as));

/**
 * Answers: is this person kept from deciding by their own part in it? Not once the policy's solo mode lets them decide
 * alone, because nobody else could when it was planned and the cooling time is over.
 */
export function isKeptOut(proposal: Proposal, me: Me, nowMs: number): boolean {
  const { rule, soloMode, riskTier, eligibleApprovers, approvalsRequired, submittedAt } = proposal;
  const wroteThePolicy =
    rule.selfExclusion.includes("policyEditor24h") && me.editorUntil !== null && nowMs < Date.parse(me.editorUntil);
  if (!isTied(proposal, me.accounts) && !wroteThePolicy) return false;
  const isSoloMatter = (riskTier === "low" || riskTier === "medium") && eligibleApprovers.count < approvalsRequired;
  return !(soloMode !== null && isSoloMatter && nowMs >= Date.parse(submittedAt) + soloMode.coolingMs);
}
