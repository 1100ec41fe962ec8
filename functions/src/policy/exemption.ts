import type {
  ActLink,
  ApprovalRule,
  Exemption,
  ReasonCode,
  StaffEntry,
  UtcInstant,
  Waivable,
} from "../contracts/index.js";
import { isWithin } from "./record-reach.js";
import { personBehind } from "./staff.js";
import type { Electorate } from "./tally.js";

/** The exemption that a call names, as this transaction read it. */
export interface ExemptionFacts {
  readonly exemptionId: string;
  /** null: there is none by that name, or it cannot be read. */
  readonly exemption: Exemption | null;
}

/** What the exemption would be used for. */
interface Use {
  readonly tenantId: string;
  readonly capabilityId: string;
  readonly ownerUid: string;
  readonly actChain: readonly ActLink[];
  /** Records that the effect writes, relative to the tenant. */
  readonly targets: readonly string[];
  readonly cents: number;
  /** Requirements that can be waived at this step: one of them at least must be what the exemption is for. */
  readonly waivable: readonly Waivable[];
  readonly controlEpoch: number;
  readonly people: readonly StaffEntry[];
  readonly now: UtcInstant;
}

export type ExemptionVerdict =
  | { readonly kind: "waives"; readonly exemption: Exemption }
  | { readonly kind: "refused"; readonly reasonCode: ReasonCode; readonly detail: string };

/**
 * Does this exemption count here and now (M04.7)? Everything about it must fit; the instant `expiresAt` itself is too late;
 * any flip of the kill switch voids it; nobody in the request's own chain may have granted it.
 */
export function judgeExemption({ exemptionId, exemption }: ExemptionFacts, use: Use): ExemptionVerdict {
  const refused = (reasonCode: ReasonCode, detail: string): ExemptionVerdict => ({
    kind: "refused",
    reasonCode,
    detail,
  });
  if (exemption === null || exemption.exemptionId !== exemptionId || exemption.tenantId !== use.tenantId)
    return refused("EXEMPTION_MISSING", `there is no exemption ${exemptionId}`);
  if (exemption.revokedAt !== null) return refused("EXEMPTION_REVOKED", `taken back at ${exemption.revokedAt}`);
  if (exemption.controlEpoch !== use.controlEpoch)
    return refused("EXEMPTION_REVOKED", "the kill switch was used since it was granted");
  const at = Date.parse(use.now);
  if (!(at >= Date.parse(exemption.startsAt) && at < Date.parse(exemption.expiresAt)))
    return refused("EXEMPTION_EXPIRED", `it counts from ${exemption.startsAt} to ${exemption.expiresAt}`);
  if (!(exemption.uses < exemption.maxUses))
    return refused("EXEMPTION_SPENT", `used ${exemption.uses} of ${exemption.maxUses} times`);
  const misfit = misfitOf(exemption, use);
  if (misfit !== null) return refused("EXEMPTION_SCOPE", misfit);
  const granter = personBehind(use.people, exemption.grantedBy);
  const isOwnChain = use.actChain.some(({ type, id }) => type === "human" && personBehind(use.people, id) === granter);
  return isOwnChain
    ? refused("SELF_APPROVAL", "it was granted by somebody in the chain of this request")
    : { kind: "waives", exemption };
}

function misfitOf(exemption: Exemption, use: Use): string | null {
  const { capabilityId, ownerUid, resourceRef, constraint, waives } = exemption;
  if (capabilityId !== use.capabilityId) return `it is about ${capabilityId}`;
  if (ownerUid !== null && personBehind(use.people, ownerUid) !== personBehind(use.people, use.ownerUid))
    return `it is about requests of ${ownerUid}`;
  if (resourceRef !== null && !use.targets.every((target) => isWithin(resourceRef, target)))
    return `it is about ${resourceRef}`;
  if (constraint.maxAmountCents !== null && !(Math.abs(use.cents) <= constraint.maxAmountCents))
    return `it goes up to ${constraint.maxAmountCents} cents`;
  return use.waivable.some((requirement) => waives.includes(requirement))
    ? null
    : `it waives ${waives.join(", ")} only`;
}

/**
 * Who decides where the second approver is waived: by every way to the quorum one person less, and never nobody. Whoever
 * granted it is tied to the request from then on, whatever the rule says.
 */
export function withoutSecondApprover(electorate: Electorate, { grantedBy }: Exemption): Electorate {
  const { rule, actChain } = electorate;
  const eased: ApprovalRule = {
    ...rule,
    thresholds: rule.thresholds.map((way) => ({ ...way, count: Math.max(1, way.count - 1) })),
    selfExclusion: [...new Set([...rule.selfExclusion, "exemptionGrantor" as const])],
  };
  return {
    ...electorate,
    rule: eased,
    actChain: [...actChain, { type: "human", id: grantedBy, as: "exemptionGrantor" }],
  };
}
