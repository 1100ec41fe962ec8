import type { Deps } from "../commit/deps.js";
import type { Outcome } from "../commit/outcome.js";
import { COVER_MAX_MS, ControlState, MAX_COVERS_EACH } from "../contracts/index.js";
import type { ApproverCover, HumanActor, ReasonCode, RouteAnswer, RouteBody, UtcInstant } from "../contracts/index.js";
import { changeControl } from "./change-control.js";
import type { ControlChange } from "./change-control.js";
import { personBehind, rolesHeld, staffEntryOf } from "./staff.js";

interface CoverCommand<Body> {
  readonly actor: HumanActor;
  readonly tenantId: string;
  readonly requestId: string;
  readonly body: Body;
}

/**
 * May somebody decide in somebody else's place for a while (M02.9)? For one's own place, or as owner or admin for
 * anybody's; at most 14 days, between two people who are in, and ten
 * at a time of one person's place. Covers that are over make room. Refuses with ROLE_MISSING and
 * INVALID_INPUT. Whether the cover lets a person decide on a given request is judged then, against that request's chain.
 */
export function startCover(
  deps: Deps,
  { actor, tenantId, requestId, body }: CoverCommand<RouteBody<"startCover">>,
): Promise<Outcome<RouteAnswer<"startCover">>> {
  const { reason, ...asked } = body;
  const about: ControlChange = {
    actor,
    tenantId,
    requestId,
    done: "cover.started",
    refused: "cover.refused",
    freeText: { reason },
    data: { from: asked.from, to: asked.to, endsAt: asked.endsAt },
  };
  return changeControl(deps, about, (state, now, { newId, by }) => {
    const cover: ApproverCover = { coverId: newId(), ...asked, by, at: now };
    const problem = problemWith(state, actor, cover, now);
    if (problem !== null) return { kind: "refused", reason: problem };
    const covers = [...state.covers.filter(({ endsAt }) => Date.parse(endsAt) > Date.parse(now)), cover];
    if (!ControlState.shape.covers.safeParse(covers).success) return { kind: "refused", reason: "INVALID_INPUT" };
    return { kind: "change", fields: { covers }, answer: { cover }, data: { coverId: cover.coverId } };
  });
}

/** End a cover now. Either of the two people may, and owners and admins. Refuses with NOT_FOUND and ROLE_MISSING. */
export function endCover(
  deps: Deps,
  { actor, tenantId, requestId, coverId, body }: CoverCommand<RouteBody<"endCover">> & { readonly coverId: string },
): Promise<Outcome<RouteAnswer<"endCover">>> {
  const about: ControlChange = {
    actor,
    tenantId,
    requestId,
    done: "cover.ended",
    refused: "cover.refused",
    freeText: { reason: body.reason },
    data: { coverId },
  };
  return changeControl(deps, about, (state, now) => {
    const found = state.covers.find((cover) => cover.coverId === coverId);
    if (found === undefined) return { kind: "refused", reason: "NOT_FOUND" };
    const isOneOfThem = [found.from, found.to].some((uid) => isSame(state, uid, actor.id));
    if (!mayFor(state, actor) && !(isOneOfThem && staffEntryOf(state.staff, actor.id) !== null))
      return { kind: "refused", reason: "ROLE_MISSING" };
    const cover = { ...found, endsAt: now < found.endsAt ? now : found.endsAt };
    const covers = state.covers.map((each) => (each.coverId === coverId ? cover : each));
    return { kind: "change", fields: { covers }, answer: { cover } };
  });
}

function problemWith(state: ControlState, actor: HumanActor, cover: ApproverCover, now: UtcInstant): ReasonCode | null {
  const isOwnPlace = isSame(state, cover.from, actor.id) && staffEntryOf(state.staff, actor.id) !== null;
  if (!isOwnPlace && !mayFor(state, actor)) return "ROLE_MISSING";
  if (staffEntryOf(state.staff, cover.from) === null || staffEntryOf(state.staff, cover.to) === null)
    return "INVALID_INPUT";
  const running = state.covers.filter(({ endsAt }) => Date.parse(endsAt) > Date.parse(now));
  if (running.filter(({ from }) => isSame(state, from, cover.from)).length >= MAX_COVERS_EACH) return "INVALID_INPUT";
  const lengthMs = Date.parse(cover.endsAt) - Date.parse(cover.startsAt);
  const isBounded = lengthMs > 0 && lengthMs <= COVER_MAX_MS && Date.parse(cover.endsAt) > Date.parse(now);
  return isBounded && !isSame(state, cover.from, cover.to) ? null : "INVALID_INPUT";
}

const isSame = ({ staff }: ControlState, a: string, b: string): boolean =>
  personBehind(staff, a) === personBehind(staff, b);

/** Owners and approver admins arrange covers for others. */
const mayFor = (state: ControlState, actor: HumanActor): boolean =>
  rolesHeld({ kind: "read", state }, actor).some((role) => role === "owner" || role === "approver_admin");
