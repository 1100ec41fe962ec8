import { utf8 } from "./bytes.js";
import { SIGNATURE_BYTES } from "./note.js";
import type { NoteVerifier, ProofCrypto } from "./note.js";
import { ProofError } from "./proof-error.js";
import { SIGNATURE_TYPES, parseVerifierKey } from "./verifier-key.js";

const TIME_BYTES = 8;

/** Checks the cosignatures of one witness (C2SP tlog-cosignature, Ed25519). Throws `KEY_MALFORMED`, also for a log's key. */
export function cosignatureVerifier(crypto: ProofCrypto, verifierKey: string): NoteVerifier {
  const key = parseVerifierKey(crypto.sha256, verifierKey);
  if (key.type !== SIGNATURE_TYPES.cosignature)
    throw new ProofError("KEY_MALFORMED", `${key.name} is not the key of a witness.`);
  return {
    name: key.name,
    keyId: key.keyId,
    verify: (text, signature) => {
      const seconds = cosignedAtSeconds(signature);
      if (seconds === null) return false;
      return crypto.verifyEd25519(key.publicKey, cosignedMessage(text, seconds), signature.subarray(TIME_BYTES));
    },
  };
}

/**
 * When does the witness say that it saw this checkpoint as the largest consistent one, in POSIX seconds? Null if these bytes are
 * no cosignature. Worth nothing before the signature has verified.
 */
export function cosignedAtSeconds(signature: Uint8Array): number | null {
  if (signature.length !== TIME_BYTES + SIGNATURE_BYTES) return null;
  const view = new DataView(signature.buffer, signature.byteOffset, TIME_BYTES);
  const seconds = view.getBigUint64(0);
  return seconds <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(seconds) : null;
}

/** The bytes that a witness signs: a header, its time, the checkpoint's text. */
export function cosignedMessage(text: string, seconds: number): Uint8Array {
  return utf8(`cosignature/v1\ntime ${seconds}\n${text}`);
}
