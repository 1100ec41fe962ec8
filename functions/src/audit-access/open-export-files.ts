import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { diskExportFiles } from "./disk-export-files.js";
import type { ExportFiles } from "./export-files.js";

const BUCKET = /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/;

/**
 * Where do the files of exports lie here? In the functions emulator on a `demo-` project in a folder that goes with the run; everywhere
 * else in the bucket that AUDIT_EXPORT_BUCKET names. Throws an error that says so.
 */
export function openExportFiles(
  env: Readonly<Record<string, string | undefined>>,
  openBucket: (name: string) => ExportFiles,
): ExportFiles {
  if (env["FUNCTIONS_EMULATOR"] === "true" && env["GCLOUD_PROJECT"]?.startsWith("demo-") === true)
    return diskExportFiles(join(tmpdir(), "audit-exports"));
  const bucket = env["AUDIT_EXPORT_BUCKET"] ?? "";
  if (!BUCKET.test(bucket)) throw new Error("exports cannot be stored; not configured: AUDIT_EXPORT_BUCKET (a bucket)");
  return openBucket(bucket);
}

let verifier: Uint8Array | undefined;

/** The verifier that goes into every bundle: the build puts it beside the functions. Read once. */
export function readVerifier(): Uint8Array {
  verifier ??= readFileSync(new URL("./verify-audit-bundle.mjs", import.meta.url));
  return verifier;
}
