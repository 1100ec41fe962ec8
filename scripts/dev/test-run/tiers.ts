import { readdirSync } from "node:fs";
import { join } from "node:path";

/** The tiers in the order they run: the quick ones first, so that a plain mistake is told early. */
export const TIERS = ["static", "unit", "rules", "emulator", "browser"] as const;
export type Tier = (typeof TIERS)[number];
export type MochaTier = Exclude<Tier, "static">;

/** What one tier came to. `problem` is a sentence for something that broke outside a single test. */
export interface TierResult {
  readonly tier: Tier | "build" | "read-only";
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly durationMs: number;
  readonly problem?: string;
}

/** Bounds of one test, unless the test sets its own: a real emulator or browser is slower than a pure function. */
export const TEST_TIMEOUT_MS: Readonly<Record<MochaTier, number>> = {
  unit: 10_000,
  rules: 20_000,
  emulator: 60_000,
  browser: 90_000,
};

const WORKSPACES = ["functions", "hosting", "local-agent", "scripts"];
const SKIPPED_FOLDERS = new Set(["node_modules", "lib", "dist"]);

/** Answers: which test files belong to a tier? The suffix tells (`x.rules.test.ts`); absolute paths, sorted. */
export function testFilesOf(root: string, tier: MochaTier): string[] {
  const suffix = new RegExp(`\\.${tier}\\.test\\.tsx?$`);
  return WORKSPACES.flatMap((workspace) => filesUnder(join(root, workspace)))
    .filter((path) => suffix.test(path))
    .sort();
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED_FOLDERS.has(entry.name) ? [] : filesUnder(path);
    return [path];
  });
}
