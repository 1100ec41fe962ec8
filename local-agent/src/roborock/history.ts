import * as z from "zod";
import { Field, numberAt, unwrap } from "./vendor-fields.js";

/** What a vacuum remembers of its runs (reference 10.7 and 10.8). Seconds, square millimetres, Unix seconds. */
export interface ParsedCleanSummary {
  readonly totalSeconds: number | undefined;
  readonly totalSquareMillimetres: number | undefined;
  readonly count: number | undefined;
  readonly dustCollections: number | undefined;
  /** Starts of the runs that can be asked for, newest first, Unix seconds. At most `MAX_RECORDS`. */
  readonly records: readonly number[];
}

export interface ParsedCleanRecord {
  readonly begin: number | undefined;
  readonly end: number | undefined;
  /** Without breaks. */
  readonly seconds: number | undefined;
  readonly squareMillimetres: number | undefined;
  readonly errorCode: number | undefined;
  readonly completeCode: number | undefined;
  readonly startCode: number | undefined;
  readonly cleanCode: number | undefined;
  readonly finishCode: number | undefined;
}

/** A vacuum keeps some twenty; the rest of a hostile list is not looked at. */
const MAX_RECORDS = 64;
const MAX_SEGMENTS = 64;
const MAX_UNIX_SECONDS = 0xffff_ffff;

const Summary = z.object({
  clean_time: Field,
  clean_area: Field,
  clean_count: Field,
  dust_collection_count: Field,
  records: z.array(z.unknown()).optional().catch(undefined),
});

const Segment = z.object({
  begin: Field,
  end: Field,
  duration: Field,
  area: Field,
  error: Field,
  complete: Field,
  start_type: Field,
  clean_type: Field,
  finish_reason: Field,
});

/**
 * Answers: what does a `get_clean_summary` result say? New firmware gives an object, old firmware a list of four, the oldest a
 * bare number of seconds. Null when it is none of them.
 */
export function parseCleanSummary(result: unknown): ParsedCleanSummary | null {
  const nothing = { totalSquareMillimetres: undefined, count: undefined, dustCollections: undefined, records: [] };
  if (typeof result === "number") return { ...nothing, totalSeconds: Field.parse(result) };
  const list: readonly unknown[] | null = Array.isArray(result) ? result : null;
  if (list !== null && typeof list[0] !== "object") {
    return {
      ...nothing,
      totalSeconds: numberAt(list, 0),
      totalSquareMillimetres: numberAt(list, 1),
      count: numberAt(list, 2),
      records: toStarts(list[3]),
    };
  }
  const parsed = Summary.safeParse(unwrap(result));
  if (!parsed.success) return null;
  const summary = parsed.data;
  return {
    totalSeconds: summary.clean_time,
    totalSquareMillimetres: summary.clean_area,
    count: summary.clean_count,
    dustCollections: summary.dust_collection_count,
    records: toStarts(summary.records),
  };
}

/**
 * Answers: what does a `get_clean_record` result say? An object, several (the segments of one run), or a list of numbers by
 * position. Null when it is none of them.
 */
export function parseCleanRecord(result: unknown): ParsedCleanRecord | null {
  const list: readonly unknown[] = Array.isArray(result) ? result : [result];
  const [first] = list;
  if (typeof first === "number") return fromPositions(list);
  if (Array.isArray(first)) return fromPositions(first);
  const segments = list.slice(0, MAX_SEGMENTS).flatMap((entry) => Segment.safeParse(entry).data ?? []);
  return segments.length === 0 ? null : fromSegments(segments);
}

function fromPositions(list: readonly unknown[]): ParsedCleanRecord | null {
  if (list.length < 4) return null;
  return {
    begin: numberAt(list, 0),
    end: numberAt(list, 1),
    seconds: numberAt(list, 2),
    squareMillimetres: numberAt(list, 3),
    errorCode: numberAt(list, 4),
    completeCode: numberAt(list, 5),
    startCode: numberAt(list, 6),
    cleanCode: numberAt(list, 7),
    finishCode: numberAt(list, 8),
  };
}

/** Several segments are one run: it begins with the first, ends with the last, and times and areas add up. */
function fromSegments(segments: readonly z.infer<typeof Segment>[]): ParsedCleanRecord | null {
  const first = segments[0];
  const last = segments.at(-1);
  if (first === undefined || last === undefined) return null;
  return {
    begin: first.begin,
    end: last.end,
    seconds: sumOf(segments.map(({ duration }) => duration)),
    squareMillimetres: sumOf(segments.map(({ area }) => area)),
    errorCode: last.error,
    completeCode: last.complete,
    startCode: first.start_type,
    cleanCode: first.clean_type,
    finishCode: last.finish_reason,
  };
}

function sumOf(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0);
}

function toStarts(records: unknown): number[] {
  const list: readonly unknown[] = Array.isArray(records) ? records.slice(0, MAX_RECORDS) : [];
  return list
    .map((_, index) => numberAt(list, index))
    .filter((at) => at !== undefined && Number.isSafeInteger(at) && at > 0 && at <= MAX_UNIX_SECONDS)
    .map(Number)
    .sort((a, b) => b - a);
}
