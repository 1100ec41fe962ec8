import { ControlState } from "../contracts/index.js";
import type { JsonObject, Role } from "../contracts/index.js";

/** What an account's claims must say about this studio; null: nothing. */
export interface ClaimOf {
  readonly uid: string;
  readonly roles: readonly Role[] | null;
}

/**
 * Whose token claims no longer say what the staff list says? Every account of every person whose entry changed, with the
 * roles that the list of this moment has for them. A document that cannot be read changes nobody's claims: decisions read the list itself, so claims
 * only let people in at the door.
 */
export function claimsToSync(
  before: JsonObject | null,
  after: JsonObject | null,
  current: JsonObject | null,
): readonly ClaimOf[] {
  const [then, changed, now] = [claimsIn(before), claimsIn(after), claimsIn(current)];
  if (changed === null || now === null) return [];
  const accounts = [...new Set([...(then ?? new Map<string, string>()).keys(), ...changed.keys()])];
  return accounts
    .filter((uid) => then === null || then.get(uid) !== changed.get(uid))
    .map((uid) => ({ uid, roles: rolesIn(now.get(uid)) }));
}

/** Account to roles, as one comparable text; accounts of people who are out hold nothing. */
function claimsIn(data: JsonObject | null): ReadonlyMap<string, string> | null {
  const staff = ControlState.shape.staff.safeParse(data?.["staff"]);
  if (!staff.success) return null;
  return new Map(
    staff.data.flatMap(({ uid, aliases, roles, disabledAt }) =>
      [uid, ...aliases].map((account): [string, string] => [
        account,
        disabledAt === null ? [...roles].sort().join(" ") : "",
      ]),
    ),
  );
}

const rolesIn = (text: string | undefined): readonly Role[] | null =>
  text === undefined || text === "" ? null : (text.split(" ") as Role[]);
