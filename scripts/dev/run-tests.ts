import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmulators, ROOT } from "./emulators.js";
import type { RunningEmulators } from "./emulators.js";
import { JOURNAL_VARIABLE, readJournal } from "./simulator-journal.js";
import { buildFunctions } from "./build-functions.js";
import { buildHosting } from "./build-hosting.js";
import { EMULATOR_NAMES } from "./emulators/emulator-config.js";
import { runTier } from "./test-run/run-tier.js";
import { runStaticChecks } from "./test-run/static-checks.js";
import { seconds, summaryLines, totalsOf } from "./test-run/summary.js";
import { testFilesOf, TIERS } from "./test-run/tiers.js";
import type { MochaTier, Tier, TierResult } from "./test-run/tiers.js";

const USAGE = `Usage: npm test [-- --full] [-- --only ${TIERS.join(",")}]`;

/** Runs every tier, the ones that need emulators on one start of them, and ends with the line \`N passed, N failed\`. */
async function main(args: readonly string[]): Promise<number> {
  const { wanted, isFull } = parseArguments(args);
  const startedAt = Date.now();
  const journal = join(mkdtempSync(join(tmpdir(), "studio-run-")), "simulators.jsonl");
  const env = { [JOURNAL_VARIABLE]: journal, ...(isFull && { STUDIO_TEST_FULL: "1" }) };
  const results: TierResult[] = [];
  if (wanted.includes("static")) results.push(await titled("static", () => runStaticChecks(ROOT)));
  if (wanted.includes("unit")) results.push(await titled("unit", () => runTier(ROOT, "unit", env)));
  const onEmulators = (["rules", "emulator", "browser"] as const).filter((tier) => wanted.includes(tier));
  const withFiles = onEmulators.filter((tier) => testFilesOf(ROOT, tier).length > 0);
  if (withFiles.length > 0) results.push(...(await runOnEmulators(withFiles, env)));
  if (wanted.includes("unit") || wanted.includes("emulator")) results.push(readOnlyVerdict(journal));
  for (const line of summaryLines(results, Date.now() - startedAt)) console.log(line);
  return totalsOf(results).failed === 0 ? 0 : 1;
}

/** What every simulated device of the run saw, taken together: nothing outside the allow-lists, and something at all. */
function readOnlyVerdict(journal: string): TierResult {
  const { simulators, requests, violations } = readJournal(journal);
  console.log(
    `\nread-only\n  ${simulators} simulated devices saw ${requests} requests, ${violations.length} outside the allow-lists`,
  );
  const isProved = requests > 0 && violations.length === 0;
  const counts = { passed: isProved ? 1 : 0, failed: isProved ? 0 : 1, skipped: 0, durationMs: 0 };
  return {
    tier: "read-only",
    ...counts,
    ...(!isProved && { problem: violations.slice(0, 10).join(", ") || "no request at all" }),
  };
}

function parseArguments(args: readonly string[]): { wanted: readonly Tier[]; isFull: boolean } {
  const rest = args.filter((arg) => arg !== "--full");
  const isFull = rest.length < args.length;
  if (rest.length === 0) return { wanted: TIERS, isFull };
  const names = rest[1]?.split(",") ?? [];
  const wanted = TIERS.filter((tier) => names.includes(tier));
  if (rest[0] !== "--only" || rest.length !== 2 || wanted.length !== names.length) throw new Error(USAGE);
  return { wanted, isFull };
}

async function runOnEmulators(tiers: readonly MochaTier[], env: Record<string, string>): Promise<TierResult[]> {
  const startedAt = Date.now();
  let emulators: RunningEmulators;
  try {
    emulators = await titled("build and emulators", () => buildAndStart(tiers));
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return [{ tier: "build", passed: 0, failed: 1, skipped: 0, durationMs: Date.now() - startedAt, problem }];
  }
  const build: TierResult = { tier: "build", passed: 0, failed: 0, skipped: 0, durationMs: Date.now() - startedAt };
  const results: TierResult[] = [build];
  try {
    for (const tier of tiers) results.push(await titled(tier, () => runTier(ROOT, tier, { ...emulators.env, ...env })));
  } finally {
    emulators.stop();
  }
  return results;
}

async function buildAndStart(tiers: readonly MochaTier[]): Promise<RunningEmulators> {
  const isRulesOnly = tiers.every((tier) => tier === "rules");
  if (!isRulesOnly) await step("built the functions", buildFunctions);
  if (tiers.includes("browser")) await step("built the cockpit", buildHosting);
  const only = isRulesOnly ? (["firestore"] as const) : EMULATOR_NAMES;
  return step("started the emulators", () => startEmulators({ only }));
}

async function titled<Result>(title: string, run: () => Promise<Result>): Promise<Result> {
  console.log(`\n${title}`);
  return run();
}

async function step<Result>(title: string, run: () => Promise<Result>): Promise<Result> {
  const startedAt = Date.now();
  const result = await run();
  console.log(`  ✔ ${title} (${seconds(Date.now() - startedAt)})`);
  return result;
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(130));

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    console.log("0 passed, 1 failed");
    process.exit(1);
  },
);
