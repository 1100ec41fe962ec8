import type { PolicyDecision, TraceLine } from "@studio-os/functions/contracts";
import { CommandFailure, EXIT_CODES, whoCanLift } from "./failure.js";
import type { Means } from "./means.js";

/** What a command found or did: the same for a person and, with `--json`, for a program. */
export interface Report {
  readonly lines: readonly string[];
  readonly json: unknown;
  /** Another end than 0, for a command whose answer can be no. */
  readonly exitCode?: number;
}

/** Prints a report and gives the program's exit code. */
export function printReport(means: Means, report: Report, isJson: boolean): number {
  if (isJson) means.print(JSON.stringify(report.json));
  else for (const line of report.lines) means.print(plain(line));
  return report.exitCode ?? EXIT_CODES.done;
}

/** Prints what went wrong: reason code, sentence, who can lift it. Whatever is not foreseen is said without its details. */
export function printFailure(means: Means, error: unknown, isJson: boolean): number {
  if (!(error instanceof CommandFailure)) {
    const sentence = `The program itself failed: ${error instanceof Error ? error.message : typeof error}`;
    if (isJson) means.print(JSON.stringify({ error: { code: "PROGRAM_FAILED", message: sentence } }));
    else means.say(plain(sentence));
    return EXIT_CODES.unusable;
  }
  const { code, message, requestId, details, exitCode } = error;
  if (isJson) means.print(JSON.stringify({ error: { code, message, requestId, details } }));
  else for (const line of failureLines(error)) means.say(plain(line));
  return exitCode;
}

function failureLines({ code, message, requestId, details }: CommandFailure): string[] {
  const lift = whoCanLift(code);
  return [
    `${code}: ${message}`,
    ...(lift === null ? [] : [`Who can lift it: ${lift}`]),
    ...(details.issues ?? []).map(({ path, problem }) => `  ${path}: ${problem}`),
    ...(details.retryAfterSeconds === undefined ? [] : [`Try again in ${details.retryAfterSeconds} s.`]),
    ...(details.policy === undefined ? [] : traceLines(details.policy)),
    ...(requestId === null ? [] : [`Request: ${requestId}`]),
  ];
}

/** Every check of the policy, one a line, the first that failed with who can lift it. */
export function traceLines({ decision, trace }: PolicyDecision): string[] {
  return [`Policy: ${decision}`, ...trace.flatMap(traceLine)];
}

const MARKS = { pass: "✓", fail: "✗", skipped: "–" } as const;

function traceLine({ check, result, detail, reasonCode, whoCanLift: lift }: TraceLine): string[] {
  const head = `  ${MARKS[result]} ${check.padEnd(14)} ${reasonCode === null ? "" : `${reasonCode}: `}${detail}`;
  return lift === null ? [head] : [head, `    ${"".padEnd(14)} who can lift it: ${lift}`];
}

/** Columns as wide as their widest cell. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** One line that a terminal shows as it is: free text of people may hold escape sequences. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "\ufffd");
}
