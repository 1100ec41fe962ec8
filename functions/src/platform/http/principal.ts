import * as z from "zod";
import { DocId, Role, TenantId } from "../../contracts/index.js";
import type { HumanActor } from "../../contracts/index.js";

/** Who is calling, as the verified token says. */
export interface Principal {
  readonly uid: string;
  readonly name: string;
  /** When this person last signed in, in milliseconds since the epoch. */
  readonly signedInAtMs: number;
  readonly tenants: Readonly<Record<string, readonly Role[]>>;
}

/** The claims that we read. A token whose claims do not have this shape belongs to nobody. */
const Claims = z.object({
  uid: DocId,
  auth_time: z.number(),
  name: z.string().max(120).optional(),
  email: z.string().max(254).optional(),
  tenants: z.record(z.string(), z.unknown()).optional(),
});

/**
 * Whom does a verified token name, and with which roles where? Anything in the claims that is not a known role in a
 * well-formed studio id is left out: a claim that cannot be read grants nothing. null when the token names nobody.
 */
export function toPrincipal(claims: unknown): Principal | null {
  const parsed = Claims.safeParse(claims);
  if (!parsed.success) return null;
  const { uid, auth_time, name, email, tenants = {} } = parsed.data;
  const readable = Object.entries(tenants).flatMap(([tenantId, roles]): [string, Role[]][] => {
    const list = z.array(z.unknown()).safeParse(roles);
    if (!TenantId.safeParse(tenantId).success || !list.success) return [];
    const known = list.data.filter((role): role is Role => Role.safeParse(role).success);
    return known.length === 0 ? [] : [[tenantId, known]];
  });
  return {
    uid,
    name: (name ?? email ?? uid).slice(0, 120),
    signedInAtMs: auth_time * 1_000,
    tenants: Object.fromEntries(readable),
  };
}

/** This person as an actor in one studio; null where they have no role. */
export function actorIn(principal: Principal, tenantId: string): HumanActor | null {
  const roles = Object.hasOwn(principal.tenants, tenantId) ? principal.tenants[tenantId] : undefined;
  return roles === undefined ? null : { type: "human", id: principal.uid, name: principal.name, roles: [...roles] };
}
