import { build } from "esbuild";
import { copyFileSync, existsSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const VERIFIER = "verify-audit-bundle.mjs";

/**
 * Builds `functions/lib/index.cjs`, one file with everything in it, because a function's cold start is mostly the
 * reading of many small files. Beside it, `functions.json` lists the functions that the bundle declares, so that a
 * start can tell whether all of them were loaded. Returns those names.
 */
export async function buildFunctions(functionsFolder = join(ROOT, "functions")): Promise<string[]> {
  const entry = join(functionsFolder, "src", "index.ts");
  const outputFolder = join(functionsFolder, "lib");
  if (!existsSync(entry)) throw new Error(`There is nothing to build: ${relative(ROOT, entry)} does not exist.`);
  const names = await exportedNames(entry);
  rmSync(outputFolder, { recursive: true, force: true });
  await build({
    entryPoints: [entry],
    outfile: join(outputFolder, "index.cjs"),
    bundle: true,
    platform: "node",
    format: "cjs",
    // The deployed runtime is Node 24; local emulators run on the developer's Node, from 20.19 up.
    target: "node20",
    // Lazy `import()` of an SDK stays lazy: esbuild evaluates a bundled module on its first use.
    // Not `minify`: renamed identifiers break the REST transport of @google-cloud/firestore.
    minifySyntax: true,
    minifyWhitespace: true,
    keepNames: true,
    sourcemap: true,
    sourcesContent: false,
    legalComments: "linked",
    logLevel: "warning",
    // `import.meta.url` has no value in CommonJS.
    define: { "import.meta.url": "studioModuleUrl" },
    banner: { js: 'const studioModuleUrl=require("node:url").pathToFileURL(__filename).href;' },
  });
  // The verifier goes into every export, and its source of truth is the file that is handed out.
  copyFileSync(join(ROOT, "scripts", VERIFIER), join(outputFolder, VERIFIER));
  writeFileSync(join(outputFolder, "functions.json"), JSON.stringify(names, undefined, 2));
  return names;
}

/** An export of index.ts is a deployed function and its name is the deployed id; esbuild lists exports of ESM output only. */
async function exportedNames(entry: string): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    write: false,
    metafile: true,
    logLevel: "silent",
  });
  return Object.values(metafile.outputs)
    .flatMap((output) => output.exports)
    .sort();
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const names = await buildFunctions();
  console.log(`Built functions/lib/index.cjs: ${names.join(", ")}`);
}
