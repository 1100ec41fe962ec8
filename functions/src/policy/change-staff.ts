import type { Deps } from "../commit/deps.js";
import type { Outcome } from "../commit/outcome.js";
import { ControlState } from "../contracts/index.js";
import type { HumanActor, ReasonCode, RouteAnswer, RouteBody, StaffEntry, UtcInstant } from "../contracts/index.js";
import { changeControl } from "./change-control.js";
import type { ControlChange } from "./change-control.js";
import { personBehind, rolesHeld, staffEntryOf } from "./staff.js";

type Answer = RouteAnswer<"changeStaff">;

export interface ChangeStaff {
  readonly actor: HumanActor;
  readonly tenantId: string;
  readonly requestId: string;
  readonly memberUid: string;
  readonly body: RouteBody<"changeStaff">;
}

/**
 * Who is on the staff from now on, and what may they do? Counts from this commit on, whatever their token says. Refuses
 * with ROLE_MISSING (only owners), OWN_ROLES, LAST_OWNER, and INVALID_INPUT for an account that two people would share.
 */
export function changeStaff(
  deps: Deps,
  { actor, tenantId, requestId, memberUid, body }: ChangeStaff,
): Promise<Outcome<Answer>> {
  const about: ControlChange = {
    actor,
    tenantId,
    requestId,
    done: "staff.changed",
    refused: "staff.refused",
    freeText: { reason: body.reason },
    data: { memberUid, holds: body.holds, isIn: body.isIn },
  };
  return changeControl(deps, about, (state, now) => {
    const problem = problemWith(state, actor, memberUid, body, now);
    if (problem !== null) return { kind: "refused", reason: problem };
    const before = state.staff.find(({ uid }) => uid === memberUid);
    const entry = entryOf(memberUid, body, before ?? null, now);
    const staff = [...state.staff.filter(({ uid }) => uid !== memberUid), entry];
    return { kind: "change", fields: { staff }, answer: { entry }, data: { held: before?.roles ?? [] } };
  });
}

function problemWith(
  state: ControlState,
  actor: HumanActor,
  memberUid: string,
  body: RouteBody<"changeStaff">,
  now: UtcInstant,
): ReasonCode | null {
  if (!rolesHeld({ kind: "read", state }, actor).includes("owner")) return "ROLE_MISSING";
  if (personBehind(state.staff, actor.id) === personBehind(state.staff, memberUid)) return "OWN_ROLES";
  const others = state.staff.filter(({ uid }) => uid !== memberUid);
  const taken = new Set(others.flatMap(({ uid, aliases }) => [uid, ...aliases]));
  if ([memberUid, ...body.aliases].some((account) => taken.has(account))) return "INVALID_INPUT";
  const entry = entryOf(memberUid, body, null, now);
  const hasOwner = [...others, entry].some(({ uid, roles }) => {
    const listed = uid === memberUid ? (entry.disabledAt === null ? entry : null) : staffEntryOf(others, uid);
    return listed !== null && roles.includes("owner");
  });
  if (!hasOwner) return "LAST_OWNER";
  return ControlState.shape.staff.safeParse([...others, entry]).success ? null : "INVALID_INPUT";
}

function entryOf(
  uid: string,
  { name, holds, groups, aliases, isIn }: RouteBody<"changeStaff">,
  before: StaffEntry | null,
  now: UtcInstant,
): StaffEntry {
  const disabledAt = isIn ? null : (before?.disabledAt ?? now);
  return { uid, name, roles: [...holds], groups: [...groups], aliases: [...aliases], disabledAt };
}
