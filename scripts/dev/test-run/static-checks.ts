import { join } from "node:path";
import { runProgram } from "./run-program.js";
import { seconds } from "./summary.js";
import type { TierResult } from "./tiers.js";

/** Type-aware lint of everything takes about a minute on two idle cores. */
const CHECK_TIMEOUT_MS = 480_000;
const PARALLEL_CHECKS = 2;

interface StaticCheck {
  readonly title: string;
  /** A file of node_modules that Node runs, and its arguments. */
  readonly program: string;
  readonly args: readonly string[];
}

const types = (workspace: string): StaticCheck => ({
  title: `types of ${workspace}`,
  program: "typescript/bin/tsc",
  args: ["--noEmit", "-p", workspace],
});

/** The longest first, so that two at a time end together. */
const CHECKS: readonly StaticCheck[] = [
  { title: "lint", program: "eslint/bin/eslint.js", args: [".", "--max-warnings", "0"] },
  ...["functions", "hosting", "local-agent", "scripts"].map(types),
  {
    title: "imports",
    program: "dependency-cruiser/bin/dependency-cruise.mjs",
    args: ["--config", ".dependency-cruiser.cjs", "functions", "local-agent", "hosting", "scripts"],
  },
  { title: "format", program: "prettier/bin/prettier.cjs", args: ["--check", ".", "--log-level", "warn"] },
  { title: "unused", program: "knip/bin/knip.js", args: [] },
  { title: "policy", program: "tsx/dist/cli.mjs", args: ["scripts/dev/policy-lint/main.ts"] },
];

/** Answers: do format, lint, types, imports and unused code pass? Each check counts as one; what a failed one says is printed. */
export async function runStaticChecks(root: string): Promise<TierResult> {
  const startedAt = Date.now();
  const queue = [...CHECKS];
  let passed = 0;
  const work = async (): Promise<void> => {
    for (let check = queue.shift(); check !== undefined; check = queue.shift()) {
      if (await runCheck(root, check)) passed += 1;
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_CHECKS }, work));
  return { tier: "static", passed, failed: CHECKS.length - passed, skipped: 0, durationMs: Date.now() - startedAt };
}

async function runCheck(root: string, check: StaticCheck): Promise<boolean> {
  const startedAt = Date.now();
  const program = join(root, "node_modules", check.program);
  const options = { cwd: root, timeoutMs: CHECK_TIMEOUT_MS };
  const { code, output, isTimedOut } = await runProgram(process.execPath, [program, ...check.args], options);
  const isPassed = code === 0;
  const time = seconds(Date.now() - startedAt);
  console.log(`  ${isPassed ? "✔" : "✘"} ${check.title} (${time}${isTimedOut ? ", not ended in time" : ""})`);
  if (!isPassed) console.log(output.trimEnd());
  return isPassed;
}
