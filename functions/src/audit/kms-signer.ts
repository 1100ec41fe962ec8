import { createPublicKey } from "node:crypto";
import { crc32c } from "./crc32c.js";
import { ED25519_SPKI_HEAD, nodeCrypto } from "./node-crypto.js";
import { SIGNATURE_BYTES } from "./note.js";
import { ProofError } from "./proof-error.js";
import type { Signer } from "./signer.js";
import { SIGNATURE_TYPES, formatVerifierKey } from "./verifier-key.js";

/** A number that protocol buffers wrap, because it may be absent. */
interface Wrapped {
  readonly value?: unknown;
}

/** Of `@google-cloud/kms`, what signing takes. */
export interface KmsClient {
  getPublicKey(request: { name: string }): Promise<
    readonly [
      {
        readonly name?: string | null;
        readonly pem?: string | null;
        readonly pemCrc32c?: Wrapped | null;
        readonly algorithm?: unknown;
      },
      ...unknown[],
    ]
  >;
  asymmetricSign(request: { name: string; data: Uint8Array; dataCrc32c: { value: number } }): Promise<
    readonly [
      {
        readonly name?: string | null;
        readonly signature?: Uint8Array | string | null;
        readonly signatureCrc32c?: Wrapped | null;
        readonly verifiedDataCrc32c?: boolean | null;
      },
      ...unknown[],
    ]
  >;
}

/** `EC_SIGN_ED25519`, by name or by its number in the API. */
const ED25519 = new Set<unknown>(["EC_SIGN_ED25519", 40]);
/** What was damaged on the way is asked for again, this often in all. */
const MAX_ATTEMPTS = 3;

/**
 * A signer whose key never leaves Cloud KMS. One key version serves every studio: the name that it signs under is part of what is
 * signed, and of the key's id. Each answer is checked as KMS asks its clients to (data integrity guidelines): the request arrived whole,
 * the answer did, and it is of the key that was asked. Throws `KEY_MALFORMED` for a key of another kind.
 */
export async function kmsSigner(client: KmsClient, keyVersion: string, keyName: string): Promise<Signer> {
  const publicKey = await whole(() => readPublicKey(client, keyVersion));
  return {
    keyName,
    verifierKey: formatVerifierKey(nodeCrypto.sha256, keyName, SIGNATURE_TYPES.ed25519, publicKey),
    sign: (message) => whole(() => sign(client, keyVersion, message)),
  };
}

async function readPublicKey(client: KmsClient, name: string): Promise<Uint8Array | null> {
  const [answer] = await client.getPublicKey({ name });
  if (!ED25519.has(answer.algorithm))
    throw new ProofError("KEY_MALFORMED", "The key version in Cloud KMS is not of the algorithm EC_SIGN_ED25519.");
  const pem = answer.pem ?? "";
  if (answer.name !== name || !isCrc(answer.pemCrc32c, Buffer.from(pem, "utf8"))) return null;
  return createPublicKey(pem).export({ format: "der", type: "spki" }).subarray(ED25519_SPKI_HEAD.length);
}

async function sign(client: KmsClient, name: string, data: Uint8Array): Promise<Uint8Array | null> {
  const [answer] = await client.asymmetricSign({ name, data, dataCrc32c: { value: crc32c(data) } });
  const { signature } = answer;
  if (answer.name !== name || answer.verifiedDataCrc32c !== true || !(signature instanceof Uint8Array)) return null;
  return isCrc(answer.signatureCrc32c, signature) && signature.length === SIGNATURE_BYTES ? signature : null;
}

async function whole<T>(ask: () => Promise<T | null>): Promise<T> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const answer = await ask();
    if (answer !== null) return answer;
  }
  throw new Error(`Cloud KMS answered ${MAX_ATTEMPTS} times with something that did not come through whole`);
}

/** 64-bit numbers arrive as text, or as objects that print as such; nothing at all is no checksum. */
function isCrc(claimed: Wrapped | null | undefined, bytes: Uint8Array): boolean {
  const value = claimed?.value;
  return value !== undefined && value !== null && Number(value) === crc32c(bytes);
}
