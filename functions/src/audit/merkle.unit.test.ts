import assert from "node:assert/strict";
import fc from "fast-check";
import { providedUrl, readProvided } from "../../test/support/provided-vectors.js";
import { entriesReader, referenceRoot, someEntries, sparseReader } from "../../test/support/reference-tree.js";
import {
  EMPTY_FRONTIER,
  MAX_TREE_SIZE,
  appendLeaf,
  appendSubtree,
  leafHash,
  nodeHash,
  requireFrontier,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from "./merkle.js";
import type { Frontier, Hash } from "./merkle.js";
import { perfectSubtrees, proveConsistency, proveInclusion, proveRange, readFrontier } from "./merkle-prover.js";
import { nodeCrypto } from "./node-crypto.js";

const { sha256 } = nodeCrypto;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const unhex = (text: string): Hash => Buffer.from(text, "hex");
const VECTORS = providedUrl("vectors/kat-8-leaves.json");

interface Vectors {
  readonly leaf_inputs_hex: readonly string[];
  readonly leaf_hashes_hex: readonly string[];
  readonly roots_by_size_hex: readonly string[];
  readonly inclusion: readonly { index: number; size: number; proof: readonly string[] }[];
  readonly consistency: readonly { old: number; new: number; proof: readonly string[] }[];
}

const MOST_ENTRIES = 300;
const ENTRIES = someEntries(MOST_ENTRIES);
const LEAVES = ENTRIES.map((entry) => leafHash(sha256, entry));
const READ = entriesReader(ENTRIES);
/** The frontier at every size from 0 to 300. */
const FRONTIERS: readonly Frontier[] = LEAVES.reduce<Frontier[]>(
  (all, leaf) => [...all, appendLeaf(sha256, all[all.length - 1]!, leaf)],
  [EMPTY_FRONTIER],
);
const ROOTS = FRONTIERS.map((frontier) => rootOf(sha256, frontier));

describe("audit/merkle", () => {
  if (VECTORS === null) it("is not checked against the known answers: ../shared/vectors is not there");
  else knownAnswers(JSON.parse(readProvided(VECTORS, "").toString()) as Vectors);

  it("hashes the leaf L123456 as Go's sumdb/tlog does, and a node by the order of its children", () => {
    const leaf = leafHash(sha256, Buffer.from("L123456"));
    assert.equal(hex(leaf), "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56");
    assert.notEqual(hex(nodeHash(sha256, LEAVES[0]!, LEAVES[1]!)), hex(nodeHash(sha256, LEAVES[1]!, LEAVES[0]!)));
  });

  it("has the root of the definition at every size from 0 to 300", () => {
    for (let size = 0; size <= MOST_ENTRIES; size++) {
      requireFrontier(FRONTIERS[size]!);
      assert.equal(hex(ROOTS[size]!), hex(referenceRoot(ENTRIES.slice(0, size))), `size ${size}`);
    }
  });

  it("proves every leaf of every tree of 1 to 300 leaves, and no leaf as its neighbour", async () => {
    for (let size = 1; size <= MOST_ENTRIES; size++)
      for (let index = 0; index < size; index++) {
        const proof = await proveInclusion(sha256, READ, index, size);
        const claim = { index, size, leaf: LEAVES[index]!, root: ROOTS[size]! };
        assert.ok(verifyInclusion(sha256, claim, proof), `${index} of ${size}`);
        assert.ok(!verifyInclusion(sha256, { ...claim, index: (index + 1) % (size + 1) }, proof));
      }
  });

  it("proves every pair of sizes from 0 to 300 consistent", async () => {
    for (let newer = 0; newer <= MOST_ENTRIES; newer++)
      for (let older = 0; older <= newer; older++) {
        const proof = await proveConsistency(sha256, READ, older, newer);
        const [from, to] = [older, newer].map((size) => ({ size, root: ROOTS[size]! }));
        assert.ok(verifyConsistency(sha256, from!, to!, proof), `${older} to ${newer}`);
      }
  });

  it("refuses an inclusion proof with any bit flipped, a hash removed, added or shortened", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: MOST_ENTRIES }), fc.nat(), fc.nat(), async (size, pick, flip) => {
        const index = pick % size;
        const proof = await proveInclusion(sha256, READ, index, size);
        const claim = { index, size, leaf: LEAVES[index]!, root: ROOTS[size]! };
        for (const broken of breakings(proof, flip)) assert.ok(!verifyInclusion(sha256, claim, broken));
        assert.ok(!verifyInclusion(sha256, { ...claim, leaf: flipBit(claim.leaf, flip) }, proof));
        assert.ok(!verifyInclusion(sha256, { ...claim, root: flipBit(claim.root, flip) }, proof));
      }),
      { numRuns: 60 },
    );
  });

  it("refuses a consistency proof with any bit flipped, a hash removed, added or shortened", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: MOST_ENTRIES }), fc.nat(), fc.nat(), async (newer, pick, flip) => {
        const older = 1 + (pick % (newer - 1));
        const proof = await proveConsistency(sha256, READ, older, newer);
        const from = { size: older, root: ROOTS[older]! };
        const to = { size: newer, root: ROOTS[newer]! };
        assert.ok(verifyConsistency(sha256, from, to, proof));
        for (const broken of breakings(proof, flip)) assert.ok(!verifyConsistency(sha256, from, to, broken));
        assert.ok(!verifyConsistency(sha256, { ...from, root: flipBit(from.root, flip) }, to, proof));
        assert.ok(!verifyConsistency(sha256, from, { ...to, root: flipBit(to.root, flip) }, proof));
        assert.ok(!verifyConsistency(sha256, { ...from, size: older - 1 }, to, proof), "as a smaller tree");
      }),
      { numRuns: 60 },
    );
  });

  it("takes the empty tree as the beginning of every tree, with the empty root and no hashes only", () => {
    const [empty, ten] = [0, 10].map((size) => ({ size, root: ROOTS[size]! }));
    assert.ok(verifyConsistency(sha256, empty!, ten!, []));
    assert.ok(!verifyConsistency(sha256, empty!, ten!, [LEAVES[0]!]));
    assert.ok(!verifyConsistency(sha256, { size: 0, root: ROOTS[1]! }, ten!, []));
    assert.ok(!verifyConsistency(sha256, ten!, empty!, []), "a log does not shrink");
  });

  it("refuses equal sizes with other roots, and equal roots of another length", () => {
    const one = { size: 1, root: ROOTS[1]! };
    assert.ok(!verifyConsistency(sha256, one, { size: 1, root: ROOTS[2]! }, []));
    const short = { size: 1, root: ROOTS[1]!.subarray(0, 12) };
    assert.ok(!verifyConsistency(sha256, short, short, []));
  });

  it("joins a range's neighbours and its leaves to the root for every range of a tree of 45", async () => {
    const size = 45;
    for (let from = 0; from <= size; from++)
      for (let to = from; to <= size; to++) {
        const { left, right } = await proveRange(READ, from, to, size);
        let frontier = requireFrontier({ size: from, hashes: left });
        for (const leaf of LEAVES.slice(from, to)) frontier = appendLeaf(sha256, frontier, leaf);
        perfectSubtrees({ from: to, to: size }).forEach(({ level }, at) => {
          frontier = appendSubtree(sha256, frontier, level, right[at]!);
        });
        assert.equal(hex(rootOf(sha256, frontier)), hex(ROOTS[size]!), `${from} to ${to}`);
      }
  });

  it("proves leaves, growth and ranges of sparse trees between 2^31 and 2^53", async () => {
    const large = fc.tuple(fc.integer({ min: 31, max: 52 }), fc.double({ min: 0, max: 1, noNaN: true }));
    await fc.assert(
      fc.asyncProperty(
        large,
        fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 2, maxLength: 4 }),
        async ([exponent, extra], picks) => {
          const size = Math.floor(2 ** exponent * (1 + extra)) - 1;
          const indices = picks.map((pick) => Math.floor(pick * size));
          const read = sparseReader(new Map(indices.map((index) => [index, LEAVES[index % MOST_ENTRIES]!])));
          const root = rootOf(sha256, await readFrontier(read, size));
          for (const index of indices) {
            const [leaf] = await read([{ level: 0, index }]);
            const proof = await proveInclusion(sha256, read, index, size);
            assert.ok(verifyInclusion(sha256, { index, size, leaf: leaf!, root }, proof));
            assert.ok(
              !verifyInclusion(
                sha256,
                { index: index % 2 ** 32 === index ? index + 1 : index % 2 ** 32, size, leaf: leaf!, root },
                proof,
              ),
            );
            const older = { size: index, root: rootOf(sha256, await readFrontier(read, index)) };
            assert.ok(
              verifyConsistency(sha256, older, { size, root }, await proveConsistency(sha256, read, index, size)),
            );
            const grown = appendLeaf(sha256, await readFrontier(read, index), leaf!);
            assert.deepEqual(grown, await readFrontier(read, index + 1));
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it("refuses sizes and indices that JavaScript does not hold exactly", async () => {
    const claim = { index: 0, size: MAX_TREE_SIZE + 1, leaf: LEAVES[0]!, root: LEAVES[0]! };
    assert.ok(!verifyInclusion(sha256, claim, []));
    assert.ok(!verifyInclusion(sha256, { ...claim, index: 0.5, size: 1 }, []));
    await assert.rejects(proveInclusion(sha256, READ, 5, 5), { code: "TREE_MALFORMED" });
    await assert.rejects(proveConsistency(sha256, READ, 6, 5), { code: "TREE_MALFORMED" });
    await assert.rejects(proveRange(READ, 3, 6, 5), { code: "TREE_MALFORMED" });
    const full = { size: MAX_TREE_SIZE, hashes: new Array<Hash>(53).fill(LEAVES[0]!) };
    assert.throws(() => appendLeaf(sha256, requireFrontier(full), LEAVES[1]!), { code: "TREE_MALFORMED" });
  });

  it("refuses a frontier with a hash too few, too many or too short", () => {
    const { size, hashes } = FRONTIERS[7]!;
    for (const broken of [hashes.slice(1), [...hashes, hashes[0]!], [...hashes.slice(1), hashes[0]!.subarray(1)]])
      assert.throws(() => requireFrontier({ size, hashes: broken }), { code: "TREE_MALFORMED" });
    assert.throws(() => appendSubtree(sha256, FRONTIERS[7]!, 1, LEAVES[0]!), { code: "TREE_MALFORMED" });
  });
});

function knownAnswers(vectors: Vectors): void {
  const leaves = vectors.leaf_inputs_hex.map((input) => leafHash(sha256, unhex(input)));
  const roots = vectors.roots_by_size_hex.map(unhex);
  const read = entriesReader(vectors.leaf_inputs_hex.map(unhex));

  it("has the published hashes of the standard eight leaves and the published root at every size", () => {
    assert.deepEqual(leaves.map(hex), vectors.leaf_hashes_hex);
    let frontier = EMPTY_FRONTIER;
    assert.equal(hex(rootOf(sha256, frontier)), vectors.roots_by_size_hex[0]);
    leaves.forEach((leaf, index) => {
      frontier = appendLeaf(sha256, frontier, leaf);
      assert.equal(hex(rootOf(sha256, frontier)), vectors.roots_by_size_hex[index + 1]);
    });
  });
  it("makes and accepts all 36 published inclusion proofs", async () => {
    assert.equal(vectors.inclusion.length, 36);
    for (const { index, size, proof } of vectors.inclusion) {
      assert.deepEqual((await proveInclusion(sha256, read, index, size)).map(hex), proof);
      const claim = { index, size, leaf: leaves[index]!, root: roots[size]! };
      assert.ok(verifyInclusion(sha256, claim, proof.map(unhex)));
    }
  });
  it("makes and accepts all 36 published consistency proofs", async () => {
    assert.equal(vectors.consistency.length, 36);
    for (const { old, new: size, proof } of vectors.consistency) {
      assert.deepEqual((await proveConsistency(sha256, read, old, size)).map(hex), proof);
      assert.ok(
        verifyConsistency(sha256, { size: old, root: roots[old]! }, { size, root: roots[size]! }, proof.map(unhex)),
      );
    }
  });
}

/** The proof with one bit flipped, a hash removed, doubled, added, shortened, and with two hashes exchanged. */
function breakings(proof: readonly Hash[], flip: number): Hash[][] {
  const broken = [
    [...proof, LEAVES[0]!],
    [LEAVES[0]!, ...proof],
  ];
  if (proof.length === 0) return broken;
  const at = flip % proof.length;
  const replaceAt = (hash: Hash): Hash[] => proof.map((old, index) => (index === at ? hash : old));
  broken.push(
    proof.slice(1),
    proof.slice(0, -1),
    replaceAt(flipBit(proof[at]!, flip)),
    replaceAt(proof[at]!.subarray(1)),
  );
  if (proof.length > 1) broken.push([...proof].reverse());
  return broken;
}

function flipBit(hash: Hash, bit: number): Hash {
  const copy = Uint8Array.from(hash);
  copy[(bit >> 3) % copy.length]! ^= 1 << (bit & 7);
  return copy;
}
