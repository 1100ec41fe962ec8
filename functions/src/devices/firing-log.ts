import { FIRING_MAX_ALARMS, FIRING_MAX_SLOTS, FIRING_MAX_ZONES, FIRING_THIN_STEP_S } from "../contracts/index.js";
import type { Firing, FiringAlarm, FiringLog, UtcInstant } from "../contracts/index.js";
import { expectedCurve, programmedRateAt, targetOf } from "./firing-curve.js";

/** Bounds of M12.10. */
const MAX_RATE_FACTOR = 1.5;
const MAX_SPREAD_C = 28;
const SPREAD_FOR_MS = 10 * 60_000;
const MAX_OVER_TARGET_C = 15;
const SILENT_AFTER_MS = 5 * 60_000;
/** The rate is measured over this much time, and over no less than half of it. */
const RATE_OVER_MS = 10 * 60_000;
/** What sensors tremble by is no rate. */
const RATE_FROM_C = 10;

export interface KilnSample {
  readonly zone: string;
  readonly observedAt: UtcInstant;
  readonly tempC: number;
}

/** The log of a firing of which nothing was heard yet. */
export function openFiringLog(firing: Firing, now: UtcInstant): FiringLog {
  const { firingId, kilnId, kilnName, title, program, cone, startAt } = firing;
  return {
    ...{ firingId, kilnId, kilnName, title, program, cone, startAt },
    stepS: 30,
    expected: expectedCurve(program, cone),
    zones: {},
    lastSampleAt: null,
    alarms: [],
    status: "running",
    endedAt: null,
    updatedAt: now,
  };
}

/**
 * The log with these samples in their slots: the first of a slot stays, so that the order of arrival and a second delivery
 * make no difference. What lies before the start, or past 24 hours, is not of this firing. null: nothing is new.
 */
export function addSamples(log: FiringLog, samples: readonly KilnSample[], now: UtcInstant): FiringLog | null {
  const zones: Record<string, (number | null)[]> = { ...log.zones };
  let lastSampleAt = log.lastSampleAt;
  let isNews = false;
  for (const { zone, observedAt, tempC } of samples) {
    const slot = Math.floor((Date.parse(observedAt) - Date.parse(log.startAt)) / (log.stepS * 1_000));
    if (slot < 0 || slot >= FIRING_MAX_SLOTS) continue;
    if (zones[zone] === undefined && Object.keys(zones).length >= FIRING_MAX_ZONES) continue;
    const column = [...(zones[zone] ?? [])];
    if (column[slot] != null) continue;
    while (column.length <= slot) column.push(null);
    column[slot] = Math.round(tempC * 10) / 10;
    zones[zone] = column;
    isNews = true;
    if (lastSampleAt === null || lastSampleAt < observedAt) lastSampleAt = observedAt;
  }
  return isNews ? { ...log, zones, lastSampleAt, updatedAt: now } : null;
}

/** One alarm that is so now, with what was measured. */
type Finding = Pick<FiringAlarm, "code" | "value" | "bound">;

/**
 * Which alarms does the log give at this instant? Rising more than 1.5 times as fast as the program over ten minutes; zones
 * more than 28 °C apart for ten minutes without a break; more than 15 °C over the highest temperature asked for; and, while
 * the kiln fires, no sample for five minutes. Judged by the newest samples: those of a log that ended say nothing more.
 */
export function findAlarms(log: FiringLog, now: UtcInstant, isFiring: boolean): Finding[] {
  const found: Finding[] = [];
  const silentMs = Date.parse(now) - Date.parse(log.lastSampleAt ?? log.startAt);
  if (isFiring && silentMs > SILENT_AFTER_MS)
    found.push({ code: "no_reading", value: Math.floor(silentMs / 60_000), bound: SILENT_AFTER_MS / 60_000 });
  const hottest = hottestByS(log);
  const last = hottest.at(-1);
  if (last === undefined) return found;
  const target = targetOf(log.expected);
  if (target !== null && last.tempC > target + MAX_OVER_TARGET_C)
    found.push({ code: "over_target", value: last.tempC, bound: target + MAX_OVER_TARGET_C });
  const fast = findFastRise(log, hottest);
  if (isFiring && fast !== null) found.push(fast);
  const spread = findSpread(log, last.offsetS);
  if (spread !== null) found.push(spread);
  return found;
}

/** The log with its alarms as they are now: what is new is raised, what is over is cleared, once each. null: as before. */
export function updateAlarms(
  log: FiringLog,
  findings: readonly Finding[],
  now: UtcInstant,
): { readonly log: FiringLog; readonly raised: readonly FiringAlarm[] } | null {
  const open = log.alarms.filter(({ clearedAt }) => clearedAt === null);
  const raised = findings
    .filter(({ code }) => !open.some((alarm) => alarm.code === code))
    .map((finding): FiringAlarm => ({ ...finding, raisedAt: now, clearedAt: null }));
  const isOver = (alarm: FiringAlarm): boolean =>
    alarm.clearedAt === null && !findings.some(({ code }) => code === alarm.code);
  if (raised.length === 0 && !log.alarms.some(isOver)) return null;
  const alarms = [...log.alarms.map((alarm) => (isOver(alarm) ? { ...alarm, clearedAt: now } : alarm)), ...raised];
  return { log: { ...log, alarms: alarms.slice(-FIRING_MAX_ALARMS), updatedAt: now }, raised };
}

/** The log at two-minute steps: of each step the mean of what was heard, and nothing where nothing was. */
export function thinFiringLog(log: FiringLog, now: UtcInstant): FiringLog {
  const ratio = FIRING_THIN_STEP_S / log.stepS;
  if (ratio === 1) return log;
  const zones = Object.entries(log.zones).map(([zone, column]): [string, (number | null)[]] => [
    zone,
    Array.from({ length: Math.ceil(column.length / ratio) }, (_, slot) =>
      mean(column.slice(slot * ratio, (slot + 1) * ratio).flatMap((value) => value ?? [])),
    ),
  ]);
  return { ...log, stepS: FIRING_THIN_STEP_S, zones: Object.fromEntries(zones), updatedAt: now };
}

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : Math.round((values.reduce((a, b) => a + b, 0) / values.length) * 10) / 10;

interface Point {
  readonly offsetS: number;
  readonly tempC: number;
}

/** The hottest zone of each slot in which anything was heard. */
function hottestByS({ zones, stepS }: FiringLog): Point[] {
  const columns = Object.values(zones);
  const slots = Math.max(0, ...columns.map(({ length }) => length));
  return Array.from({ length: slots }, (_, slot) => slot).flatMap((slot) => {
    const heard = columns.flatMap((column) => column[slot] ?? []);
    return heard.length === 0 ? [] : [{ offsetS: slot * stepS, tempC: Math.max(...heard) }];
  });
}

function findFastRise({ expected }: FiringLog, points: readonly Point[]): Finding | null {
  const last = points.at(-1);
  const first = last && points.find(({ offsetS }) => offsetS >= last.offsetS - RATE_OVER_MS / 1_000);
  if (last === undefined || first === undefined) return null;
  const seconds = last.offsetS - first.offsetS;
  const programmed = programmedRateAt(expected, first.tempC);
  if (programmed === null || seconds < RATE_OVER_MS / 2_000 || last.tempC - first.tempC < RATE_FROM_C) return null;
  const rate = ((last.tempC - first.tempC) / seconds) * 3_600;
  const bound = programmed * MAX_RATE_FACTOR;
  return rate > bound ? { code: "rate_too_fast", value: Math.round(rate), bound: Math.round(bound) } : null;
}

/** Every slot of the last ten minutes in which two zones were heard shows the spread, the first and the last included. */
function findSpread({ zones, stepS }: FiringLog, lastOffsetS: number): Finding | null {
  const columns = Object.values(zones);
  const last = Math.round(lastOffsetS / stepS);
  const first = last - SPREAD_FOR_MS / 1_000 / stepS;
  let least: number | null = null;
  for (let slot = first; slot <= last; slot += 1) {
    const heard = columns.flatMap((column) => column[slot] ?? []);
    if (heard.length < 2) {
      if (slot === first || slot === last) return null;
      continue;
    }
    const spread = Math.max(...heard) - Math.min(...heard);
    if (spread <= MAX_SPREAD_C) return null;
    least = Math.min(least ?? spread, spread);
  }
  return least === null ? null : { code: "zone_spread", value: Math.round(least), bound: MAX_SPREAD_C };
}
