import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "./emulators.js";

/** Moves deep that are tried when nobody says: some minutes on two cores. */
const DEFAULT_DEPTH = 5;
const EXPLORER = "functions/test/explorer/explorer.unit.test.ts";

/**
 * Tries every order of moves in a small studio, as deep as asked (`npm run explore -- 6`), and says how many states it saw and
 * which rule broke first, with the moves that led there. Ends with 1 when one did.
 */
function main([asked = String(DEFAULT_DEPTH)]: readonly string[]): void {
  const depth = Number(asked);
  if (!Number.isInteger(depth) || depth < 1) throw new Error(`How deep? "${asked}" is no count of moves.`);
  const mocha = join(ROOT, "node_modules", "mocha", "bin", "mocha.js");
  const options = ["--no-config", "--node-option", "import=tsx", EXPLORER];
  const env = { ...process.env, STUDIO_EXPLORE_DEPTH: asked };
  process.exitCode = spawnSync(process.execPath, [mocha, ...options], { cwd: ROOT, env, stdio: "inherit" }).status ?? 1;
}

main(process.argv.slice(2));
