import type { LogKeys } from "./checkpoint-signer.js";
import { kmsSigner } from "./kms-signer.js";
import type { KmsClient } from "./kms-signer.js";
import type { KeySetting } from "./log-settings.js";
import { seedSigner } from "./seed-signer.js";
import type { Signer } from "./signer.js";

/** Where keys that are not at hand come from. Asked at the first signature, not before. */
export interface KeySources {
  kms(): Promise<KmsClient>;
  /** The bytes of a secret version. */
  secret(secretVersion: string): Promise<Uint8Array>;
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
      return seedSigner(origin, await sources.secret(key.secretVersion));
    case "seed":
      return seedSigner(origin, key.seed);
  }
}
