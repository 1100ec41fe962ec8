import { recordEvent } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import { toDocument } from "../commit/document-change.js";
import { accept } from "../commit/outcome.js";
import type { Outcome } from "../commit/outcome.js";
import type { Commit } from "../commit/transactor.js";
import { LegalHolds, MAX_LEGAL_HOLDS, controlRef, inTenant, legalHoldsRef } from "../contracts/index.js";
import type { LegalHold, Role, RouteAnswer, RouteBody, UtcInstant } from "../contracts/index.js";
import { readControl } from "../policy/control.js";
import { rolesHeld } from "../policy/staff.js";
import { eventOf, refuseOnRecord } from "./command.js";
import type { GovernanceCommand } from "./command.js";
import { readHolds } from "./legal-holds.js";

type Answer = RouteAnswer<"placeHold">;
type Decided = Commit<Outcome<Answer>>;

/**
 * Keep this, whatever comes? Counts from this commit on, also against what was approved before. Refuses with ROLE_MISSING
 * where the staff list does not grant the role any more, TARGET_UNREADABLE, and TOO_MANY_HOLDS.
 */
export function placeHold(deps: Deps, command: GovernanceCommand<RouteBody<"placeHold">>): Promise<Outcome<Answer>> {
  const { actor, body } = command;
  return changeHolds(deps, command, ["owner", "approver_admin"], (holds, now) => {
    if (holds.length >= MAX_LEGAL_HOLDS) return "TOO_MANY_HOLDS";
    const hold: LegalHold = {
      holdId: deps.ids.random(),
      about: body.about,
      placedBy: actor.id,
      placedAt: now,
      liftedBy: null,
      liftedAt: null,
    };
    return { type: "hold.placed", hold, holds: [...holds, hold] };
  });
}

/** Need this be kept no longer? Refuses with ROLE_MISSING, TARGET_UNREADABLE, and NOT_FOUND for no hold in force. */
export function liftHold(
  deps: Deps,
  command: GovernanceCommand<RouteBody<"liftHold">> & { readonly holdId: string },
): Promise<Outcome<Answer>> {
  return changeHolds(deps, command, ["owner"], (holds, now) => {
    const found = holds.find(({ holdId, liftedAt }) => holdId === command.holdId && liftedAt === null);
    if (found === undefined) return "NOT_FOUND";
    const hold: LegalHold = { ...found, liftedBy: command.actor.id, liftedAt: now };
    return { type: "hold.lifted", hold, holds: holds.map((it) => (it === found ? hold : it)) };
  });
}

type Change =
  | "TOO_MANY_HOLDS"
  | "NOT_FOUND"
  | {
      readonly type: "hold.placed" | "hold.lifted";
      readonly hold: LegalHold;
      readonly holds: readonly LegalHold[];
    };

function changeHolds<Body>(
  deps: Deps,
  command: GovernanceCommand<Body>,
  roles: readonly Role[],
  change: (holds: readonly LegalHold[], now: UtcInstant) => Change,
): Promise<Outcome<Answer>> {
  const { actor, tenantId } = command;
  return deps.transactor.transact(async (reads): Promise<Decided> => {
    const path = inTenant(tenantId, legalHoldsRef());
    const [control, stored] = await reads.get([inTenant(tenantId, controlRef()), path]);
    const now = deps.clock.now();
    const held = rolesHeld(readControl(control?.data ?? null), actor);
    if (!held.some((role) => roles.includes(role)))
      return refuseOnRecord(deps, command, "hold.refused", "ROLE_MISSING", {});
    const before = readHolds(stored?.data ?? null);
    if (before.kind === "unreadable") return refuseOnRecord(deps, command, "hold.refused", "TARGET_UNREADABLE", {});
    const changed = change(before.holds, now);
    if (typeof changed === "string") return refuseOnRecord(deps, command, "hold.refused", changed, {});

    const { type, hold, holds } = changed;
    const eventId = deps.ids.random();
    const auditVersion = before.auditVersion + 1;
    const after = LegalHolds.parse({ holds, auditVersion, lastEventId: eventId, updatedAt: now });
    const event = recordEvent(
      {
        ...eventOf(command, now),
        type,
        outcome: "done",
        severity: "notice",
        resourceRefs: [{ path: legalHoldsRef(), auditVersion }],
        data: { holdId: hold.holdId, about: hold.about },
      },
      eventMeans(deps, eventId),
    );
    return {
      changes: [{ op: "set", path, data: toDocument(after) }],
      events: [event],
      answer: accept({ hold }),
    };
  });
}
