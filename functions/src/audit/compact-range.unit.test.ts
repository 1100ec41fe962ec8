import assert from "node:assert/strict";
import fc from "fast-check";
import { CompactRange } from "./compact-range.js";
import { EMPTY_FRONTIER, appendLeaf, appendSubtree, leafHash, requireFrontier, rootOf } from "./merkle.js";
import type { Frontier } from "./merkle.js";
import { perfectSubtrees } from "./merkle-prover.js";
import { nodeCrypto } from "./node-crypto.js";

const { sha256, sha256Into } = nodeCrypto;
const LEAVES = Array.from({ length: 70 }, (_, n) => Buffer.from(`entry ${n}`));
const FRONTIERS = LEAVES.reduce<readonly Frontier[]>(
  (all, leaf) => [...all, appendLeaf(sha256, all.at(-1)!, leafHash(sha256, leaf))],
  [EMPTY_FRONTIER],
);

function rangeOf(from: number, to: number): CompactRange {
  const range = new CompactRange(sha256Into, from);
  for (const leaf of LEAVES.slice(from, to)) range.append(Buffer.concat([Buffer.of(0), leaf]));
  return range;
}
const follow = (frontier: Frontier, range: CompactRange): Frontier =>
  range.subtrees().reduce((grown, { level, root }) => appendSubtree(sha256, grown, level, root), frontier);
const assertSameRoot = (a: Frontier, b: Frontier): void =>
  assert.deepEqual(Buffer.from(rootOf(sha256, a)), Buffer.from(rootOf(sha256, b)));

describe("audit/compact-range", () => {
  it("holds the largest perfect subtrees of every range, from left to right", () => {
    for (let from = 0; from <= LEAVES.length; from++)
      for (let to = from; to <= LEAVES.length; to++) {
        const subtrees = rangeOf(from, to).subtrees();
        assert.deepEqual(
          subtrees.map(({ level, index }) => ({ level, index })),
          perfectSubtrees({ from, to }),
        );
      }
  });

  it("continues the frontier before it to the one behind it, whatever pieces the tree is made of", () => {
    const cuts = fc.uniqueArray(fc.nat(LEAVES.length), { maxLength: 6 });
    fc.assert(
      fc.property(cuts, (places) => {
        const ends = [...places.sort((a, b) => a - b), LEAVES.length];
        let frontier = EMPTY_FRONTIER;
        for (const end of ends) {
          frontier = follow(frontier, rangeOf(frontier.size, end));
          assertSameRoot(frontier, FRONTIERS[end]!);
        }
      }),
    );
  });

  it("knows the subtrees at every size on its way, which a later leaf does not change", () => {
    const range = rangeOf(3, 3);
    const seen = LEAVES.slice(3).map((leaf) => {
      range.append(Buffer.concat([Buffer.of(0), leaf]));
      return range.subtrees();
    });
    for (const [n, subtrees] of seen.entries()) assert.deepEqual(subtrees, rangeOf(3, 4 + n).subtrees());
  });

  it("counts with indices beyond 2^32", () => {
    const size = 2 ** 40 - 2;
    const start = requireFrontier({ size, hashes: Array.from({ length: 39 }, (_, n) => sha256(Buffer.of(n))) });
    const range = new CompactRange(sha256Into, size);
    for (const leaf of LEAVES.slice(0, 5)) range.append(Buffer.concat([Buffer.of(0), leaf]));
    assert.deepEqual(
      range.subtrees().map(({ level, index }) => [level, index]),
      [
        [1, 2 ** 39 - 1],
        [1, 2 ** 39],
        [0, 2 ** 40 + 2],
      ],
    );
    const grown = LEAVES.slice(0, 5).reduce((all, leaf) => appendLeaf(sha256, all, leafHash(sha256, leaf)), start);
    assertSameRoot(follow(start, range), grown);
  });
});
