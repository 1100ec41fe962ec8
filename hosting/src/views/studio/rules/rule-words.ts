import type {
  ApprovalPolicy,
  ApprovalRule,
  ApprovalThreshold,
  RiskTier,
  SelfExclusion,
} from "@studio-os/functions/contracts";
import { formatSpan } from "../../../ui/age.js";
import { joinWords } from "../../../ui/join-words.js";
import { TIER_WORDS } from "../../queue/proposal-words.js";
import { ROLE_WORDS } from "../people/role-words.js";

/** The part of a policy that people agree on; its version and its editors stand beside it. */
export type PolicyText = Pick<ApprovalPolicy, "rules" | "soloMode">;

/** Answers: what is this rule about? */
export function aboutWords({ when }: Pick<ApprovalRule, "when">): string {
  const { riskTier, capabilityId, amountCents, ownerUid } = when;
  const parts = [
    riskTier === undefined ? null : `of ${TIER_WORDS[riskTier].toLowerCase()} risk`,
    capabilityId === undefined ? null : `by ${capabilityId}`,
    amountCents === undefined ? null : `that move ${(amountCents / 100).toFixed(2)} or more`,
    ownerUid === undefined ? null : `that ${ownerUid} answers for`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? "Every change" : `Changes ${parts.join(", ")}`;
}

/** Answers: what does this rule ask, sentence by sentence? Two rules that say the same are the same rule. */
export function ruleSentences(rule: ApprovalRule): readonly string[] {
  const { thresholds, rejectRule, selfExclusion, decideWithinMs, approvalTtlMs, holdMs, reminderAt, escalation } = rule;
  const never = selfExclusion.map((tie) => TIE_WORDS[tie]);
  const reminders = reminderAt.map(percent);
  return [
    `Needs the approval of ${thresholds.map(thresholdWords).join(", or of ")}.`,
    never.length === 0 ? "Nobody is kept out for their part in the request." : `Never ${joinWords(never, "or")}.`,
    rejectRule === "any" ? "One rejection ends it." : "As many rejections as approvals would be needed end it.",
    `The decision may take ${formatSpan(decideWithinMs)}; without one it is refused.`,
    `An approval stands for ${formatSpan(approvalTtlMs)}${holdMs === 0 ? "" : `, and can be taken back for ${formatSpan(holdMs)} before anything happens`}.`,
    ...(reminders.length === 0 ? [] : [`Deciders are reminded after ${joinWords(reminders, "and")} of the time.`]),
    ...(escalation === null
      ? []
      : [
          `After ${percent(escalation.afterShare)}, people who are ${ROLE_WORDS[escalation.to].toLowerCase()} are asked as well.`,
        ]),
  ];
}

/** `2 different people who are owner or approver, each from another group`. */
function thresholdWords({ count, filter }: ApprovalThreshold): string {
  const roles = joinWords(
    filter.roles.map((role) => ROLE_WORDS[role].toLowerCase()),
    "or",
  );
  const who = count === 1 ? `one person who is ${roles}` : `${count} different people who are ${roles}`;
  const groups = filter.groups === null ? "" : ` of the group ${joinWords(filter.groups, "or")}`;
  return `${who}${groups}${filter.distinctGroups && count > 1 ? ", each from another group" : ""}`;
}

const TIE_WORDS: Readonly<Record<SelfExclusion, string>> = {
  requester: "whoever asked",
  agentOwner: "the owner of the agent that asked",
  delegator: "whoever delegated",
  routineAuthor: "whoever wrote the routine",
  exemptionGrantor: "whoever granted an exemption for it",
  policyEditor24h: "whoever lately edited these rules",
};

export const soloWords = ({ soloMode }: PolicyText): string =>
  soloMode === null
    ? "Nobody decides alone on what they asked for themselves."
    : `Where nobody else could decide, and the risk is low or medium, one person may decide alone after ${formatSpan(soloMode.coolingMs)}, marked as such everywhere.`;

const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** One line of what an edit changes. */
export interface PolicyChange {
  readonly about: string;
  readonly sign: "+" | "-";
  readonly sentence: string;
}

/** Answers: what does the second policy say that the first does not, and the reverse? Empty: they say the same. */
export function policyChanges(before: PolicyText, after: PolicyText): readonly PolicyChange[] {
  const [old, fresh] = [linesOf(before), linesOf(after)];
  const keyOf = ({ about, sentence }: Omit<PolicyChange, "sign">) => `${about} ${sentence}`;
  const [had, has] = [new Set(old.map(keyOf)), new Set(fresh.map(keyOf))];
  const said = [
    ...old.filter((line) => !has.has(keyOf(line))).map((line) => ({ ...line, sign: "-" as const })),
    ...fresh.filter((line) => !had.has(keyOf(line))).map((line) => ({ ...line, sign: "+" as const })),
  ];
  const orderOf = (text: PolicyText) => text.rules.map(aboutWords).join(" › ");
  const isMoved = said.length === 0 && orderOf(before) !== orderOf(after);
  return isMoved
    ? [
        { about: ORDER, sign: "-", sentence: orderOf(before) },
        { about: ORDER, sign: "+", sentence: orderOf(after) },
      ]
    : said;
}

const ORDER = "The order in which rules are asked";

function linesOf(text: PolicyText): readonly Omit<PolicyChange, "sign">[] {
  return [
    ...text.rules.flatMap((rule) => ruleSentences(rule).map((sentence) => ({ about: aboutWords(rule), sentence }))),
    { about: "Deciding alone", sentence: soloWords(text) },
  ];
}

/** Which rule speaks about this, as far as one can say before the effect is known; money is not known yet. */
export const likelyRule = (
  { rules }: PolicyText,
  subject: { readonly riskTier: RiskTier; readonly capabilityId: string; readonly ownerUid: string },
): ApprovalRule | null =>
  rules.find(
    ({ when }) =>
      when.amountCents === undefined &&
      (when.riskTier ?? subject.riskTier) === subject.riskTier &&
      (when.capabilityId ?? subject.capabilityId) === subject.capabilityId &&
      (when.ownerUid ?? subject.ownerUid) === subject.ownerUid,
  ) ?? null;
