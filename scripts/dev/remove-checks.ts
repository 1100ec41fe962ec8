import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { POLICY_CHECKS } from "@studio-os/functions/contracts";
import { ROOT } from "./emulators.js";

/** Runs of the model for each removed check; a hole that matters shows within some hundred. */
const MODEL_RUNS = "1500";
const CHECKS_FILE = join("functions", "src", "policy", "checks.ts");
const SUITES = [
  { name: "the model", files: ["functions/test/model/*.unit.test.ts"] },
  { name: "the unit tests of the policy", files: ["functions/src/policy/*.unit.test.ts"] },
  { name: "the unit tests of proposals", files: ["functions/src/proposals/*.unit.test.ts"] },
] as const;

/**
 * Is every check of the policy needed, and would its loss be noticed? Takes each one out of a copy of the sources, once, and
 * runs the suites over the copy until one of them fails. Ends with 1 when a check is missed by all of them.
 */
function main(): void {
  const copy = mkdtempSync(join(tmpdir(), "studio-checks-"));
  try {
    for (const folder of ["functions", "tsconfig.base.json", "package.json"])
      cpSync(join(ROOT, folder), join(copy, folder), {
        recursive: true,
        filter: (path) => !/node_modules|\/lib/.test(path),
      });
    symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
    const source = readFileSync(join(ROOT, CHECKS_FILE), "utf8");
    const missed = POLICY_CHECKS.filter((check) => {
      writeFileSync(join(copy, CHECKS_FILE), without(source, check));
      const caughtBy = SUITES.find(({ files }) => !passes(copy, files));
      console.log(`${check.padEnd(20)} ${caughtBy === undefined ? "NOT NOTICED" : `noticed by ${caughtBy.name}`}`);
      return caughtBy === undefined;
    });
    console.log(`${POLICY_CHECKS.length - missed.length} of ${POLICY_CHECKS.length} removals are noticed`);
    process.exitCode = missed.length === 0 ? 0 : 1;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** The sources with one check always skipped. Throws when there is no such line: then nothing would be removed. */
function without(source: string, check: string): string {
  const line = new RegExp(`\\{ name: "${check}", check: [A-Za-z]+ \\}`);
  if (!line.test(source)) throw new Error(`checks.ts has no line for ${check}`);
  return source.replace(line, `{ name: "${check}", check: () => skip("removed") }`);
}

function passes(copy: string, files: readonly string[]): boolean {
  const mocha = join(ROOT, "node_modules", "mocha", "bin", "mocha.js");
  const options = ["--no-config", "--node-option", "import=tsx", "--timeout", "600000", "--bail"];
  const env = { ...process.env, STUDIO_MODEL_RUNS: MODEL_RUNS };
  return spawnSync(process.execPath, [mocha, ...options, ...files], { cwd: copy, env, stdio: "ignore" }).status === 0;
}

main();
