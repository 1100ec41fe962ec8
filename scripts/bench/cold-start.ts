import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { buildFunctions } from "../dev/build-functions.js";

const PAIRS = 25;

/** The least that a function with Firestore and sign-in needs. */
const BARE = `
import { onRequest } from "firebase-functions/v2/https";
import { initializeApp } from "firebase-admin/app";
import { getAuth } from "firebase-admin/auth";
import { getFirestore } from "firebase-admin/firestore";
export const bare = onRequest({ region: "us-central1" }, async (request, response) => {
  initializeApp();
  await getAuth().verifyIdToken("");
  response.json((await getFirestore().doc("a/b").get()).data());
});
`;

export interface ColdStart {
  readonly bundle: readonly number[];
  readonly bare: readonly number[];
}

/** How long does a new instance need before it can answer? Milliseconds of loading the bundle, in fresh processes, in turns. */
export async function measureColdStart(root: string): Promise<ColdStart> {
  await buildFunctions();
  // Inside functions/, so that both bundles find the same packages.
  const folder = join(root, "functions", "lib", "bench");
  mkdirSync(folder, { recursive: true });
  try {
    const entry = join(folder, "bare.ts");
    const bare = join(folder, "bare.cjs");
    writeFileSync(entry, BARE);
    await build({
      entryPoints: [entry],
      outfile: bare,
      bundle: true,
      platform: "node",
      format: "cjs",
      target: "node20",
      minifySyntax: true,
      minifyWhitespace: true,
      keepNames: true,
      logLevel: "error",
    });
    const bundle = join(root, "functions", "lib", "index.cjs");
    const samples = { bundle: [] as number[], bare: [] as number[] };
    load(bundle);
    load(bare);
    for (let i = 0; i < PAIRS; i += 1) {
      samples.bundle.push(load(bundle));
      samples.bare.push(load(bare));
    }
    return samples;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function load(file: string): number {
  const program = `const t=process.hrtime.bigint();require(${JSON.stringify(file)});console.log(Number(process.hrtime.bigint()-t)/1e6);process.exit(0)`;
  const { stdout, status } = spawnSync(process.execPath, ["-e", program], {
    encoding: "utf8",
    env: { ...process.env, GCLOUD_PROJECT: "demo-studio" },
  });
  const ms = Number(stdout.trim());
  if (status !== 0 || !(ms > 0)) throw new Error(`${file} could not be loaded`);
  return ms;
}
