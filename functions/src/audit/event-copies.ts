import type { JsonObject } from "../contracts/index.js";
import { isText, isWritten, memberNamed, sameBytes, scanCanonicalObject } from "./canonical-scan.js";
import type { CanonicalObject, Member } from "./canonical-scan.js";

/** What stands beside the canonical text in a stored event without being a copy of a part of it. */
const NOT_COPIES: ReadonlySet<string> = new Set(["v", "canonical", "pending", "logEpoch", "quarantined"]);
/** Copies that stand deeper in the event than under their own name. */
const ACTOR_COPIES = [
  ["actorId", "id"],
  ["actorName", "name"],
  ["actorType", "type"],
] as const;

/** Which fields of a stored event are copies to search by? With `seq`, its index in the log. */
export function copiesOf(stored: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(stored).filter(([name]) => !NOT_COPIES.has(name)));
}

/**
 * Are these copies what the event says, and do they name its index in the log? Each must stand in the event, under its own name or
 * within the actor, with the same value; `seq` must be there.
 */
export function areCopiesOf(copies: CanonicalObject, event: CanonicalObject, index: number): boolean {
  if (!isWritten(copies, memberNamed(copies, "seq"), String(index))) return false;
  // Both are in the order of their names: what was passed is not looked at again.
  let next = 0;
  for (const copy of copies.members) {
    if (isNamed(copies, copy, "seq")) continue;
    const inActor = actorField(copies, copy);
    if (inActor !== null) {
      if (!isActorCopy(event, inActor, copies, copy)) return false;
      continue;
    }
    while (next < event.members.length && !isSameName(event, event.members[next], copies, copy)) next++;
    if (!isSameValue(event, event.members[next], copies, copy)) return false;
  }
  return true;
}

function actorField(copies: CanonicalObject, copy: Member): string | null {
  for (const [name, field] of ACTOR_COPIES) if (isNamed(copies, copy, name)) return field;
  return null;
}

function isActorCopy(event: CanonicalObject, field: string, copies: CanonicalObject, copy: Member): boolean {
  const member = memberNamed(event, "actor");
  const actor = member === null ? null : scanCanonicalObject(event.bytes, member.from, member.to);
  return actor !== null && isSameValue(actor, memberNamed(actor, field) ?? undefined, copies, copy);
}

function isNamed({ bytes }: CanonicalObject, { nameFrom, nameTo }: Member, name: string): boolean {
  return isText(bytes, nameFrom, nameTo, name);
}

function isSameName(a: CanonicalObject, inA: Member | undefined, b: CanonicalObject, inB: Member): boolean {
  return inA !== undefined && sameBytes(a.bytes, inA.nameFrom, inA.nameTo, b.bytes, inB.nameFrom, inB.nameTo);
}

function isSameValue(a: CanonicalObject, inA: Member | undefined, b: CanonicalObject, inB: Member): boolean {
  return inA !== undefined && sameBytes(a.bytes, inA.from, inA.to, b.bytes, inB.from, inB.to);
}
