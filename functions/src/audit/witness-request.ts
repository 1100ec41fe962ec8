import { encodeBase64, utf8 } from "./bytes.js";
import { cosignatureVerifier, cosignedAtSeconds } from "./cosignature.js";
import type { Hash } from "./merkle.js";
import { formatNote, parseNote } from "./note.js";
import type { ProofCrypto, UnverifiedNote } from "./note.js";
import { ProofError } from "./proof-error.js";
import { isSameKey } from "./verifier-key.js";

/** A consistency proof in a request has at most so many hashes (C2SP tlog-witness). */
const MAX_PROOF_HASHES = 63;

/** One signature line of a witness that was checked, and when the witness says that it signed. */
export interface Cosignature {
  /** As it stands in a note: em dash, name, base64, line feed. */
  readonly line: string;
  readonly cosignedAtSeconds: number;
}

/**
 * The body of `POST <prefix>/add-checkpoint` (C2SP tlog-witness): the size that the witness knows, the proof from there, the signed
 * checkpoint verbatim. Throws `PROOF_MALFORMED` for a proof that no witness takes.
 */
export function formatAddCheckpoint(oldSize: number, proof: readonly Hash[], checkpoint: string): string {
  if (proof.length > MAX_PROOF_HASHES || (oldSize === 0 && proof.length > 0))
    throw new ProofError("PROOF_MALFORMED", `A witness takes up to ${MAX_PROOF_HASHES} hashes, and none from size 0.`);
  return `${[`old ${oldSize}`, ...proof.map(encodeBase64)].join("\n")}\n\n${checkpoint}`;
}

/**
 * Which of these signature lines is this witness's, over this checkpoint? Every other line is dropped: what is stored and handed out
 * was checked. Throws `NOTE_MALFORMED` for an answer that is no signature lines, `NOTE_KEY_UNKNOWN` without one of this witness,
 * `NOTE_SIGNATURE_WRONG` for one that does not fit.
 */
export async function readCosignature(
  crypto: ProofCrypto,
  witnessKey: string,
  checkpoint: string,
  answer: string,
): Promise<Cosignature> {
  const { text } = parseNote(utf8(checkpoint));
  const verifier = cosignatureVerifier(crypto, witnessKey);
  const { signatures } = parseNote(utf8(`${text}\n${answer}`));
  const own = signatures.find((signature) => isSameKey(verifier, signature));
  if (own === undefined)
    throw new ProofError("NOTE_KEY_UNKNOWN", `The answer holds no cosignature of the witness ${verifier.name}.`);
  const seconds = cosignedAtSeconds(own.signature);
  if (seconds === null || !(await verifier.verify(text, own.signature)))
    throw new ProofError("NOTE_SIGNATURE_WRONG", `The cosignature of ${verifier.name} does not fit the checkpoint.`);
  return { line: signatureLine(own), cosignedAtSeconds: seconds };
}

/** The checkpoint with these cosignatures behind the log's own signatures, as it is served. */
export function withCosignatures(checkpoint: string, lines: readonly string[]): string {
  return lines.reduce((note, line) => (note.includes(line) ? note : note + line), checkpoint);
}

function signatureLine(signature: UnverifiedNote["signatures"][number]): string {
  const head = "x\n";
  return formatNote({ text: head, signatures: [signature] }).slice(head.length + 1);
}
