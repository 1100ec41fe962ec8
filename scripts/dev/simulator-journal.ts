import { appendFileSync, existsSync, readFileSync } from "node:fs";
import * as z from "zod";

/** Names the file that simulators write to; set by the test run, absent otherwise. */
export const JOURNAL_VARIABLE = "STUDIO_SIMULATOR_JOURNAL";

/** What one simulator saw until it was stopped. */
const JournalEntry = z.strictObject({
  simulator: z.enum(["hub", "vacuum"]),
  requests: z.int(),
  /** What was outside the allow-list, in words without a secret. */
  violations: z.array(z.string()),
});
export type JournalEntry = z.infer<typeof JournalEntry>;

/** Puts down what a simulator saw, where a test run collects it. */
export function writeJournal(entry: JournalEntry): void {
  const file = process.env[JOURNAL_VARIABLE];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(entry)}\n`);
}

export interface JournalVerdict {
  readonly simulators: number;
  readonly requests: number;
  readonly violations: readonly string[];
}

/** Did anything outside the allow-lists reach any simulated device in the whole run? Throws on an entry that is no entry. */
export function readJournal(file: string): JournalVerdict {
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
  const entries = lines.map((line) => JournalEntry.parse(JSON.parse(line)));
  return {
    simulators: entries.length,
    requests: entries.reduce((sum, { requests }) => sum + requests, 0),
    violations: entries.flatMap(({ simulator, violations }) => violations.map((what) => `${simulator}: ${what}`)),
  };
}
