import type { UtcInstant } from "@studio-os/functions/contracts";

/** A day in the studio's own time zone, `YYYY-MM-DD`. */
export type StudioDate = string;

export const STUDIO_TIME_ZONE = "America/Phoenix";
/** Arizona keeps Mountain Standard Time all year (tz database: America/Phoenix, no daylight saving since 1968). */
const UTC_OFFSET_HOURS = 7;
const HOUR_MS = 3_600_000;

/** Days counted from today, which is 0: yesterday is -1. Everything that has happened lies before the start of day 0. */
export interface StudioCalendar {
  /** The instant at this hour of that day, by the studio's clock; 9.5 is half past nine, 26 is two o'clock the next day. */
  at(day: number, hour: number): UtcInstant;
  /** The earlier of this instant and the last minute before today: what has happened cannot lie ahead. */
  past(instant: UtcInstant): UtcInstant;
}

export function openCalendar(today: StudioDate): StudioCalendar {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(today) || Number.isNaN(Date.parse(today)))
    throw new Error(`today must be a date as YYYY-MM-DD, and is "${today}"`);
  const midnightMs = Date.parse(`${today}T00:00:00.000Z`) + UTC_OFFSET_HOURS * HOUR_MS;
  const at = (day: number, hour: number): UtcInstant => {
    const minutes = Math.round((day * 24 + hour) * 60);
    return new Date(midnightMs + minutes * 60_000).toISOString();
  };
  const lastMinute = at(0, -1 / 60);
  return { at, past: (instant) => (instant < lastMinute ? instant : lastMinute) };
}

/** Which day is it in the studio at this instant? */
export function studioDateOf(instant: Date): StudioDate {
  return new Date(instant.getTime() - UTC_OFFSET_HOURS * HOUR_MS).toISOString().slice(0, 10);
}

/** `instant` moved by some hours. */
export function later(instant: UtcInstant, hours: number): UtcInstant {
  return new Date(Date.parse(instant) + Math.round(hours * 60) * 60_000).toISOString();
}
