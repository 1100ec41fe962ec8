import * as z from "zod";

/** Decimal text in Maker API, a number on the event socket; 0 stands for "no device". */
export const HubId = z
  .union([z.string(), z.int()])
  .transform(String)
  .pipe(z.string().regex(/^[1-9]\d{0,8}$/));

/** Text that may be missing, null or something else altogether. */
export const HubText = z.string().nullish().catch(null);

const MAX_DATE_CHARS = 40;

/** `2026-11-21T08:15:00+0000`, with or without milliseconds: JavaScript promises to read the offset only with its colon. */
export function parseHubDate(date: unknown): number | null {
  if (typeof date !== "string" || date.length > MAX_DATE_CHARS) return null;
  const parsed = Date.parse(date.replace(/([+-]\d{2})(\d{2})$/, "$1:$2"));
  return Number.isNaN(parsed) ? null : parsed;
}

/** Names are typed by people: no control characters, one line, bounded, no half of a surrogate pair at the cut. */
export function tidy(text: string, maxChars: number): string {
  const line = text.replace(/\p{Cc}+/gu, " ").trim();
  return line.length <= maxChars ? line : line.slice(0, maxChars).replace(/[\uD800-\uDBFF]$/, "");
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
