import { REGISTRY } from "../capabilities/registry.js";
import type { Deps } from "../commit/deps.js";
import type { Outcome } from "../commit/outcome.js";
import {
  API_ROUTES,
  EXEMPTION_MAX_MS,
  EXEMPTION_PHYSICAL_MAX_MS,
  Exemption,
  exemptionRef,
  inTenant,
} from "../contracts/index.js";
import type { ControlState, ReasonCode, Role, RouteAnswer, RouteBody, UtcInstant } from "../contracts/index.js";
import { changeGrant } from "./change-grant.js";
import type { GrantChange, GrantCommand } from "./change-grant.js";
import { isTimeBounded } from "./delegations.js";
import { personBehind, rolesHeld } from "./staff.js";

const GRANTERS: readonly Role[] = API_ROUTES.grantExemption.roles;

type GrantBody = RouteBody<"grantExemption">;

/**
 * May this requirement go unmet for a while (M04.7)? For one capability and, where it writes, one person's requests or one
 * record; at most a week, four hours where devices are moved; never for oneself. The kill switch, the record and the exclusion
 * of one's own chain cannot be waived: there is no name for them. Every flip of the kill switch voids it.
 *
 * Refuses with ROLE_MISSING, CAPABILITY_UNKNOWN, SELF_APPROVAL, and INVALID_INPUT for a reach or a time that is not bounded.
 */
export function grantExemption(
  deps: Deps,
  { actor, tenantId, requestId, body }: GrantCommand<GrantBody>,
): Promise<Outcome<RouteAnswer<"grantExemption">>> {
  const about: GrantChange = {
    ...{ actor, tenantId, requestId },
    done: "exemption.granted",
    refused: "exemption.refused",
    freeText: { reason: body.reason },
    data: { capabilityId: body.capabilityId, waives: [...body.waives] },
  };
  return changeGrant(deps, about, ({ control, epoch, now, newId, eventId }) => {
    const problem = problemWith(control, actor, body, now);
    if (problem !== null) return Promise.resolve({ kind: "refused", reason: problem });
    const { capabilityId, forUid, resourceRef, constraint, waives, ticketRef, startsAt, expiresAt, maxUses } = body;
    const exemption: Exemption = Exemption.parse({
      exemptionId: newId(),
      tenantId,
      ...{ capabilityId, ownerUid: forUid, resourceRef, constraint },
      waives: [...new Set(waives)],
      ticketRef,
      grantedBy: personBehind(control.staff, actor.id),
      startsAt: startsAt ?? now,
      ...{ expiresAt, maxUses },
      uses: 0,
      revokedAt: null,
      revokedBy: null,
      controlEpoch: epoch,
      auditVersion: 1,
      lastEventId: eventId,
    });
    const { exemptionId } = exemption;
    const data = { exemptionId, expiresAt, maxUses };
    const ref = exemptionRef(exemptionId);
    return Promise.resolve({ kind: "change", ref, grant: exemption, answer: { exemption }, data });
  });
}

/**
 * From which commit on does it count no more? From this one, for every execution reads it in its own transaction. Refuses with
 * NOT_FOUND, ROLE_MISSING, and EXEMPTION_REVOKED where that happened before.
 */
export function revokeExemption(
  deps: Deps,
  command: GrantCommand<RouteBody<"revokeExemption">> & { readonly exemptionId: string },
): Promise<Outcome<RouteAnswer<"revokeExemption">>> {
  const { actor, tenantId, requestId, exemptionId, body } = command;
  const about: GrantChange = {
    ...{ actor, tenantId, requestId },
    done: "exemption.revoked",
    refused: "exemption.refused",
    freeText: { reason: body.reason },
    data: { exemptionId },
  };
  return changeGrant(deps, about, async ({ reads, control, now, eventId }) => {
    if (!mayGrant(control, actor)) return { kind: "refused", reason: "ROLE_MISSING" };
    const ref = exemptionRef(exemptionId);
    const [stored] = await reads.get([inTenant(tenantId, ref)]);
    const before = Exemption.safeParse(stored?.data ?? null);
    if (!before.success) return { kind: "refused", reason: "NOT_FOUND" };
    if (before.data.revokedAt !== null) return { kind: "refused", reason: "EXEMPTION_REVOKED" };
    const end = { revokedAt: now, revokedBy: actor.id };
    const auditVersion = before.data.auditVersion + 1;
    const exemption: Exemption = { ...before.data, ...end, auditVersion, lastEventId: eventId };
    return { kind: "change", ref, grant: exemption, answer: { exemption } };
  });
}

const mayGrant = (control: ControlState, actor: GrantCommand<unknown>["actor"]): boolean =>
  rolesHeld({ kind: "read", state: control }, actor).some((role) => GRANTERS.includes(role));

function problemWith(
  control: ControlState,
  actor: GrantCommand<unknown>["actor"],
  body: GrantBody,
  now: UtcInstant,
): ReasonCode | null {
  if (!mayGrant(control, actor)) return "ROLE_MISSING";
  const capability = REGISTRY.get(body.capabilityId)?.metadata;
  if (capability === undefined) return "CAPABILITY_UNKNOWN";
  if (capability.mode !== "read" && body.forUid === null && body.resourceRef === null) return "INVALID_INPUT";
  const isForOneself =
    body.forUid !== null && personBehind(control.staff, body.forUid) === personBehind(control.staff, actor.id);
  if (isForOneself) return "SELF_APPROVAL";
  const startsAt = body.startsAt ?? now;
  const maxMs = capability.riskTier === "physical" ? EXEMPTION_PHYSICAL_MAX_MS : EXEMPTION_MAX_MS;
  const isBounded = isTimeBounded(startsAt, body.expiresAt, maxMs) && isTimeBounded(now, body.expiresAt, maxMs);
  return isBounded && Date.parse(startsAt) >= Date.parse(now) ? null : "INVALID_INPUT";
}
