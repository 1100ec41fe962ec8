import { concatBytes, decodeBase64, equalBytes, encodeBase64, toHex, utf8 } from "./bytes.js";
import type { Sha256 } from "./merkle.js";
import { ProofError } from "./proof-error.js";

/** The signature types of C2SP signed-note that this project knows. */
export const SIGNATURE_TYPES = { ed25519: 1, cosignature: 4 } as const;
export type SignatureType = (typeof SIGNATURE_TYPES)[keyof typeof SIGNATURE_TYPES];

/** A public key with the name that it signs under. */
export interface VerifierKey {
  readonly name: string;
  /** First 4 bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key). A hint, not a fingerprint. */
  readonly keyId: Uint8Array;
  readonly type: SignatureType;
  /** 32 bytes of Ed25519. */
  readonly publicKey: Uint8Array;
}

const PUBLIC_KEY_BYTES = 32;
/** White space of Unicode and `+` separate fields, so no name may hold them (C2SP signed-note, "Format"). */
const KEY_NAME = /^[^\s\u0085+]+$/u;

/** Can this be the name of a key? */
export function isKeyName(name: string): boolean {
  return name.isWellFormed() && KEY_NAME.test(name) && !/\p{Cc}/u.test(name);
}

/**
 * Which key does `name+hhhhhhhh+base64` stand for (C2SP signed-note, "Verifier keys")? Throws `KEY_MALFORMED` unless the name, the
 * type, the length and the key id fit each other, so that a mistyped key is an error and not an unknown key.
 */
export function parseVerifierKey(sha256: Sha256, text: string): VerifierKey {
  // The base64 part may hold `+` itself: split at the first two only.
  const [, name = "", idHex = "", material = ""] = /^([^+]*)\+([^+]*)\+(.*)$/su.exec(text) ?? [];
  if (!isKeyName(name) || !/^[0-9a-f]{8}$/.test(idHex)) throw malformed("expected name+8 hex digits+base64");
  const [type, publicKey] = splitType(material);
  const keyId = keyIdOf(sha256, name, type, publicKey);
  if (toHex(keyId) !== idHex) throw malformed("its key id does not belong to its name and key");
  return { name, keyId, type, publicKey };
}

/** How is this key handed out? `name+hhhhhhhh+base64(type ‖ public key)`. */
export function formatVerifierKey(sha256: Sha256, name: string, type: SignatureType, publicKey: Uint8Array): string {
  if (!isKeyName(name)) throw malformed("a key name has no white space, no control character and no plus sign");
  if (publicKey.length !== PUBLIC_KEY_BYTES) throw malformed("an Ed25519 public key has 32 bytes");
  const material = encodeBase64(concatBytes(Uint8Array.of(type), publicKey));
  return `${name}+${toHex(keyIdOf(sha256, name, type, publicKey))}+${material}`;
}

/** Do these name the same key under the same name? */
export function isSameKey(a: Pick<VerifierKey, "name" | "keyId">, b: Pick<VerifierKey, "name" | "keyId">): boolean {
  return a.name === b.name && equalBytes(a.keyId, b.keyId);
}

function splitType(material: string): [SignatureType, Uint8Array] {
  const bytes = decodeBase64(material);
  const type = Object.values(SIGNATURE_TYPES).find((known) => known === bytes[0]);
  if (type === undefined) throw malformed("its signature type is neither Ed25519 (1) nor a cosignature (4)");
  if (bytes.length !== 1 + PUBLIC_KEY_BYTES) throw malformed("an Ed25519 public key has 32 bytes");
  return [type, bytes.subarray(1)];
}

function keyIdOf(sha256: Sha256, name: string, type: SignatureType, publicKey: Uint8Array): Uint8Array {
  return sha256(concatBytes(utf8(`${name}\n`), Uint8Array.of(type), publicKey)).slice(0, 4);
}

const malformed = (why: string): ProofError => new ProofError("KEY_MALFORMED", `Not a verifier key: ${why}.`);
