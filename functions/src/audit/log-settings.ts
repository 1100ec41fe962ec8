import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { formatOrigin } from "./origin.js";

/** Under which name a deployment keeps its logs, with which keys, and where the signer remembers. */
export interface LogSettings {
  readonly host: string;
  readonly keys: readonly KeySetting[];
  readonly memory:
    { readonly kind: "folder"; readonly path: string } | { readonly kind: "bucket"; readonly name: string };
}

/** A key version in Cloud KMS; a seed as a secret version in Secret Manager; or the emulator's own, which is no secret. */
export type KeySetting =
  | { readonly kind: "kms"; readonly keyVersion: string }
  | { readonly kind: "secret"; readonly secretVersion: string }
  | { readonly kind: "seed"; readonly seed: Uint8Array };

const KMS_VERSION =
  /^projects\/[^/,]+\/locations\/[^/,]+\/keyRings\/[^/,]+\/cryptoKeys\/[^/,]+\/cryptoKeyVersions\/[0-9]+$/;
const SECRET_VERSION = /^projects\/[^/,]+\/secrets\/[^/,]+\/versions\/[0-9]+$/;

const Host = z.string().refine((host) => isHost(host), "is the host, in lower case, that logs are named after");
const Keys = z
  .string()
  .transform((text) => text.split(","))
  .pipe(
    z
      .array(z.string().refine((name) => KMS_VERSION.test(name) || SECRET_VERSION.test(name)))
      .min(1)
      .max(2),
  );
const Bucket = z.string().regex(/^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/);

/**
 * How are logs signed here? In the functions emulator on a `demo-` project, with a key that everybody knows and a folder that goes with
 * the run. Everywhere else the whole configuration must be there: throws an error that lists what is not.
 */
export function readLogSettings(env: Readonly<Record<string, string | undefined>>): LogSettings {
  const project = env["GCLOUD_PROJECT"];
  const host = Host.safeParse(env["AUDIT_LOG_HOST"] ?? `${project ?? ""}.web.app`);
  if (env["FUNCTIONS_EMULATOR"] === "true" && project?.startsWith("demo-") === true && host.success)
    return {
      host: host.data,
      keys: [{ kind: "seed", seed: createHash("sha256").update("studio-os emulator").digest() }],
      memory: { kind: "folder", path: env["AUDIT_MEMORY_FOLDER"] ?? join(tmpdir(), "audit-signer") },
    };
  const keys = Keys.safeParse(env["AUDIT_SIGNING_KEYS"]);
  const bucket = Bucket.safeParse(env["AUDIT_MEMORY_BUCKET"]);
  if (host.success && keys.success && bucket.success)
    return { host: host.data, keys: keys.data.map(toKey), memory: { kind: "bucket", name: bucket.data } };
  const wrong = [
    ...(host.success ? [] : ["AUDIT_LOG_HOST (a host name)"]),
    ...(keys.success ? [] : ["AUDIT_SIGNING_KEYS (one or two key versions of Cloud KMS or Secret Manager)"]),
    ...(bucket.success ? [] : ["AUDIT_MEMORY_BUCKET (a bucket under a locked retention policy)"]),
  ];
  throw new Error(`audit logs cannot be signed; not or wrongly configured: ${wrong.join("; ")}`);
}

function toKey(name: string): KeySetting {
  return KMS_VERSION.test(name) ? { kind: "kms", keyVersion: name } : { kind: "secret", secretVersion: name };
}

function isHost(host: string): boolean {
  try {
    formatOrigin({ host, tenantId: "studio", epoch: 1 });
    return true;
  } catch {
    return false;
  }
}
