import { concatBytes, decodeBase64, encodeBase64 } from "./bytes.js";
import { HASH_BYTES } from "./merkle.js";
import type { Frontier, Hash, Sha256 } from "./merkle.js";
import { perfectSubtrees } from "./merkle-prover.js";
import { ProofError } from "./proof-error.js";
import { TILE_HEIGHT, TILE_WIDTH, perfectRoot } from "./tiles.js";
import type { TileEdge } from "./tiles.js";

/** The frontier of a tree whose partial tiles these are: every perfect subtree at its right edge lies in one of them. */
export function frontierOf(sha256: Sha256, size: number, edge: TileEdge): Frontier {
  const hashes = perfectSubtrees({ from: 0, to: size }).map(({ level, index }) => {
    const covered = 2 ** (level % TILE_HEIGHT);
    const from = (index * covered) % TILE_WIDTH;
    const row = (edge[Math.floor(level / TILE_HEIGHT)] ?? []).slice(from, from + covered);
    if (row.length !== covered)
      throw new ProofError("TILE_MALFORMED", `The edge has too few hashes for a tree of ${size}.`);
    return perfectRoot(sha256, row);
  });
  return { size, hashes };
}

/** Digests one after the other, as tiles and heads are stored. */
export const formatHashes = (hashes: readonly Hash[]): string => encodeBase64(concatBytes(...hashes));

/** Throws `BASE64_MALFORMED`, or `TILE_MALFORMED` for a broken digest. */
export function parseHashes(text: string): Hash[] {
  const bytes = decodeBase64(text);
  if (bytes.length % HASH_BYTES !== 0) throw new ProofError("TILE_MALFORMED", "A stored digest is not 32 bytes long.");
  return Array.from({ length: bytes.length / HASH_BYTES }, (_, at) =>
    bytes.slice(at * HASH_BYTES, (at + 1) * HASH_BYTES),
  );
}
