import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";

/**
 * Gives a run its own copy of the built functions (package.json, lib/, .env files), so that a rebuild elsewhere does
 * not reload them in the middle of a test. Packages are found by walking up to the repository's node_modules.
 * Returns the names of the functions that the build declares.
 */
export function stageFunctions(functionsFolder: string, stagedFolder: string): string[] {
  const listFile = join(functionsFolder, "lib", "functions.json");
  if (!existsSync(listFile)) {
    throw new Error("functions/lib is not built: run `npx tsx scripts/dev/build-functions.ts` first.");
  }
  mkdirSync(stagedFolder, { recursive: true });
  const copied = readdirSync(functionsFolder).filter(
    (name) => name === "package.json" || name === "lib" || name.startsWith(".env"),
  );
  for (const name of copied) cpSync(join(functionsFolder, name), join(stagedFolder, name), { recursive: true });
  // A package that npm could not hoist lives here; the link keeps it reachable from the copy.
  const ownPackages = join(functionsFolder, "node_modules");
  if (existsSync(ownPackages)) symlinkSync(ownPackages, join(stagedFolder, "node_modules"), "junction");
  return JSON.parse(readFileSync(listFile, "utf8")) as string[];
}
