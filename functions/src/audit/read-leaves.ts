import type { LogReader } from "./log-store.js";
import { ProofError } from "./proof-error.js";
import { TILE_WIDTH } from "./tiles.js";

/** Entries that are read at once: far more than can wait for a signature. */
const MAX_ENTRIES = 100_000;

/** The entries [from, to) of a log as its tiles hold them. Throws `TILE_MALFORMED` where one is missing. */
export async function readLeaves(
  store: Pick<LogReader, "tile">,
  log: { readonly tenantId: string; readonly epoch: number },
  from: number,
  to: number,
): Promise<string[]> {
  if (to - from > MAX_ENTRIES)
    throw new ProofError("TILE_MALFORMED", `${to - from} entries are more than are read at once.`);
  const leaves: string[] = [];
  for (let at = from; at < to; at = from + leaves.length) {
    const index = Math.floor(at / TILE_WIDTH);
    const first = index * TILE_WIDTH;
    const end = Math.min(to, first + TILE_WIDTH);
    const tile = await store.tile(log.tenantId, log.epoch, 0, index);
    const part = tile?.leaves?.slice(at - first, end - first) ?? [];
    if (part.length !== end - at)
      throw new ProofError("TILE_MALFORMED", `Tile ${index} does not have the entries up to ${end}.`);
    leaves.push(...part);
  }
  return leaves;
}
