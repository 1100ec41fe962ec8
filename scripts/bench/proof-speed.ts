import { performance } from "node:perf_hooks";
import { EMPTY_FRONTIER, appendLeaf, rootOf, verifyInclusion } from "../../functions/src/audit/merkle.js";
import { proveConsistency, proveInclusion } from "../../functions/src/audit/merkle-prover.js";
import { nodeCrypto } from "../../functions/src/audit/node-crypto.js";
import { extendTiles, tilePath, tileReader } from "../../functions/src/audit/tiles.js";

const { sha256 } = nodeCrypto;
export const PROVED_LEAVES = 1_000_000;
const PROOFS = 2_000;
const CHECKED = 50;

export interface ProofSpeed {
  /** A second, of one thread. */
  readonly inclusion: number;
  readonly consistency: number;
  /** Tiles that are read for one inclusion proof, on average. */
  readonly tiles: number;
}

/** How many proofs a second can be made in a log of a million entries whose tiles are at hand? */
export async function measureProofs(): Promise<ProofSpeed> {
  const leaves = Array.from({ length: PROVED_LEAVES }, (_, n) => sha256(Buffer.from(`entry ${n}`)));
  const tiles = new Map<string, Uint8Array>();
  for (const { ref, hashes } of extendTiles(sha256, { size: 0, edge: [] }, leaves).tiles)
    tiles.set(tilePath(ref), Buffer.concat(hashes));
  let read = 0;
  const reader = tileReader(sha256, PROVED_LEAVES, (ref) => {
    read++;
    return Promise.resolve(tiles.get(tilePath(ref)) ?? new Uint8Array());
  });
  // Spread over the log, and no two in one tile.
  const indexOf = (n: number): number => (n * 7_919 + 13) % PROVED_LEAVES;
  const root = rootOf(
    sha256,
    leaves.reduce((grown, leaf) => appendLeaf(sha256, grown, leaf), EMPTY_FRONTIER),
  );
  for (let n = 0; n < CHECKED; n++) {
    const index = indexOf(n);
    const claim = { index, size: PROVED_LEAVES, leaf: leaves[index] ?? root, root };
    if (!verifyInclusion(sha256, claim, await proveInclusion(sha256, reader, index, PROVED_LEAVES)))
      throw new Error(`the proof of entry ${index} does not verify`);
  }
  read = 0;
  const inclusion = await perSecond((n) => proveInclusion(sha256, reader, indexOf(n), PROVED_LEAVES));
  const tilesRead = read / PROOFS;
  const consistency = await perSecond((n) => proveConsistency(sha256, reader, indexOf(n) + 1, PROVED_LEAVES));
  return { inclusion, consistency, tiles: tilesRead };
}

async function perSecond(prove: (n: number) => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  for (let n = 0; n < PROOFS; n++) await prove(n);
  return PROOFS / ((performance.now() - startedMs) / 1_000);
}
