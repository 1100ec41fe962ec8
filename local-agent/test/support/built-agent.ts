import { spawnSync } from "node:child_process";
import { join } from "node:path";

const WORKSPACE = join(import.meta.dirname, "..", "..");
/** The command line of the agent's own `start` script: guide and systemd unit use the same. */
const FLAGS = ["--max-semi-space-size=1", "--max-old-space-size=96", "--v8-pool-size=1"];

/** Builds the agent as it is installed, and answers what follows `node` to start it. */
export function buildAgent(): readonly string[] {
  const built = spawnSync("npm", ["run", "build"], { cwd: WORKSPACE, encoding: "utf8" });
  if (built.status !== 0) throw new Error(`the agent could not be built:\n${built.stderr}`);
  return [...FLAGS, join(WORKSPACE, "dist", "main.mjs")];
}
