const MINUTE_MS = 60_000;
const MINUTES = 60;

/** How often something came about, and how often it failed. */
export interface Tally {
  readonly ok: number;
  readonly failed: number;
}

export interface HourlyCount {
  note(isOk: boolean, nowMs: number): void;
  /** The last hour by whole minutes: between 59 and 60 of them. */
  read(nowMs: number): Tally;
}

/** Counts over the last hour in sixty numbers, however much happens. A clock that is set only moves what is counted. */
export function createHourlyCount(): HourlyCount {
  const minutes = Array.from({ length: MINUTES }, () => ({ minute: -1, ok: 0, failed: 0 }));
  return {
    note: (isOk, nowMs) => {
      const minute = Math.floor(nowMs / MINUTE_MS);
      const slot = minutes[minute % MINUTES];
      if (slot === undefined) return;
      if (slot.minute !== minute) Object.assign(slot, { minute, ok: 0, failed: 0 });
      slot[isOk ? "ok" : "failed"] += 1;
    },
    read: (nowMs) => {
      const newest = Math.floor(nowMs / MINUTE_MS);
      const counted = minutes.filter(({ minute }) => minute <= newest && minute > newest - MINUTES);
      return {
        ok: counted.reduce((sum, { ok }) => sum + ok, 0),
        failed: counted.reduce((sum, { failed }) => sum + failed, 0),
      };
    },
  };
}
