const DAY_MS = 24 * 3_600_000;

/**
 * Answers: at which moment does this calendar day (`2026-11-20`) begin on the clocks of this zone? Where a change of the
 * clocks skips midnight, at the first moment that there is. Null for what is no day.
 */
export function startOfDay(day: string, timeZone: string | undefined): string | null {
  const midnightUtc = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00.000Z`) : NaN;
  if (Number.isNaN(midnightUtc) || new Date(midnightUtc).toISOString().slice(0, 10) !== day) return null;
  // The offset at the guess can be another than at midnight itself: once more from there settles it.
  const guess = midnightUtc - offsetMs(midnightUtc, timeZone);
  const settled = midnightUtc - offsetMs(guess, timeZone);
  return new Date(settled).toISOString();
}

/** The day after this one; null for what is no day. */
export function nextDay(day: string): string | null {
  const start = startOfDay(day, "UTC");
  return start === null ? null : new Date(Date.parse(start) + DAY_MS).toISOString().slice(0, 10);
}

/** How far the clocks of this zone are ahead of UTC at a moment, in milliseconds. */
function offsetMs(atMs: number, timeZone: string | undefined): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
    ...(timeZone === undefined ? {} : { timeZone }),
  }).formatToParts(new Date(atMs));
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((it) => it.type === type)?.value);
  const shown = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
  return shown - Math.floor(atMs / 1_000) * 1_000;
}
