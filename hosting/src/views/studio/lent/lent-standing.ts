import type { Agent, CapabilityOffer, Delegation, StaffEntry } from "@studio-os/functions/contracts";
import { entryOf, holdsAny } from "../../queue/me.js";
import type { Me } from "../../queue/me.js";

/** Where a grant stands: it counts, it ended by itself, a person took it back, or its agent is revoked. */
type LentPhase = "running" | "over" | "taken_back" | "agent_revoked";

export interface LentStanding {
  readonly phase: LentPhase;
  /** Capabilities that the grant names and the delegator may not ask for any more, so that it reaches none of them. */
  readonly lostScopes: readonly string[];
}

/**
 * Answers: does this grant count now, and how far? It reaches no further than its delegator's own rights at this moment
 * (M05.2). The instant `expiresAt` itself is too late. What is not known of the agent or the capabilities is not held against it.
 */
export function standingOf(
  grant: Delegation,
  around: {
    readonly agents: readonly Agent[];
    readonly staff: readonly StaffEntry[];
    readonly offers: readonly CapabilityOffer[];
    readonly nowMs: number;
  },
): LentStanding {
  const { agents, staff, offers, nowMs } = around;
  const agent = agents.find(({ agentId }) => agentId === grant.delegate);
  const roles = heldBy(staff, grant.delegator);
  const lostScopes = grant.scopes.filter((scope) => {
    const offer = offers.find(({ id }) => id === scope);
    return offer !== undefined && !offer.proposableBy.roles.some((role) => roles.includes(role));
  });
  if (grant.revokedAt !== null) return { phase: "taken_back", lostScopes };
  if (nowMs >= Date.parse(grant.expiresAt)) return { phase: "over", lostScopes };
  return { phase: agent?.status === "revoked" ? "agent_revoked" : "running", lostScopes };
}

function heldBy(staff: readonly StaffEntry[], uid: string): StaffEntry["roles"] {
  const entry = entryOf(staff, uid);
  return entry?.disabledAt === null ? entry.roles : [];
}

/** Answers: may this person take it back? Whoever lent it may, and owners and approver admins. */
export const mayTakeBack = ({ delegator }: Delegation, staff: readonly StaffEntry[], me: Me): boolean =>
  me.accounts.includes(entryOf(staff, delegator)?.uid ?? delegator) || holdsAny(me, ["owner", "approver_admin"]);

/** What this person can lend: capabilities that agents may ask for and that they may ask for themselves. */
export const lendable = (offers: readonly CapabilityOffer[], me: Me): readonly CapabilityOffer[] =>
  offers.filter(({ proposableBy }) => proposableBy.agent && holdsAny(me, proposableBy.roles));
