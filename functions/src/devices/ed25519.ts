import { createHash, createPublicKey, verify } from "node:crypto";

/** Does this Ed25519 signature (RFC 8032) over the message belong to the raw 32-byte public key? */
export type VerifyEd25519 = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;

export const ED25519_KEY_BYTES = 32;
/** DER header of a SubjectPublicKeyInfo that holds an Ed25519 key (RFC 8410 §4); the raw key follows it. */
const SPKI_HEADER = Buffer.from("302a300506032b6570032100", "hex");

export const verifyEd25519: VerifyEd25519 = (publicKey, message, signature) => {
  if (publicKey.length !== ED25519_KEY_BYTES) return false;
  try {
    const key = createPublicKey({ key: Buffer.concat([SPKI_HEADER, publicKey]), format: "der", type: "spki" });
    return verify(null, message, key, signature);
  } catch {
    // OpenSSL refuses bytes that are no point on the curve: nothing can be signed under such a key.
    return false;
  }
};

/** Lower-case hex SHA-256 of bytes. */
export function sha256Bytes(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The name of a key: the first 16 hex digits of SHA-256 over the raw public key. */
export function keyIdOf(publicKey: Uint8Array): string {
  return sha256Bytes(publicKey).slice(0, 16);
}
