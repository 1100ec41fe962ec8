import type { Actor, Role, StaffEntry } from "../contracts/index.js";
import type { ControlReading } from "./control.js";

/**
 * Which roles does this person hold here and now? Those that the verified token and the studio's staff list both name. A
 * person who is not listed, or is out, holds none; so does everybody while the list cannot be read. Agents and the system
 * hold no roles.
 */
export function rolesHeld(tenant: ControlReading, actor: Actor): readonly Role[] {
  if (actor.type !== "human" || tenant.kind === "unreadable") return [];
  const listed = staffEntryOf(tenant.state.staff, actor.id);
  return listed === null ? [] : actor.roles.filter((role) => listed.roles.includes(role));
}

/** The entry of a person who is in, looked up by any of their accounts; null for everybody else. */
export function staffEntryOf(staff: readonly StaffEntry[], uid: string): StaffEntry | null {
  const entry = staff.find((candidate) => candidate.uid === uid || candidate.aliases.includes(uid));
  return entry === undefined || entry.disabledAt !== null ? null : entry;
}
