import type { CapabilityMetadata, Delegation, ReasonCode, StaffEntry, UtcInstant } from "../contracts/index.js";
import { isWithin } from "./record-reach.js";
import { staffEntryOf } from "./staff.js";

/** The grants that an agent could ask under, as this transaction read them, and what they would be used for. */
export interface DelegationFacts {
  /** Grants that name the agent; at execution the one that the proposal was submitted under. */
  readonly candidates: readonly Delegation[];
  readonly agentId: string;
  /** The records that the request is about, relative to the tenant. */
  readonly targets: readonly string[];
  /** Money that the effect moves, in cents of either sign; null while the effect is not computed. */
  readonly cents: number | null;
  /** Proposals of the last 24 hours under each grant that limits them; null: they are not counted here. */
  readonly usedLastDay: ReadonlyMap<string, number> | null;
}

/** The world around a grant: on whose rights, for what and when. */
interface Circumstances {
  readonly tenantId: string;
  readonly capability: CapabilityMetadata;
  readonly people: readonly StaffEntry[];
  readonly now: UtcInstant;
}

export type DelegationVerdict =
  | { readonly kind: "lent"; readonly delegation: Delegation }
  | { readonly kind: "refused"; readonly reasonCode: ReasonCode; readonly detail: string };

/**
 * On whose rights does the agent ask (M05.2)? The first grant that reaches: delegator's current rights ∩ grant ∩ capability.
 * Where none does, the answer names what the nearest one lacks. The instant `expiresAt` itself is too late.
 */
export function chooseDelegation(facts: DelegationFacts, around: Circumstances): DelegationVerdict {
  const tried = facts.candidates.map((delegation) => ({ delegation, lack: lackOf(delegation, facts, around) }));
  const reaching = tried.find(({ lack }) => lack === null);
  if (reaching !== undefined) return { kind: "lent", delegation: reaching.delegation };
  const [nearest] = tried.flatMap(({ lack }) => lack ?? []).sort((a, b) => b.rank - a.rank);
  return nearest === undefined
    ? { kind: "refused", reasonCode: "DELEGATION_MISSING", detail: "nobody lent it any rights" }
    : { kind: "refused", reasonCode: nearest.reasonCode, detail: nearest.detail };
}

interface Lack {
  /** How near the grant came: the place of the check that it failed. */
  readonly rank: number;
  readonly reasonCode: ReasonCode;
  readonly detail: string;
}

function lackOf(grant: Delegation, facts: DelegationFacts, around: Circumstances): Lack | null {
  const lack = (rank: number, reasonCode: ReasonCode, detail: string): Lack => ({ rank, reasonCode, detail });
  const { capability, people, now, tenantId } = around;
  if (grant.tenantId !== tenantId || grant.delegate !== facts.agentId)
    return lack(0, "DELEGATION_MISSING", "the grant is another agent's");
  if (grant.revokedAt !== null) return lack(1, "DELEGATION_REVOKED", `taken back at ${grant.revokedAt}`);
  if (!(Date.parse(now) < Date.parse(grant.expiresAt)))
    return lack(2, "DELEGATION_EXPIRED", `it ended at ${grant.expiresAt}`);
  if (!(Date.parse(now) >= Date.parse(grant.issuedAt)))
    return lack(2, "DELEGATION_EXPIRED", `it begins at ${grant.issuedAt}`);
  if (!capability.proposableBy.agent || !grant.scopes.includes(capability.id))
    return lack(3, "DELEGATION_SCOPE", `the grant does not name ${capability.id}`);
  const outside = facts.targets.find((target) => !grant.resourceRefs.some((ref) => isWithin(ref, target)));
  if (grant.resourceRefs.length > 0 && outside !== undefined)
    return lack(4, "DELEGATION_SCOPE", `the grant does not reach ${outside}`);
  if (!mayAskThemselves(people, grant.delegator, capability))
    return lack(5, "DELEGATION_RIGHTS", `${grant.delegator} may not ask for ${capability.id}`);
  const { maxAmountCents, maxPerDay } = grant.constraints;
  if (maxAmountCents !== null && facts.cents !== null && !(Math.abs(facts.cents) <= maxAmountCents))
    return lack(6, "DELEGATION_LIMIT", `it moves ${Math.abs(facts.cents)} cents, at most ${maxAmountCents}`);
  if (maxPerDay === null || facts.usedLastDay === null) return null;
  const used = facts.usedLastDay.get(grant.delegationId);
  if (used === undefined) return lack(7, "DELEGATION_LIMIT", "nobody counted its proposals");
  return used < maxPerDay ? null : lack(7, "DELEGATION_LIMIT", `${used} proposals in 24 hours, at most ${maxPerDay}`);
}

/** Does this person, as the staff list has them now, hold a role that may ask for it? */
export function mayAskThemselves(people: readonly StaffEntry[], uid: string, capability: CapabilityMetadata): boolean {
  const roles = staffEntryOf(people, uid)?.roles ?? [];
  return roles.some((role) => capability.proposableBy.roles.includes(role));
}
