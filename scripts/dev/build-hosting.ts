import { existsSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./emulators.js";
import { runProgram } from "./test-run/run-program.js";

const BUILD_TIMEOUT_MS = 180_000;

/** Builds the cockpit into `hosting/dist`: the same build that is deployed. Throws with the builder's words when it fails. */
export async function buildHosting(): Promise<void> {
  const folder = join(ROOT, "hosting");
  for (const entry of ["index.html", "src/main.tsx"]) {
    if (!existsSync(join(folder, entry)))
      throw new Error(`There is no cockpit to build: hosting/${entry} does not exist.`);
  }
  const vite = join(ROOT, "node_modules", "vite", "bin", "vite.js");
  const options = { cwd: folder, timeoutMs: BUILD_TIMEOUT_MS };
  const { code, output } = await runProgram(process.execPath, [vite, "build"], options);
  if (code !== 0) throw new Error(`The cockpit does not build:\n${output}`);
}
