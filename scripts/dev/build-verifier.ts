import { build } from "esbuild";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { format, resolveConfig } from "prettier";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The verifier as it is handed out: kept in the repository, so that anybody can read it and compare it with a bundle's copy. */
export const VERIFIER_FILE = join(ROOT, "scripts", "verify-audit-bundle.mjs");

const HEAD = `// Verifies an audit bundle: one file, no dependencies, no network. Run it with --help.
// Generated from functions/src/audit/verifier by scripts/dev/build-verifier.ts; change it there.
/* eslint-disable -- the sources are checked */`;

/**
 * Bundles the verifier into one JavaScript file that needs nothing but Node.js 20.19 or newer. It is not minified, because an outsider
 * should be able to read what they are asked to trust; the same sources give the same bytes. Returns the file's text.
 */
export async function buildVerifier(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, "functions", "src", "audit", "verifier", "program.ts")],
    absWorkingDir: ROOT,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    write: false,
    logLevel: "warning",
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error("esbuild gave no file.");
  const options = await resolveConfig(VERIFIER_FILE);
  return format(`${HEAD}\n\n${output.text}`, { ...options, filepath: VERIFIER_FILE });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync(VERIFIER_FILE, await buildVerifier());
  console.log("Built scripts/verify-audit-bundle.mjs");
}
