import type { Deps } from "../commit/deps.js";
import type { Outcome } from "../commit/outcome.js";
import { API_ROUTES, ControlState } from "../contracts/index.js";
import type { ControlMode, ControlScope, Role, RouteAnswer, RouteBody, UtcInstant } from "../contracts/index.js";
import { changeControl } from "./change-control.js";
import type { ControlDecision } from "./change-control.js";
import { mayEngage } from "./engage-stop.js";
import type { ControlCommand } from "./engage-stop.js";
import { decideRelease, releasersOf } from "./release-stop.js";
import { rolesHeld } from "./staff.js";

const RELEASERS: readonly Role[] = API_ROUTES.releaseScope.roles;

/**
 * Stop one thing and let the rest go on (M04.1)? One person is enough. The epoch grows, as with every flip, so that nothing
 * that was approved before runs on when the stop is over. Where there is such a stop already, the stricter mode and the later
 * end of the two count, so that nobody loosens or shortens one. Refuses CONTROL_UNCHANGED where that is what there is,
 * ROLE_MISSING for somebody whom the staff list does not lead any more, and INVALID_INPUT for an end that lies behind or a
 * list that is full.
 */
export function engageScope(
  deps: Deps,
  { actor, tenantId, requestId, body }: ControlCommand<RouteBody<"engageScope">>,
): Promise<Outcome<RouteAnswer<"engageScope">>> {
  const { kind, id, mode, reason, until } = body;
  const about = {
    ...{ actor, tenantId, requestId },
    done: "control.scope_engaged" as const,
    refused: "control.refused" as const,
    severity: "alarm" as const,
    freeText: { reason },
    data: { kind, id, mode, until },
  };
  return changeControl(deps, about, (state, now, { by }) => {
    if (!mayEngage(state, actor)) return { kind: "refused", reason: "ROLE_MISSING" };
    if (until !== null && !(Date.parse(until) > Date.parse(now))) return { kind: "refused", reason: "INVALID_INPUT" };
    const scopes = stillRunning(state.scopes, now);
    const before = find(scopes, body);
    const strict =
      before === null ? { mode, until } : { mode: stricter(before.mode, mode), until: laterEnd(before.until, until) };
    if (before !== null && strict.mode === before.mode && strict.until === before.until)
      return { kind: "refused", reason: "CONTROL_UNCHANGED" };
    const scope: ControlScope = { kind, id, ...strict, reason, by, at: now, releaseRequest: null };
    return flipped(state, [...scopes.filter((other) => other !== before), scope], (control) => ({ control }));
  });
}

const stricter = (a: ControlMode, b: ControlMode): ControlMode =>
  a === "stopped" || b === "stopped" ? "stopped" : a === "read_only" ? a : b;

/** No end is the latest of all. */
const laterEnd = (a: UtcInstant | null, b: UtcInstant | null): UtcInstant | null =>
  a === null || b === null ? null : a > b ? a : b;

/**
 * Let it go on: the first call asks, the second, by somebody else, does it; or one person alone, with the phrase and after
 * the delay, exactly as with the whole studio. Refuses CONTROL_UNCHANGED where there is no such stop, ROLE_MISSING, and
 * RELEASE_NOT_CONFIRMED.
 */
export function releaseScope(
  deps: Deps,
  { actor, tenantId, requestId, body }: ControlCommand<RouteBody<"releaseScope">>,
): Promise<Outcome<RouteAnswer<"releaseScope">>> {
  const { kind, id, reason, phrase } = body;
  const about = {
    ...{ actor, tenantId, requestId },
    done: "control.scope_released" as const,
    refused: "control.refused" as const,
    severity: "alarm" as const,
    freeText: { reason },
    data: { kind, id },
  };
  return changeControl(deps, about, (state, now, { by }): ControlDecision<RouteAnswer<"releaseScope">> => {
    if (!rolesHeld({ kind: "read", state }, actor).some((role) => RELEASERS.includes(role)))
      return { kind: "refused", reason: "ROLE_MISSING" };
    const scopes = stillRunning(state.scopes, now);
    const before = find(scopes, body);
    if (before === null) return { kind: "refused", reason: "CONTROL_UNCHANGED" };
    const decision = decideRelease(before, actor, phrase, now, releasersOf(state.staff));
    if (decision.kind === "refused") return decision;
    const others = scopes.filter((other) => other !== before);
    if (decision.kind === "release") return flipped(state, others, (control) => ({ control, isReleased: true }));
    const asked = { ...before, releaseRequest: { by, at: now, reason } };
    const fields = { scopes: [...others, asked] };
    const answer = { control: { ...state, ...fields }, isReleased: false };
    return { kind: "change", type: "control.scope_release_requested", fields, answer };
  });
}

function flipped<Answer>(
  state: ControlState,
  scopes: ControlScope[],
  answer: (control: ControlState) => Answer,
): ControlDecision<Answer> {
  const fields = { scopes, epoch: state.epoch + 1 };
  return ControlState.shape.scopes.safeParse(scopes).success
    ? { kind: "change", fields, answer: answer({ ...state, ...fields }) }
    : { kind: "refused", reason: "INVALID_INPUT" };
}

const find = (scopes: readonly ControlScope[], { kind, id }: Pick<ControlScope, "kind" | "id">): ControlScope | null =>
  scopes.find((scope) => scope.kind === kind && scope.id === id) ?? null;

/** Stops whose time is over make room; one whose end cannot be compared stays. */
const stillRunning = (scopes: readonly ControlScope[], now: UtcInstant): ControlScope[] =>
  scopes.filter(({ until }) => until === null || !(Date.parse(now) >= Date.parse(until)));
