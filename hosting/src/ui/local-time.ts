const MINUTE = 60_000;

/** A moment as `datetime-local` holds it, on the reader's clock: `2026-11-21T13:05`, longer where there are seconds. */
export function toLocalInput(at: string | number): string {
  const moment = new Date(at);
  if (Number.isNaN(moment.getTime())) return "";
  const local = new Date(moment.getTime() - moment.getTimezoneOffset() * MINUTE).toISOString();
  return moment.getTime() % MINUTE === 0 ? local.slice(0, 16) : local.slice(0, 23);
}

/** The moment that a `datetime-local` holds, as UTC ISO with milliseconds; null for what is no moment. */
export function fromLocalInput(text: string): string | null {
  const moment = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?$/.test(text) ? new Date(text) : null;
  return moment === null || Number.isNaN(moment.getTime()) ? null : moment.toISOString();
}

/** The zone that the reader's clock shows, for the hint beside a time: `Europe/Berlin`. */
export const readersZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;
