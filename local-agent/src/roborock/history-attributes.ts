import { atLeastZero, flag, instant, squareMetres, toReadings, whole } from "./attribute-values.js";
import type { AttributeReading } from "./attribute-values.js";
import type { ParsedCleanRecord, ParsedCleanSummary } from "./history.js";

/** Answers: how much has this vacuum done since it was new? */
export function summaryAttributes(summary: ParsedCleanSummary, deviceTime: number | null): AttributeReading[] {
  return toReadings("rpc", deviceTime, [
    ["totalCleanTimeSec", atLeastZero(summary.totalSeconds), "s"],
    ["totalCleanAreaM2", squareMetres(summary.totalSquareMillimetres), "m²"],
    ["totalCleanCount", counted(summary.count), null],
    ["totalDustCollections", counted(summary.dustCollections), null],
  ]);
}

/** Answers: how did the newest run go? */
export function recordAttributes(run: ParsedCleanRecord, deviceTime: number | null): AttributeReading[] {
  return toReadings("rpc", deviceTime, [
    ["lastRunStartedAt", instant(run.begin), null],
    ["lastRunEndedAt", instant(run.end), null],
    ["lastRunTimeSec", atLeastZero(run.seconds), "s"],
    ["lastRunAreaM2", squareMetres(run.squareMillimetres), "m²"],
    ["lastRunErrorCode", whole(run.errorCode), null],
    ["isLastRunComplete", flag(run.completeCode), null],
    ["lastRunStartedBy", nameOf(STARTERS, run.startCode, "start"), null],
    ["lastRunKind", nameOf(KINDS, run.cleanCode, "kind"), null],
    ["lastRunOutcome", outcomeOf(run.finishCode), null],
  ]);
}

const STARTERS: ReadonlyMap<number, string> = new Map([
  [1, "button"],
  [2, "app"],
  [3, "schedule"],
  [4, "other_app"],
  [5, "quick_start"],
  [13, "voice"],
  [101, "routine"],
  [820, "widget"],
  [821, "watch"],
]);

const KINDS: ReadonlyMap<number, string> = new Map([
  [1, "all"],
  [2, "zones"],
  [3, "rooms"],
  [4, "quick_map"],
  [5, "video_patrol"],
  [6, "pet_patrol"],
]);

/** The vendor's reasons for the end of a run, in groups (reference 10.8). */
const OUTCOMES: readonly (readonly [name: string, codes: readonly number[]])[] = [
  ["finished", [52, 54, 55, 56, 57, 114, 116]],
  ["stopped_by_user", [21, 29, 35, 36, 37, 43, 48, 49, 50, 60, 103]],
  ["interrupted", [24, 34, 51, 64, 101, 104, 105, 106, 107, 109, 110]],
  ["could_not_continue", [32, 33, 102, 115, 117]],
  ["lost_position", [45, 65]],
  ["area_unreachable", [61, 62]],
  ["washing_failed", [67, 68]],
];
const OUTCOME_NAMES: ReadonlyMap<number, string> = new Map(
  OUTCOMES.flatMap(([name, codes]) => codes.map((code) => [code, name] as const)),
);

function outcomeOf(code: number | undefined): string | undefined {
  return nameOf(OUTCOME_NAMES, code, "reason");
}

/** Numbers that no source explains stay numbers. */
function nameOf(names: ReadonlyMap<number, string>, code: number | undefined, kind: string): string | undefined {
  const known = whole(code);
  return known === undefined ? undefined : (names.get(known) ?? `${kind}_${known}`);
}

function counted(value: number | undefined): number | undefined {
  return whole(atLeastZero(value));
}
