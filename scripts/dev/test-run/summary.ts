import type { TierResult } from "./tiers.js";

/** Answers: what do all tiers add up to? */
export function totalsOf(results: readonly TierResult[]): { passed: number; failed: number; skipped: number } {
  return results.reduce(
    (sum, result) => ({
      passed: sum.passed + result.passed,
      failed: sum.failed + result.failed,
      skipped: sum.skipped + result.skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );
}

/** The closing table and, as its very last line, `N passed, N failed`: programs read that line. */
export function summaryLines(results: readonly TierResult[], durationMs: number): string[] {
  const totals = totalsOf(results);
  const rows = results.map((result) => row(result.tier, result, result.durationMs));
  const problems = results.flatMap(({ tier, problem }) => (problem === undefined ? [] : [`${tier}: ${problem}`]));
  return [
    "",
    `${"tier".padEnd(10)}${"passed".padStart(8)}${"failed".padStart(8)}${"skipped".padStart(9)}${"time".padStart(10)}`,
    ...rows,
    row("all", totals, durationMs),
    ...(problems.length === 0 ? [] : ["", ...problems]),
    "",
    `${totals.passed} passed, ${totals.failed} failed`,
  ];
}

/** Seconds with one decimal: `3.1 s`. */
export function seconds(durationMs: number): string {
  return `${(durationMs / 1_000).toFixed(1)} s`;
}

function row(name: string, counts: { passed: number; failed: number; skipped: number }, durationMs: number): string {
  const numbers = `${String(counts.passed).padStart(8)}${String(counts.failed).padStart(8)}${String(counts.skipped).padStart(9)}`;
  return `${name.padEnd(10)}${numbers}${seconds(durationMs).padStart(10)}`;
}
