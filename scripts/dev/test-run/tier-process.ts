// The program that runs one tier in a process of its own: `tier-process.ts <tier> <file for the counts>`.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import Mocha from "mocha";
import { TierReporter } from "./tier-reporter.js";
import { TEST_TIMEOUT_MS, testFilesOf, TIERS } from "./tiers.js";
import type { MochaTier } from "./tiers.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

async function runMocha(tier: MochaTier, countsFile: string): Promise<number> {
  const mocha = new Mocha({ reporter: TierReporter, timeout: TEST_TIMEOUT_MS[tier], forbidOnly: true });
  for (const file of testFilesOf(ROOT, tier)) mocha.addFile(file);
  await mocha.loadFilesAsync();
  return new Promise((resolve) => {
    const runner = mocha.run((failures) => {
      const { passes, pending } = runner.stats ?? { passes: 0, pending: 0 };
      writeFileSync(countsFile, JSON.stringify({ passed: passes, failed: failures, skipped: pending }));
      resolve(failures);
    });
  });
}

const tier = TIERS.find((name): name is MochaTier => name === process.argv[2] && name !== "static");
const countsFile = process.argv[3];
if (tier === undefined || countsFile === undefined) throw new Error("Usage: tier-process.ts <tier> <counts file>");
const failures = await runMocha(tier, countsFile);
// A client that a test left open must not keep the tier from ending.
process.exit(failures === 0 ? 0 : 1);
