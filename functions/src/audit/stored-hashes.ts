import { decodeBase64 } from "./bytes.js";
import type { LogReader } from "./log-store.js";
import { HASH_BYTES } from "./merkle.js";
import type { Sha256 } from "./merkle.js";
import type { HashReader } from "./merkle-prover.js";
import { tileReader } from "./tiles.js";

/** Reads the hashes of a log's tree of this size out of its stored tiles, for proofs. Nothing is believed: see `tileReader`. */
export function storedHashes(
  sha256: Sha256,
  log: Pick<LogReader, "tile">,
  { tenantId, epoch }: { readonly tenantId: string; readonly epoch: number },
  size: number,
): HashReader {
  return tileReader(sha256, size, async ({ level, index, width }) => {
    const tile = level === "entries" ? null : await log.tile(tenantId, epoch, level, index);
    return tile === null ? new Uint8Array() : decodeBase64(tile.hashes).subarray(0, width * HASH_BYTES);
  });
}
