import type { Actor, ApprovalThreshold, Role, StaffEntry } from "../contracts/index.js";
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

/**
 * The same person under the name that the staff list has for them. Whoever signs in can name their own account as they
 * like, and must not stand in the record under somebody else's name.
 */
export function asListed<Somebody extends Actor>(tenant: ControlReading, actor: Somebody): Somebody {
  if (actor.type !== "human" || tenant.kind === "unreadable") return actor;
  const listed = staffEntryOf(tenant.state.staff, actor.id);
  return listed === null ? actor : { ...actor, name: listed.name };
}

/** The entry of a person who is in, looked up by any of their accounts; null for everybody else. */
export function staffEntryOf(staff: readonly StaffEntry[], uid: string): StaffEntry | null {
  const entry = staff.find((candidate) => candidate.uid === uid || candidate.aliases.includes(uid));
  return entry === undefined || entry.disabledAt !== null ? null : entry;
}

/** One person behind every account: the uid that the staff list leads them under. */
export const personBehind = (staff: readonly StaffEntry[], uid: string): string =>
  staff.find((candidate) => candidate.uid === uid || candidate.aliases.includes(uid))?.uid ?? uid;

/** Every account of the person who has this one; it alone, where the list does not know it. */
export function accountsOf(staff: readonly StaffEntry[], uid: string): readonly string[] {
  const entry = staff.find((candidate) => candidate.uid === uid || candidate.aliases.includes(uid));
  return entry === undefined ? [uid] : [entry.uid, ...entry.aliases];
}

/** Does this person count for a threshold? Role and group as the list has them now. */
export function passes({ roles, groups, disabledAt }: StaffEntry, filter: ApprovalThreshold["filter"]): boolean {
  return (
    disabledAt === null &&
    roles.some((role) => filter.roles.includes(role)) &&
    (filter.groups === null || groups.some((group) => filter.groups?.includes(group) === true))
  );
}

/** The largest set of these people that satisfies a filter; with `distinctGroups`, no two of one group. */
export function inSet(people: readonly StaffEntry[], filter: ApprovalThreshold["filter"]): readonly StaffEntry[] {
  const passing = people.filter((person) => passes(person, filter));
  return filter.distinctGroups ? ofDistinctGroups(passing) : passing;
}

/** A maximum matching of people to groups (Kuhn): nobody is left out because of the order in which they decided. */
function ofDistinctGroups(people: readonly StaffEntry[]): readonly StaffEntry[] {
  const holderOf = new Map<string, StaffEntry>();
  const seat = (person: StaffEntry, tried: Set<string>): boolean =>
    person.groups.some((group) => {
      if (tried.has(group)) return false;
      tried.add(group);
      const holder = holderOf.get(group);
      if (holder !== undefined && !seat(holder, tried)) return false;
      holderOf.set(group, person);
      return true;
    });
  for (const person of people) seat(person, new Set());
  return [...holderOf.values()];
}
