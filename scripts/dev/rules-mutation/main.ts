import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PROJECT_ID, ROOT, startEmulators } from "../emulators.js";
import { mutantsOf } from "./mutants.js";
import type { Mutant } from "./mutants.js";

const SUITE = "functions/test/rules/*.rules.test.ts";

/** Mutants that change nothing that anybody could see, each with its reason; keyed by line text and what was done. */
const EQUIVALENT: ReadonlyMap<string, string> = new Map();

/**
 * Do the tests notice whatever is done to the Firestore rules? Runs the rules suite, on one emulator, over a copy of it for
 * every mutant, until the first test fails. Ends with 1 when a mutant survives that no reason is written down for.
 */
async function main(): Promise<void> {
  const emulators = await startEmulators({ only: ["firestore"], onProgress: (line) => console.log(line) });
  const copy = mkdtempSync(join(tmpdir(), "studio-rules-"));
  try {
    for (const folder of ["functions", "tsconfig.base.json", "package.json", "firestore.indexes.json"])
      cpSync(join(ROOT, folder), join(copy, folder), {
        recursive: true,
        filter: (path) => !/node_modules|\/lib/.test(path),
      });
    symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
    const rules = readFileSync(join(ROOT, "firestore.rules"), "utf8");
    const mutants = mutantsOf(rules);
    const survivors: Mutant[] = [];
    for (const [index, mutant] of mutants.entries()) {
      writeFileSync(join(copy, "firestore.rules"), mutant.source);
      const isKilled = !(await passes(copy, emulators.env));
      const reason = EQUIVALENT.get(`${rules.split("\n")[mutant.line - 1]?.trim()} ${mutant.what}`);
      if (!isKilled && reason === undefined) survivors.push(mutant);
      const verdict = isKilled ? "killed" : reason === undefined ? "SURVIVED" : `equivalent: ${reason}`;
      console.log(`${index + 1}/${mutants.length} line ${mutant.line}, ${mutant.what}: ${verdict}`);
    }
    console.log(`${mutants.length - survivors.length} of ${mutants.length} mutants are noticed`);
    process.exitCode = survivors.length === 0 ? 0 : 1;
  } finally {
    rmSync(copy, { recursive: true, force: true });
    emulators.stop();
  }
}

function passes(copy: string, env: Readonly<Record<string, string>>): Promise<boolean> {
  const mocha = join(ROOT, "node_modules", "mocha", "bin", "mocha.js");
  const options = ["--no-config", "--node-option", "import=tsx", "--timeout", "60000", "--bail", SUITE];
  const child = spawn(process.execPath, [mocha, ...options], {
    cwd: copy,
    env: { ...process.env, ...env, GCLOUD_PROJECT: PROJECT_ID },
    stdio: "ignore",
  });
  return new Promise((resolve) => child.once("exit", (code) => resolve(code === 0)));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
