import { decodeBase64, encodeBase64 } from "./bytes.js";
import { parseTreeSize } from "./checkpoint.js";
import { HASH_BYTES } from "./merkle.js";
import type { Hash } from "./merkle.js";
import { ProofError } from "./proof-error.js";

/** A `.tlog-proof` file (C2SP tlog-proof): all that shows, offline, that one entry is in a log. */
export interface TlogProof {
  readonly index: number;
  /** From the leaf's side to the root's. */
  readonly hashes: readonly Hash[];
  /** The signed checkpoint note, verbatim. */
  readonly checkpoint: string;
  /** Application data that nothing authenticates. This project writes none. */
  readonly extra: Uint8Array | null;
}

const HEADER = "c2sp.org/tlog-proof@v1";
/** A tree of 2^53 leaves has paths of at most 53 hashes. */
const MAX_PROOF_HASHES = 63;

/** Writes the proof file. */
export function formatTlogProof({ index, hashes, checkpoint, extra }: TlogProof): string {
  const lines = [HEADER, ...(extra === null ? [] : [`extra ${encodeBase64(extra)}`]), `index ${index}`];
  return `${[...lines, ...hashes.map(encodeBase64)].join("\n")}\n\n${checkpoint}`;
}

/** Reads a proof file. Says nothing about whether it proves anything. Throws `PROOF_MALFORMED`. */
export function parseTlogProof(text: string): TlogProof {
  // The checkpoint note holds the empty lines behind this one.
  const end = text.indexOf("\n\n");
  if (end < 0) throw malformed("no empty line separates the proof and the checkpoint");
  const lines = text.slice(0, end).split("\n");
  if (lines.shift() !== HEADER) throw malformed(`its first line is not ${HEADER}`);
  const extra = lines[0]?.startsWith("extra ") === true ? strict(decodeBase64, lines.shift()?.slice(6) ?? "") : null;
  const indexLine = lines.shift() ?? "";
  if (!indexLine.startsWith("index ")) throw malformed("its index line is missing");
  const index = strict(parseTreeSize, indexLine.slice(6));
  return { index, hashes: parseHashLines(lines), checkpoint: text.slice(end + 2), extra };
}

/** One strict base64 hash a line, as proofs have them. Throws `PROOF_MALFORMED`. */
export function parseHashLines(lines: readonly string[], maxHashes = MAX_PROOF_HASHES): Hash[] {
  if (lines.length > maxHashes) throw malformed(`it has more than ${maxHashes} hashes`);
  const hashes = lines.map((line) => strict(decodeBase64, line));
  if (!hashes.every((hash) => hash.length === HASH_BYTES)) throw malformed("a hash is not 32 bytes long");
  return hashes;
}

function strict<T>(parse: (text: string) => T, text: string): T {
  try {
    return parse(text);
  } catch (cause) {
    throw malformed("a line is not in its strict form", { cause });
  }
}

function malformed(why: string, options?: ErrorOptions): ProofError {
  return new ProofError("PROOF_MALFORMED", `Not a proof: ${why}.`, options);
}
