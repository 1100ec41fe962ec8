import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { evaluatePolicy } from "../../functions/src/policy/evaluate-policy.js";
import { allowed } from "../../functions/test/support/policy-facts.js";
import { ROOT } from "../dev/emulators.js";

const WARM_UP = 20_000;
const DECISIONS = 300_000;
const MODEL_RUNS = 1_000;

export interface PolicySpeed {
  readonly decisionsPerSecond: number;
  readonly runsPerSecond: number;
}

/** How many decisions does one core take in a second of its time, each with its whole trace; and how many runs of the model? */
export function measurePolicy(): PolicySpeed {
  const facts = allowed("execute");
  for (let i = 0; i < WARM_UP; i += 1) evaluatePolicy(facts);
  const before = process.cpuUsage();
  for (let i = 0; i < DECISIONS; i += 1)
    if (evaluatePolicy(facts).decision === "deny") throw new Error("the measured decision is refused");
  const { user, system } = process.cpuUsage(before);
  return { decisionsPerSecond: DECISIONS / ((user + system) / 1e6), runsPerSecond: modelSpeed() };
}

function modelSpeed(): number {
  const mocha = join(ROOT, "node_modules", "mocha", "bin", "mocha.js");
  const options = ["--no-config", "--node-option", "import=tsx", "functions/test/model/model.unit.test.ts"];
  const env = { ...process.env, STUDIO_MODEL_RUNS: String(MODEL_RUNS) };
  const startedAt = performance.now();
  const { status } = spawnSync(process.execPath, [mocha, ...options], { cwd: ROOT, env, stdio: "ignore" });
  if (status !== 0) throw new Error("the model found a broken rule");
  return (MODEL_RUNS / (performance.now() - startedAt)) * 1_000;
}
