import { concatBytes, decodeBase64, encodeBase64, utf8 } from "./bytes.js";
import type { Sha256 } from "./merkle.js";
import { ProofError } from "./proof-error.js";
import type { Signer } from "./signer.js";
import { SIGNATURE_TYPES, isKeyName, isSameKey, parseVerifierKey } from "./verifier-key.js";

/** One signature line of a note: who says that they signed, and the bytes behind the key id. Nothing here is verified. */
interface NoteSignature {
  readonly name: string;
  readonly keyId: Uint8Array;
  readonly signature: Uint8Array;
}

/** A note taken apart. Its text must not be used before a trusted key has verified: see `openNote`. */
export interface UnverifiedNote {
  /** Ends in a line feed, which is part of what is signed. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** Checks the signatures of one key. Ed25519 keys sign the text itself; witnesses sign a time with it (`cosignature.ts`). */
export interface NoteVerifier {
  readonly name: string;
  readonly keyId: Uint8Array;
  readonly verify: (text: string, signature: Uint8Array) => boolean | Promise<boolean>;
}

/** RFC 8032 Ed25519 over a message. May answer later, as a browser's WebCrypto does. */
type VerifyEd25519 = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean | Promise<boolean>;

/** Hash and signature check, injected so that proof code runs on the server, in the verifier file and in a browser. */
export interface ProofCrypto {
  readonly sha256: Sha256;
  readonly verifyEd25519: VerifyEd25519;
}

const MAX_NOTE_BYTES = 1_000_000;
/** C2SP asks for at least 16; Go's reference implementation stops at 100 too. */
export const MAX_NOTE_SIGNATURES = 100;
export const SIGNATURE_BYTES = 64;
const KEY_ID_BYTES = 4;
/** An em dash, U+2014: three bytes in UTF-8. */
const SIGNATURE_PREFIX = "\u2014 ";

/**
 * What did keys that we trust sign here (C2SP signed-note)? Signatures of unknown keys are ignored; one wrong signature of a known
 * key rejects the whole note. Throws `NOTE_MALFORMED`, `NOTE_SIGNATURE_WRONG` or, if no known key signed, `NOTE_KEY_UNKNOWN`.
 */
export async function openNote(
  bytes: Uint8Array,
  verifiers: readonly NoteVerifier[],
): Promise<{ readonly text: string; readonly verifiedBy: readonly NoteVerifier[] }> {
  const note = parseNote(bytes);
  const verifiedBy = new Set<NoteVerifier>();
  for (const signature of note.signatures) {
    const verifier = verifiers.find((known) => isSameKey(known, signature));
    if (verifier === undefined) continue;
    if (!(await verifier.verify(note.text, signature.signature)))
      throw new ProofError("NOTE_SIGNATURE_WRONG", `The signature of ${verifier.name} does not fit the text.`);
    verifiedBy.add(verifier);
  }
  if (verifiedBy.size === 0)
    throw new ProofError("NOTE_KEY_UNKNOWN", "None of the signatures is by a key that was given as trusted.");
  return { text: note.text, verifiedBy: [...verifiedBy] };
}

/** Takes a note apart without believing it (C2SP signed-note, "Format"). Throws `NOTE_MALFORMED`. */
export function parseNote(bytes: Uint8Array): UnverifiedNote {
  if (bytes.length > MAX_NOTE_BYTES) throw malformed(`it is longer than ${MAX_NOTE_BYTES} bytes`);
  const whole = decodeUtf8(bytes);
  // eslint-disable-next-line no-control-regex -- control characters are exactly what this refuses
  if (/[\u0000-\u0009\u000b-\u001f]/.test(whole)) throw malformed("it holds a control character");
  // The text may hold empty lines itself: the last one separates the signatures.
  const split = whole.lastIndexOf("\n\n");
  if (split < 0) throw malformed("no empty line separates text and signatures");
  const block = whole.slice(split + 2);
  if (!block.endsWith("\n")) throw malformed("its last line does not end");
  const lines = block.slice(0, -1).split("\n");
  if (lines.length > MAX_NOTE_SIGNATURES) throw malformed(`it has more than ${MAX_NOTE_SIGNATURES} signatures`);
  return { text: whole.slice(0, split + 1), signatures: lines.map(parseSignatureLine) };
}

/** Writes a note down. Throws `NOTE_MALFORMED` for what `parseNote` would not read back. */
export function formatNote({ text, signatures }: UnverifiedNote): string {
  const lines = signatures.map(
    ({ name, keyId, signature }) => `${SIGNATURE_PREFIX}${name} ${encodeBase64(concatBytes(keyId, signature))}\n`,
  );
  const note = `${text}\n${lines.join("")}`;
  const readBack = parseNote(utf8(note));
  if (readBack.text !== text) throw malformed("its text does not end in a line feed");
  return note;
}

/** Signs a text with each of these keys: two while a key is rotated. The text ends in a line feed. */
export async function signNote(sha256: Sha256, text: string, signers: readonly Signer[]): Promise<string> {
  const message = utf8(text);
  const signatures: NoteSignature[] = [];
  for (const signer of signers) {
    const { name, keyId } = parseVerifierKey(sha256, signer.verifierKey);
    signatures.push({ name, keyId, signature: await signer.sign(message) });
  }
  return formatNote({ text, signatures });
}

/** Checks a log's own signatures: Ed25519 over the text. Throws `KEY_MALFORMED`, also for the key of a witness. */
export function ed25519Verifier(crypto: ProofCrypto, verifierKey: string): NoteVerifier {
  const key = parseVerifierKey(crypto.sha256, verifierKey);
  if (key.type !== SIGNATURE_TYPES.ed25519)
    throw new ProofError("KEY_MALFORMED", `${key.name} is the key of a witness: it cannot sign for a log.`);
  return {
    name: key.name,
    keyId: key.keyId,
    verify: (text, signature) =>
      signature.length === SIGNATURE_BYTES && crypto.verifyEd25519(key.publicKey, utf8(text), signature),
  };
}

/** One signature line: em dash, space, key name, space, base64(key id ‖ signature). */
function parseSignatureLine(line: string): NoteSignature {
  const [name = "", material = "", ...rest] = line.startsWith(SIGNATURE_PREFIX)
    ? line.slice(SIGNATURE_PREFIX.length).split(" ")
    : [];
  if (!isKeyName(name) || rest.length > 0) throw malformed("a signature line is not: em dash, key name, base64");
  const bytes = decodeSignature(material);
  return { name, keyId: bytes.slice(0, KEY_ID_BYTES), signature: bytes.slice(KEY_ID_BYTES) };
}

function decodeSignature(material: string): Uint8Array {
  try {
    const bytes = decodeBase64(material);
    if (bytes.length > KEY_ID_BYTES) return bytes;
  } catch (cause) {
    throw malformed("a signature is not strict base64", { cause });
  }
  throw malformed("a signature line holds no signature");
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw malformed("it is not UTF-8", { cause });
  }
}

function malformed(why: string, options?: ErrorOptions): ProofError {
  return new ProofError("NOTE_MALFORMED", `Not a signed note: ${why}.`, options);
}
