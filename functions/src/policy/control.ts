import { ControlState, GlobalControlState } from "../contracts/index.js";
import type { ControlMode, ControlScope, JsonObject, UtcInstant } from "../contracts/index.js";

/** A control document as it was found. Anything that is not a valid document is unreadable, and that means stopped. */
export type Reading<State> =
  { readonly kind: "read"; readonly state: State } | { readonly kind: "unreadable"; readonly why: string };
export type ControlReading = Reading<ControlState>;

/** Global and tenant control, read in the transaction that they guard. */
export interface ControlReadings {
  readonly global: Reading<GlobalControlState>;
  readonly tenant: ControlReading;
}

/** Can these stored documents be trusted as control states? A missing or malformed one is unreadable (M04.2). */
export const readControls = (global: JsonObject | null, tenant: JsonObject | null): ControlReadings => ({
  global: readGlobalControl(global),
  tenant: readControl(tenant),
});

/** The same for the studio's own document alone. */
export const readControl = (data: JsonObject | null): ControlReading => read(ControlState, data);

/** And for the document above all studios. */
export const readGlobalControl = (data: JsonObject | null): Reading<GlobalControlState> =>
  read(GlobalControlState, data);

function read<State>(
  schema: { safeParse(data: JsonObject): { success: true; data: State } | { success: false } },
  data: JsonObject | null,
): Reading<State> {
  if (data === null) return { kind: "unreadable", why: "the control document is missing" };
  const parsed = schema.safeParse(data);
  return parsed.success
    ? { kind: "read", state: parsed.data }
    : { kind: "unreadable", why: "the control document does not have its shape" };
}

export interface EffectiveControl {
  readonly mode: ControlMode;
  /** Grows with every flip of either document, so that one number says "nothing was flipped since". */
  readonly epoch: number;
  readonly isUnreadable: boolean;
  /** Who, when, why: said to the person who is refused. */
  readonly detail: string;
}

const STRICTNESS: Record<ControlMode, number> = { normal: 0, read_only: 1, stopped: 2 };

/** What somebody wants to do, as far as a narrower stop may be about it. */
export interface ControlSubject {
  readonly capabilityId?: string;
  /** Who acts now, and everybody on whose behalf: a stopped agent's requests stop with it. */
  readonly actorIds?: readonly string[];
  /** Whose readings the request rests on. */
  readonly connectorIds?: readonly string[];
  /** The routine on whose behalf. */
  readonly routineId?: string;
}

/**
 * Which mode counts now for this subject? The strictest of the global document, the tenant's document and every scope
 * that matches and has not run out; `until` itself counts as run out. Unreadable is stopped.
 */
export function effectiveControl(
  readings: ControlReadings,
  subject: ControlSubject,
  now: UtcInstant,
): EffectiveControl {
  if (readings.global.kind === "unreadable") return stoppedUnreadable(`all studios: ${readings.global.why}`);
  if (readings.tenant.kind === "unreadable") return stoppedUnreadable(`this studio: ${readings.tenant.why}`);
  const states = [readings.global.state, readings.tenant.state];
  const candidates = states.flatMap((state) => [
    { mode: state.mode, by: state.by.name, reason: state.reason, at: state.at },
    ...state.scopes
      .filter((scope) => matches(scope, subject) && !hasRunOut(scope, now))
      .map((scope) => ({ mode: scope.mode, by: scope.by.name, reason: scope.reason, at: scope.at })),
  ]);
  const strictest = candidates.reduce((a, b) => (STRICTNESS[b.mode] > STRICTNESS[a.mode] ? b : a));
  return {
    mode: strictest.mode,
    epoch: readings.global.state.epoch + readings.tenant.state.epoch,
    isUnreadable: false,
    detail:
      strictest.mode === "normal"
        ? "normal"
        : `${strictest.mode === "stopped" ? "stopped" : "read-only"} by ${strictest.by} at ${strictest.at}: ${strictest.reason}`,
  };
}

/** A time that cannot be compared leaves the scope in force. */
function hasRunOut({ until }: ControlScope, now: UtcInstant): boolean {
  return until !== null && Date.parse(now) >= Date.parse(until);
}

function matches(
  { kind, id }: ControlScope,
  { capabilityId, actorIds, connectorIds, routineId }: ControlSubject,
): boolean {
  switch (kind) {
    case "capability":
      return id === capabilityId;
    case "actor":
      return actorIds?.includes(id) === true;
    case "connector":
      return connectorIds?.includes(id) === true;
    case "routine":
      return id === routineId;
  }
}

function stoppedUnreadable(detail: string): EffectiveControl {
  return { mode: "stopped", epoch: 0, isUnreadable: true, detail };
}

/**
 * An epoch that no approval can have been given under, for a control document whose own count is lost: milliseconds since
 * 1970 lie far above any count of flips, so that an approval from before the loss does not come back to life.
 */
export function unseenEpoch(now: UtcInstant): number {
  return Date.parse(now);
}
