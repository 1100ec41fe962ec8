import { staleAfterMs } from "@studio-os/functions/contracts";
import type { Observation } from "@studio-os/functions/contracts";
import type { Condition, Hours } from "./rule.js";

/** A reading as a rule sees it: the value as the device said it, before any deadband. */
export type RuleReading = Pick<Observation, "deviceId" | "attribute" | "value" | "unit" | "observedAt" | "quality">;

/** Answers: can this reading be believed at `nowMs`? Unknown, stale, missing and dated after now cannot. */
export function isUsable(reading: RuleReading | undefined, nowMs: number): reading is RuleReading {
  if (reading === undefined || reading.value === null) return false;
  if (reading.quality !== "live" && reading.quality !== "simulated") return false;
  const ageMs = nowMs - Date.parse(reading.observedAt);
  return ageMs >= 0 && ageMs <= staleAfterMs(reading.attribute);
}

/**
 * Answers: does the condition hold? `wasTrue` is the answer before, for hysteresis. A value exactly at the threshold does
 * not hold; null: the reading is of another kind or unit, so nothing can be said.
 */
export function holds(condition: Condition, reading: RuleReading, wasTrue: boolean): boolean | null {
  if (condition.is === "equals") {
    return typeof reading.value === typeof condition.value ? reading.value === condition.value : null;
  }
  if (typeof reading.value !== "number" || reading.unit !== condition.unit) return null;
  const slack = wasTrue ? condition.hysteresis : 0;
  return condition.is === "above"
    ? reading.value > condition.threshold - slack
    : reading.value < condition.threshold + slack;
}

/** Answers: is this instant inside the daily window, by the clock on the studio's wall? */
export function isWithin(hours: Hours | undefined, nowMs: number): boolean {
  if (hours === undefined || hours.from === hours.to) return true;
  const wall = wallClock(hours.timeZone).format(nowMs);
  return hours.from < hours.to ? wall >= hours.from && wall < hours.to : wall >= hours.from || wall < hours.to;
}

/** Building a formatter costs more than a thousand uses of it. */
const WALL_CLOCKS = new Map<string, Intl.DateTimeFormat>();

function wallClock(timeZone: string): Intl.DateTimeFormat {
  const known = WALL_CLOCKS.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  WALL_CLOCKS.set(timeZone, made);
  return made;
}
