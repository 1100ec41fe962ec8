import { concatBytes } from "./bytes.js";
import { ProofError } from "./proof-error.js";
import { TILE_WIDTH } from "./tiles.js";

/** A 16-bit length stands before each entry (C2SP tlog-tiles, "Log Entries"). */
export const MAX_ENTRY_BYTES = 0xffff;

/** An entry bundle as served at `tile/entries/…`: each entry after its big-endian length. Throws `TILE_MALFORMED`. */
export function formatEntryBundle(entries: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  if (entries.length > TILE_WIDTH) throw malformed(`it has more than ${TILE_WIDTH} entries`);
  return concatBytes(...entries.flatMap((entry) => [lengthBytes(entry), entry]));
}

/** The entries of a bundle. Throws `TILE_MALFORMED` unless it has exactly `width` of them and nothing behind. */
export function parseEntryBundle(width: number, bytes: Uint8Array): Uint8Array[] {
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length && entries.length < width) {
    const [high, low] = bytes.subarray(at, at + 2);
    if (high === undefined || low === undefined) throw malformed("it ends within a length");
    const end = at + 2 + high * 256 + low;
    if (end > bytes.length) throw malformed("it ends within an entry");
    entries.push(bytes.slice(at + 2, end));
    at = end;
  }
  if (entries.length !== width || at !== bytes.length) throw malformed(`it does not have exactly ${width} entries`);
  return entries;
}

function lengthBytes(entry: Uint8Array): Uint8Array {
  if (entry.length > MAX_ENTRY_BYTES) throw malformed(`an entry is longer than ${MAX_ENTRY_BYTES} bytes`);
  return Uint8Array.of(entry.length >> 8, entry.length & 0xff);
}

const malformed = (why: string): ProofError => new ProofError("TILE_MALFORMED", `Not an entry bundle: ${why}.`);
