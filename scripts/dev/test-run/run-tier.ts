import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { runProgram } from "./run-program.js";
import type { MochaTier, TierResult } from "./tiers.js";

const TIER_TIMEOUT_MS = 600_000;
const TIER_PROCESS = fileURLToPath(new URL("./tier-process.ts", import.meta.url));

const Counts = z.object({ passed: z.int(), failed: z.int(), skipped: z.int() });

/**
 * Answers: how many tests of a tier pass? The tier has a process of its own; one that ends without having counted (a
 * test file that cannot be read, a crash, a hang) is a failure with a sentence, whatever its exit code says.
 */
export async function runTier(
  root: string,
  tier: MochaTier,
  env: Readonly<Record<string, string>>,
): Promise<TierResult> {
  const startedAt = Date.now();
  const folder = mkdtempSync(join(tmpdir(), "studio-tier-"));
  const countsFile = join(folder, "counts.json");
  try {
    const args = ["--import", "tsx", TIER_PROCESS, tier, countsFile];
    const options = { cwd: root, timeoutMs: TIER_TIMEOUT_MS, env, isVisible: true };
    const { code, isTimedOut } = await runProgram(process.execPath, args, options);
    const durationMs = Date.now() - startedAt;
    if (!existsSync(countsFile)) {
      const how = isTimedOut ? `did not end within ${TIER_TIMEOUT_MS / 1_000} s` : `ended with code ${String(code)}`;
      return {
        tier,
        passed: 0,
        failed: 1,
        skipped: 0,
        durationMs,
        problem: `the test process ${how} before all tests had run`,
      };
    }
    const counts = Counts.parse(JSON.parse(readFileSync(countsFile, "utf8")));
    return { tier, ...counts, durationMs };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
