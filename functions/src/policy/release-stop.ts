import { recordEvent } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import { toDocument } from "../commit/document-change.js";
import { accept, refuse } from "../commit/outcome.js";
import type { Outcome } from "../commit/outcome.js";
import type { Commit } from "../commit/transactor.js";
import {
  API_ROUTES,
  ControlState,
  SOLO_RELEASE_DELAY_MS,
  SOLO_RELEASE_PHRASE,
  controlRef,
  inTenant,
} from "../contracts/index.js";
import type {
  AuditEventType,
  HumanActor,
  ReasonCode,
  Role,
  RouteAnswer,
  RouteBody,
  StaffEntry,
  UtcInstant,
} from "../contracts/index.js";
import { readControl } from "./control.js";
import type { ControlCommand } from "./engage-stop.js";
import { asListed, personBehind, rolesHeld, staffEntryOf } from "./staff.js";

type Answer = RouteAnswer<"releaseStop">;

const RELEASERS: readonly Role[] = API_ROUTES.releaseStop.roles;

/** What a release request comes to, given who asked before. */
export type ReleaseDecision =
  | { readonly kind: "request" }
  | { readonly kind: "release" }
  | { readonly kind: "refused"; readonly reason: ReasonCode };

/** Who could release, as the list of people stands now. */
export interface Releasers {
  /** Two accounts of one person are one. */
  isSamePerson(a: string, b: string): boolean;
  mayRelease(uid: string): boolean;
}

/** A studio's releasers: who holds one of the roles on its staff list. */
export const releasersOf = (staff: readonly StaffEntry[]): Releasers => ({
  isSamePerson: (a, b) => personBehind(staff, a) === personBehind(staff, b),
  mayRelease: (uid) => staffEntryOf(staff, uid)?.roles.some((role) => RELEASERS.includes(role)) === true,
});

/**
 * Does this person's request ask for the release, or complete it (M04.4)? Two distinct people complete it; one person
 * alone does with the typed phrase, `SOLO_RELEASE_DELAY_MS` after their first request (the instant itself counts). What
 * somebody asked who may not release any more counts for nothing: then this request is the first one.
 */
export function decideRelease(
  state: Pick<ControlState, "mode" | "releaseRequest">,
  actor: Pick<HumanActor, "id">,
  phrase: string | null,
  now: UtcInstant,
  releasers: Releasers,
): ReleaseDecision {
  if (state.mode === "normal") return { kind: "refused", reason: "CONTROL_UNCHANGED" };
  const request = state.releaseRequest;
  if (request === null || !releasers.mayRelease(request.by.id)) return { kind: "request" };
  if (!releasers.isSamePerson(request.by.id, actor.id)) return { kind: "release" };
  const waitedMs = Date.parse(now) - Date.parse(request.at);
  return phrase === SOLO_RELEASE_PHRASE && waitedMs >= SOLO_RELEASE_DELAY_MS
    ? { kind: "release" }
    : { kind: "refused", reason: "RELEASE_NOT_CONFIRMED" };
}

/**
 * Release the stop: the first call asks, the second, by somebody else, does it. Approvals from before do not come back to
 * life, for the epoch grows. An unreadable control document cannot be released here: CONTROL_UNREADABLE.
 */
export function releaseStop(
  deps: Deps,
  { actor: caller, tenantId, requestId, body }: ControlCommand<RouteBody<"releaseStop">>,
): Promise<Outcome<Answer>> {
  return deps.transactor.transact(async (reads): Promise<Commit<Outcome<Answer>>> => {
    const path = inTenant(tenantId, controlRef());
    const [stored] = await reads.get([path]);
    const reading = readControl(stored?.data ?? null);
    const actor = asListed(reading, caller);
    const now = deps.clock.now();
    const eventId = deps.ids.random();
    const put = (
      type: AuditEventType,
      about: { reasonCode?: ReasonCode; control?: ControlState; data?: { soloRelease: boolean } },
    ) =>
      recordEvent(
        {
          tenantId,
          at: now,
          actor,
          requestId,
          type,
          outcome: about.reasonCode === undefined ? "done" : "refused",
          severity: type === "control.released" ? "alarm" : "notice",
          reasonCode: about.reasonCode ?? null,
          controlEpoch: about.control?.epoch ?? null,
          resourceRefs:
            about.control === undefined ? [] : [{ path: controlRef(), auditVersion: about.control.auditVersion }],
          data: about.data ?? {},
          freeText: { reason: body.reason },
        },
        eventMeans(deps, eventId),
      );

    const refused = (reason: ReasonCode): Commit<Outcome<Answer>> => ({
      changes: [],
      events: [put("control.refused", { reasonCode: reason })],
      answer: refuse(reason),
    });
    if (reading.kind === "unreadable") return refused("CONTROL_UNREADABLE");
    if (!rolesHeld(reading, actor).some((role) => RELEASERS.includes(role))) return refused("ROLE_MISSING");
    const decision = decideRelease(reading.state, actor, body.phrase, now, releasersOf(reading.state.staff));
    if (decision.kind === "refused") return refused(decision.reason);

    const isReleased = decision.kind === "release";
    const by = { id: actor.id, name: actor.name };
    const bookkeeping = { auditVersion: reading.state.auditVersion + 1, lastEventId: eventId, updatedAt: now };
    const control = ControlState.parse(
      isReleased
        ? {
            ...reading.state,
            ...bookkeeping,
            mode: "normal",
            epoch: reading.state.epoch + 1,
            reason: body.reason,
            by,
            at: now,
            releaseRequest: null,
          }
        : { ...reading.state, ...bookkeeping, releaseRequest: { by, at: now, reason: body.reason } },
    );
    const { staff, releaseRequest } = reading.state;
    const isSolo = isReleased && personBehind(staff, releaseRequest?.by.id ?? "") === personBehind(staff, actor.id);
    return {
      changes: [{ op: "set", path, data: toDocument(control) }],
      events: [
        put(isReleased ? "control.released" : "control.release_requested", { control, data: { soloRelease: isSolo } }),
      ],
      answer: accept({ control, isReleased }),
    };
  });
}
