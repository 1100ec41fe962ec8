import { utf8 } from "./bytes.js";
import { ProofError } from "./proof-error.js";
import { TILE_WIDTH } from "./tiles.js";

/** One entry as it is sealed: the exact text of its leaf, and of the event that the leaf names by hash. */
export interface SealedEntry {
  readonly leaf: string;
  readonly event: string;
}

/** The bytes of a part: two lines an entry, the leaf and the event. Neither holds a line feed: both are canonical JSON. */
export function formatSealedPart(entries: readonly SealedEntry[]): Uint8Array {
  const lines = entries.flatMap(({ leaf, event }) => [leaf, event]);
  if (entries.length === 0 || entries.length > TILE_WIDTH || lines.some((line) => line === "" || line.includes("\n")))
    throw malformed(`it holds 1 to ${TILE_WIDTH} entries, each of two lines`);
  return utf8(`${lines.join("\n")}\n`);
}

/** The entries of a part. Throws `BUNDLE_MALFORMED` for bytes that `formatSealedPart` would not write. */
export function parseSealedPart(bytes: Uint8Array): SealedEntry[] {
  const lines = toText(bytes).split("\n");
  if (lines.pop() !== "" || lines.length === 0 || lines.length % 2 !== 0 || lines.includes(""))
    throw malformed("its lines do not come in pairs");
  if (lines.length > 2 * TILE_WIDTH) throw malformed(`it has more than ${TILE_WIDTH} entries`);
  return Array.from({ length: lines.length / 2 }, (_, at) => ({
    leaf: lines[2 * at] ?? "",
    event: lines[2 * at + 1] ?? "",
  }));
}

function toText(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw malformed("it is not UTF-8");
  }
}

const malformed = (why: string): ProofError => new ProofError("BUNDLE_MALFORMED", `Not a sealed part: ${why}.`);
