import { decodeBase64, encodeBase64 } from "./bytes.js";
import { HASH_BYTES, MAX_TREE_SIZE, isTreeSize } from "./merkle.js";
import type { Hash } from "./merkle.js";
import { openNote } from "./note.js";
import type { NoteVerifier } from "./note.js";
import { ProofError } from "./proof-error.js";

/** The state of a log at one moment (C2SP tlog-checkpoint). It carries no time: witnesses and events do. */
export interface Checkpoint {
  /** Which log: unique for all time, and the name of the log's key. */
  readonly origin: string;
  readonly size: number;
  readonly root: Hash;
  /** Further lines. This project writes none, because no monitor could check them. */
  readonly extensions: readonly string[];
}

/**
 * Which state of the log `origin` did its key sign here? Throws what `openNote` throws, `CHECKPOINT_MALFORMED`, and
 * `CHECKPOINT_OTHER_ORIGIN` for a log, or a signing key, of another name.
 */
export async function openCheckpoint(
  note: Uint8Array,
  verifiers: readonly NoteVerifier[],
  origin: string,
): Promise<Checkpoint> {
  const { text, verifiedBy } = await openNote(note, verifiers);
  const checkpoint = parseCheckpoint(text);
  if (checkpoint.origin !== origin || !verifiedBy.some(({ name }) => name === origin))
    throw new ProofError("CHECKPOINT_OTHER_ORIGIN", `Signed is the log ${checkpoint.origin}; expected is ${origin}.`);
  return checkpoint;
}

/** Reads the text of a checkpoint note. Each state has exactly one spelling. Throws `CHECKPOINT_MALFORMED`. */
export function parseCheckpoint(text: string): Checkpoint {
  if (!text.endsWith("\n")) throw malformed("its last line does not end");
  const [origin = "", sizeText = "", rootText = "", ...extensions] = text.slice(0, -1).split("\n");
  if (origin === "") throw malformed("it names no origin");
  if (extensions.includes("")) throw malformed("a line is empty");
  return { origin, size: parseTreeSize(sizeText), root: parseRoot(rootText), extensions };
}

/** The text to be signed for this state. Throws `CHECKPOINT_MALFORMED` for what `parseCheckpoint` would not read back. */
export function formatCheckpoint(checkpoint: Omit<Checkpoint, "extensions">): string {
  const { origin, size, root } = checkpoint;
  if (origin === "" || origin.includes("\n") || !isTreeSize(size) || root.length !== HASH_BYTES)
    throw malformed("it needs an origin in one line, a size and a root of 32 bytes");
  return `${origin}\n${size}\n${encodeBase64(root)}\n`;
}

/** A tree size or an index in decimal, without leading zeros, up to 2^53 − 1. Throws `CHECKPOINT_MALFORMED`. */
export function parseTreeSize(text: string): number {
  const size = /^(0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : NaN;
  if (!isTreeSize(size)) throw malformed(`a size is a decimal number from 0 to ${MAX_TREE_SIZE}`);
  return size;
}

function parseRoot(text: string): Hash {
  try {
    const root = decodeBase64(text);
    if (root.length === HASH_BYTES) return root;
  } catch (cause) {
    throw malformed("its root is not strict base64", { cause });
  }
  throw malformed("its root is not 32 bytes long");
}

function malformed(why: string, options?: ErrorOptions): ProofError {
  return new ProofError("CHECKPOINT_MALFORMED", `Not a checkpoint: ${why}.`, options);
}
