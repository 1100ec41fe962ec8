import { readFileSync } from "node:fs";

/** The real `firestore.rules`, read where the emulator and the deployment read it. */
export const RULES = readFileSync(new URL("../../../firestore.rules", import.meta.url), "utf8");

const LINES = RULES.split("\n");

/** The line of the only statement that speaks of writes: it denies them all. */
export const WRITE_LINE = lineOf((line) => line.trim() === "allow write: if false;", "the one write statement");

/** The line of the `allow` that answers for a block, such as `/batches/{batchId}`: on its own line or on the next ones. */
export function readLineOf(match: string): number {
  const head = lineOf((line) => line.trim().startsWith(`match ${match} {`), `the block of ${match}`);
  const rest = LINES.slice(head - 1).findIndex((line) => /allow (read|get): if /.test(line));
  if (rest === -1) throw new Error(`firestore.rules has no read statement at or below the block of ${match}`);
  return head + rest;
}

function lineOf(isIt: (line: string) => boolean, what: string): number {
  const found = LINES.flatMap((line, index) => (isIt(line) ? [index + 1] : []));
  const [only] = found;
  if (only === undefined || found.length > 1)
    throw new Error(`firestore.rules should hold ${what} exactly once and holds it ${found.length} times`);
  return only;
}
