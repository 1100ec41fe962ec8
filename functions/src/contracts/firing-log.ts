import * as z from "zod";
import { DocId, UtcInstant } from "./primitives.js";

/** A firing is sampled every half minute; a week after its end every two minutes are enough (M12.10). Seconds. */
export const FIRING_STEP_S = 30;
export const FIRING_THIN_STEP_S = 120;
export const FIRING_THIN_AFTER_MS = 7 * 86_400_000;
/** Longest firing that is logged: 24 hours of half minutes. */
export const FIRING_MAX_SLOTS = 2_880;
export const FIRING_MAX_ALARMS = 50;

/** What is wrong with a firing, by its own log. */
export const FIRING_ALARMS = ["rate_too_fast", "zone_spread", "over_target", "no_reading"] as const;
export const FiringAlarm = z.strictObject({
  code: z.enum(FIRING_ALARMS),
  raisedAt: UtcInstant,
  /** null: it still is so. */
  clearedAt: UtcInstant.nullable(),
  /** What was measured when it was raised, and what it may be at most: °C/h, °C, °C, minutes. */
  value: z.number(),
  bound: z.number(),
});
export type FiringAlarm = z.infer<typeof FiringAlarm>;

/** Most zones of one kiln: a front loader of the largest kind has six. */
export const FIRING_MAX_ZONES = 12;

/** One point of the curve that the program asks for. Straight lines join the points. */
export const CurvePoint = z.strictObject({ offsetS: z.int().min(0), tempC: z.number() });
export type CurvePoint = z.infer<typeof CurvePoint>;

/**
 * The temperatures of one firing beside those that its program asks for. Stored at `firingLogs/{firingId}`; written by
 * functions as samples arrive; kept as long as the firing. `zones[z][i]` is the sample of zone z in slot i, that is from
 * `startAt + i * stepS` on; null: nothing was heard, and nothing is drawn.
 */
export const FiringLog = z.strictObject({
  firingId: DocId,
  kilnId: DocId,
  kilnName: z.string().max(80),
  title: z.string().max(120),
  program: z.string().max(20),
  cone: z.string().max(8),
  startAt: UtcInstant,
  stepS: z.union([z.literal(FIRING_STEP_S), z.literal(FIRING_THIN_STEP_S)]),
  /** Empty: the program has no known curve. */
  expected: z.array(CurvePoint).max(40),
  zones: z.record(z.string(), z.array(z.number().nullable()).max(FIRING_MAX_SLOTS)),
  lastSampleAt: UtcInstant.nullable(),
  alarms: z.array(FiringAlarm).max(FIRING_MAX_ALARMS),
  status: z.enum(["running", "ended"]),
  endedAt: UtcInstant.nullable(),
  updatedAt: UtcInstant,
});
export type FiringLog = z.infer<typeof FiringLog>;
