import { REASON_CODES } from "../contracts/index.js";

/** What does each no mean, and who can lift it? `docs/policies/reason-codes.md` is this text; a test keeps the two equal. */
export function reasonCodePage(): string {
  const entries = Object.entries(REASON_CODES).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    "# Reason codes",
    "",
    "Every way Studio OS says no. Made from `functions/src/contracts/reason-codes.ts` by `npm run docs`. A code never changes its",
    "meaning; programs switch on codes, people read the sentence.",
    "",
    ...entries.flatMap(([code, { sentence, whoCanLift, httpStatus }]) => [
      `## ${code}`,
      "",
      `${sentence} HTTP ${httpStatus}.`,
      "",
      `Who can lift it: ${whoCanLift}`,
      "",
    ]),
  ]
    .join("\n")
    .trimEnd()
    .concat("\n");
}
