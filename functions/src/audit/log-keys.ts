import { crc32c } from "./crc32c.js";
import type { LogKeys } from "./checkpoint-signer.js";
import { kmsSigner } from "./kms-signer.js";
import type { KmsClient } from "./kms-signer.js";
import type { KeySetting } from "./log-settings.js";
import { ProofError } from "./proof-error.js";
import { seedSigner } from "./seed-signer.js";
import type { Signer } from "./signer.js";

/** Where keys that are not at hand come from. Asked at the first signature, not before. */
export interface KeySources {
  kms(): Promise<KmsClient>;
  /** A secret version: its bytes, and the CRC-32C that its keeper computed over them. */
  secret(secretVersion: string): Promise<{ readonly bytes: Uint8Array; readonly crc32c: number }>;
}

/** A studio's log has a key of its own name, out of the same few keys for all studios. Kept while the process lives. */
export function logKeys(settings: readonly KeySetting[], sources: KeySources): LogKeys {
  const signers = new Map<string, Promise<readonly Signer[]>>();
  return (origin) => {
    const known = signers.get(origin) ?? Promise.all(settings.map((key) => open(key, origin, sources)));
    signers.set(origin, known);
    // What failed is tried again the next time.
    known.catch(() => signers.delete(origin));
    return known;
  };
}

async function open(key: KeySetting, origin: string, sources: KeySources): Promise<Signer> {
  switch (key.kind) {
    case "kms":
      return kmsSigner(await sources.kms(), key.keyVersion, origin);
    case "secret":
      return seedSigner(origin, await readSeed(key.secretVersion, sources));
    case "seed":
      return seedSigner(origin, key.seed);
  }
}

/** A seed with one bit turned is a key that nobody has verified anything with: better none. */
async function readSeed(secretVersion: string, sources: KeySources): Promise<Uint8Array> {
  const secret = await sources.secret(secretVersion);
  if (crc32c(secret.bytes) !== secret.crc32c)
    throw new ProofError("KEY_MALFORMED", "The seed was damaged on its way from Secret Manager.");
  return secret.bytes;
}
