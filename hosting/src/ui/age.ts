const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Answers: how long is this span, in the largest unit that fits? `9 s`, `42 min`, `3 h`, `2 d`. Negative counts as 0. */
export function formatSpan(spanMs: number): string {
  if (spanMs < MINUTE) return `${Math.max(0, Math.floor(spanMs / SECOND))} s`;
  if (spanMs < 2 * HOUR) return `${Math.floor(spanMs / MINUTE)} min`;
  if (spanMs < 2 * DAY) return `${Math.floor(spanMs / HOUR)} h`;
  return `${Math.floor(spanMs / DAY)} d`;
}

/** Answers: how long ago was this? A moment in the future, by skewed clocks, is `just now`. */
export function formatAge(at: string | number, nowMs: number): string {
  const age = nowMs - (typeof at === "number" ? at : Date.parse(at));
  return age < SECOND ? "just now" : `${formatSpan(age)} ago`;
}

/** Answers: how long until this moment? At the moment itself, and after it, `over`: ends are exclusive. */
export function formatLeft(at: string, nowMs: number): string {
  const left = Date.parse(at) - nowMs;
  return left <= 0 ? "over" : formatSpan(left);
}

/**
 * Answers: from when on is it worth trying again, on the reader's clock? `14:05`, with the date where that is another day.
 * Rounded up to the minute, so that whoever waits until then is not too early.
 */
export function formatRetry(at: string, nowMs: number): string {
  const retry = new Date(Math.ceil(Date.parse(at) / MINUTE) * MINUTE);
  const isToday = retry.toDateString() === new Date(nowMs).toDateString();
  return new Intl.DateTimeFormat("en-GB", {
    ...(isToday ? {} : { day: "numeric", month: "short" }),
    hour: "2-digit",
    minute: "2-digit",
  }).format(retry);
}

/** A moment in the studio's own time, with its zone when that is not the reader's. */
export function formatMoment(at: string, timeZone: string | undefined): string {
  const own = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return new Intl.DateTimeFormat("en-GB", {
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(timeZone !== undefined && timeZone !== own ? { timeZoneName: "short" as const } : {}),
  }).format(new Date(at));
}

/** A moment by the clock on the studio's wall: `14:02`, with the day where that is not today there. */
export function formatClock(at: string, nowMs: number, timeZone: string | undefined): string {
  const zone = timeZone === undefined ? {} : { timeZone };
  const dayOf = (moment: Date): string =>
    new Intl.DateTimeFormat("en-CA", { dateStyle: "short", ...zone }).format(moment);
  const moment = new Date(at);
  const isToday = dayOf(moment) === dayOf(new Date(nowMs));
  return new Intl.DateTimeFormat("en-GB", {
    ...(isToday ? {} : { day: "numeric", month: "short" }),
    hour: "2-digit",
    minute: "2-digit",
    ...zone,
  }).format(moment);
}
