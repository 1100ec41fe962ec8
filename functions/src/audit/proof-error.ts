/**
 * Everything that can be wrong with a signed or hashed text, as a closed list. `MALFORMED` codes mean that the text breaks
 * its format; all others mean that it is well-formed and does not prove what it should.
 */
export type ProofErrorCode =
  | "BASE64_MALFORMED"
  | "KEY_MALFORMED"
  | "NOTE_MALFORMED"
  | "NOTE_SIGNATURE_WRONG"
  | "NOTE_KEY_UNKNOWN"
  | "CHECKPOINT_MALFORMED"
  | "CHECKPOINT_OTHER_ORIGIN"
  | "ORIGIN_MALFORMED"
  | "TREE_MALFORMED"
  | "TILE_MALFORMED"
  | "PROOF_MALFORMED"
  | "PROOF_WRONG"
  | "LEAF_MALFORMED"
  | "BUNDLE_MALFORMED"
  | "BUNDLE_INCOMPLETE"
  | "BUNDLE_PARTIAL"
  | "EVENT_ALTERED"
  | "COPY_DIFFERS"
  | "ROOT_DIFFERS"
  | "LOG_SHRANK"
  | "LOG_FORKED"
  | "HISTORY_UNPROVEN";

/** Thrown for a text that does not prove what it should. The message is a sentence for a person; callers switch on `code`. */
export class ProofError extends Error {
  override readonly name = "ProofError";
  readonly code: ProofErrorCode;

  constructor(code: ProofErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
