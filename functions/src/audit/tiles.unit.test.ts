import assert from "node:assert/strict";
import fc from "fast-check";
import { providedUrl, readProvided } from "../../test/support/provided-vectors.js";
import { joinedHashes } from "../../test/support/reference-tree.js";
import { utf8 } from "./bytes.js";
import { openCheckpoint } from "./checkpoint.js";
import type { Checkpoint } from "./checkpoint.js";
import { MAX_ENTRY_BYTES, formatEntryBundle, parseEntryBundle } from "./entry-bundle.js";
import { EMPTY_FRONTIER, appendLeaf, leafHash, rootOf, verifyConsistency, verifyInclusion } from "./merkle.js";
import type { Hash } from "./merkle.js";
import { proveConsistency, proveInclusion, readFrontier } from "./merkle-prover.js";
import { nodeCrypto } from "./node-crypto.js";
import { ed25519Verifier } from "./note.js";
import { extendTiles, parseTile, parseTilePath, tileInTree, tilePath, tileReader, tilesBetween } from "./tiles.js";
import type { TileEdge } from "./tiles.js";
import { formatTlogProof, parseTlogProof } from "./tlog-proof.js";

const { sha256 } = nodeCrypto;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const LOG = providedUrl("fixtures/tlog/tessera-log/");
const leafAt = (index: number): Hash => leafHash(sha256, utf8(`entry ${index}`));

/** Grows a log in steps and keeps every tile that was written, as a bucket would. */
function grow(steps: readonly number[]): { size: number; root: Hash; store: Map<string, Uint8Array>; edge: TileEdge } {
  const store = new Map<string, Uint8Array>();
  let [size, edge, frontier]: [number, TileEdge, typeof EMPTY_FRONTIER] = [0, [], EMPTY_FRONTIER];
  for (const step of steps) {
    const leaves = Array.from({ length: step }, (_, at) => leafAt(size + at));
    const grown = extendTiles(sha256, { size, edge }, leaves);
    assert.deepEqual(
      grown.tiles.map(({ ref }) => ref),
      tilesBetween(size, size + step),
    );
    for (const { ref, hashes } of grown.tiles) store.set(tilePath(ref), joinedHashes(hashes));
    for (const leaf of leaves) frontier = appendLeaf(sha256, frontier, leaf);
    [size, edge] = [size + step, grown.edge];
  }
  return { size, root: rootOf(sha256, frontier), store, edge };
}

describe("audit/tiles", () => {
  if (LOG === null) it("is not checked against the published log: ../shared/fixtures is not there");
  else publishedLog(LOG);

  it("writes tile numbers in groups of three digits", () => {
    const paths = { 0: "000", 5: "005", 999: "999", 1000: "x001/000", 1234067: "x001/x234/067" };
    for (const [index, path] of Object.entries(paths))
      assert.equal(tilePath({ level: 0, index: Number(index), width: 256 }), `tile/0/${path}`);
    assert.equal(tilePath({ level: "entries", index: 1000, width: 3 }), "tile/entries/x001/000.p/3");
  });

  it("reads back each path that it writes, and refuses each other spelling", () => {
    const level = fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constant("entries" as const));
    const index = fc.oneof(fc.nat(300), fc.maxSafeNat());
    fc.assert(
      fc.property(level, index, fc.integer({ min: 1, max: 256 }), (l, n, width) => {
        assert.deepEqual(parseTilePath(tilePath({ level: l, index: n, width })), { level: l, index: n, width });
      }),
    );
    const others = [
      "",
      "tile/0/0",
      "tile/0/00",
      "tile/00/000",
      "tile/0/0000",
      "tile/0/x000/001",
      "tile/0/001/x000",
      "tile/64/000",
      "tile/7/000",
    ];
    others.push(
      "tile/0/000.p/0",
      "tile/0/000.p/256",
      "tile/0/000.p/01",
      "tile/0/000.p/",
      "tile/-1/000",
      "tile/0/000/",
      "/tile/0/000",
    );
    others.push("tile/0/../000", "tile/0/x9/000", "tile/0/x999/x999/x999/x999/x999/999", "tile/data/000");
    for (const path of others) assert.equal(parseTilePath(path), null, path);
  });

  it("has for 70,000 leaves 273 full tiles and one of 112, then one full and one of 17, then one of 1", () => {
    const tiles = tilesBetween(0, 70_000);
    const count = (level: number, width: number): number =>
      tiles.filter((tile) => tile.level === level && tile.width === width).length;
    assert.deepEqual([count(0, 256), count(0, 112), count(1, 256), count(1, 17), count(2, 1)], [273, 1, 1, 1, 1]);
    assert.equal(tiles.length, 277);
    assert.deepEqual(tilesBetween(0, 256).map(tilePath), ["tile/0/000", "tile/1/000.p/1"]);
  });

  it("computes the same 70,000-leaf root from tiles as from the leaves, in any steps", async () => {
    const { size, root, store } = grow([1, 254, 1, 1, 743, 40_000, 29_000]);
    assert.equal(size, 70_000);
    const read = tileReader(sha256, size, fetchFrom(store));
    assert.equal(hex(rootOf(sha256, await readFrontier(read, size))), hex(root));
    for (const index of [0, 255, 256, 65_535, 65_536, 69_999]) {
      const proof = await proveInclusion(sha256, read, index, size);
      assert.ok(verifyInclusion(sha256, { index, size, leaf: leafAt(index), root }, proof));
    }
  });

  it("gives the same tiles and edge however a log grows, and proofs between all its sizes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 6 }), async (steps) => {
        const stepwise = grow(steps);
        const atOnce = grow([stepwise.size]);
        assert.deepEqual(stepwise.edge, atOnce.edge);
        for (const [path, bytes] of atOnce.store) assert.equal(hex(stepwise.store.get(path)!), hex(bytes), path);
        const read = tileReader(sha256, stepwise.size, fetchFrom(stepwise.store));
        const older = grow(steps.slice(0, -1));
        const proof = await proveConsistency(sha256, read, older.size, stepwise.size);
        assert.ok(verifyConsistency(sha256, older, stepwise, proof));
      }),
      { numRuns: 15 },
    );
  });

  it("fetches each tile of a proof once, and its right edge as a partial tile", async () => {
    const { size, store } = grow([700]);
    const asked: string[] = [];
    const read = tileReader(sha256, size, (ref) => {
      asked.push(tilePath(ref));
      return fetchFrom(store)(ref);
    });
    await proveInclusion(sha256, read, 0, size);
    assert.deepEqual(asked.sort(), ["tile/0/000", "tile/0/002.p/188", "tile/1/000.p/2"]);
  });

  it("refuses a tile of another length and a node that the tree does not have", async () => {
    const ref = tileInTree(300, 0, 1)!;
    assert.equal(ref.width, 44);
    for (const length of [0, 31, 44 * 32 - 1, 44 * 32 + 32])
      assert.throws(() => parseTile(ref, new Uint8Array(length)), { code: "TILE_MALFORMED" });
    assert.equal(tileInTree(256, 0, 1), null);
    const read = tileReader(sha256, 300, () => Promise.resolve(new Uint8Array(44 * 32)));
    await assert.rejects(read([{ level: 0, index: 300 }]), { code: "TILE_MALFORMED" });
    await assert.rejects(read([{ level: 6, index: 4 }]), { code: "TILE_MALFORMED" });
    assert.throws(() => extendTiles(sha256, { size: 3, edge: [] }, []), { code: "TILE_MALFORMED" });
  });
});

describe("audit/entry-bundle", () => {
  it("reads back entries of 0 to 65,535 bytes, and refuses a longer one and a 257th", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 }), (entries) => {
        const read = parseEntryBundle(entries.length, formatEntryBundle(entries));
        assert.deepEqual(read.map(hex), entries.map(hex));
      }),
    );
    const longest = new Uint8Array(MAX_ENTRY_BYTES).fill(7);
    assert.deepEqual(parseEntryBundle(1, formatEntryBundle([longest])), [longest]);
    assert.throws(() => formatEntryBundle([new Uint8Array(MAX_ENTRY_BYTES + 1)]), { code: "TILE_MALFORMED" });
    assert.throws(() => formatEntryBundle(new Array<Uint8Array>(257).fill(longest)), { code: "TILE_MALFORMED" });
  });

  it("refuses a bundle that is cut, continued, or holds another number of entries", () => {
    const bytes = formatEntryBundle([utf8("one"), utf8("two")]);
    for (let length = 0; length < bytes.length; length++)
      assert.throws(() => parseEntryBundle(2, bytes.subarray(0, length)), { code: "TILE_MALFORMED" });
    for (const width of [0, 1, 3]) assert.throws(() => parseEntryBundle(width, bytes), { code: "TILE_MALFORMED" });
    assert.throws(() => parseEntryBundle(2, Buffer.concat([bytes, Buffer.of(0)])), { code: "TILE_MALFORMED" });
  });
});

describe("audit/tlog-proof", () => {
  const proof = {
    index: 7,
    hashes: [leafAt(1), leafAt(2)],
    checkpoint: "a\n8\nAAAA\n\n\u2014 a AAAAAAAA\n",
    extra: null,
  };

  it("reads back what it writes, with and without extra data", () => {
    for (const extra of [null, utf8("anything"), new Uint8Array()]) {
      const text = formatTlogProof({ ...proof, extra });
      const read = parseTlogProof(text);
      assert.equal(formatTlogProof(read), text);
      assert.deepEqual([read.index, read.checkpoint, read.extra], [proof.index, proof.checkpoint, extra]);
      assert.deepEqual(read.hashes.map(hex), proof.hashes.map(hex));
    }
    assert.deepEqual(parseTlogProof(formatTlogProof({ ...proof, hashes: [] })).hashes, []);
  });

  it("refuses another version, an index with a leading zero, loose base64 and surplus hashes", () => {
    const text = formatTlogProof(proof);
    const others = [
      text.replace("@v1", "@v2"),
      text.replace("index 7", "index 07"),
      text.replace("index 7", "index -7"),
      text.replace("index 7\n", ""),
      text.replace("=\n", "\n"),
      text.replace("\n\n", "\nAAAA\n\n"),
      text.replace("index 7\n", `index 7\n${`${"A".repeat(43)}=\n`.repeat(64)}`),
      text.split("\n\n")[0]!,
    ];
    for (const other of others) assert.throws(() => parseTlogProof(other), { code: "PROOF_MALFORMED" }, other);
  });
});

function fetchFrom(
  store: ReadonlyMap<string, Uint8Array>,
): (ref: Parameters<typeof tilePath>[0]) => Promise<Uint8Array> {
  return (ref) => Promise.resolve(store.get(tilePath(ref)) ?? new Uint8Array());
}

/** Tessera's test log: 15 entries, a signed checkpoint for each size, all tiles and entry bundles. */
function publishedLog(folder: URL): void {
  const verifier = ed25519Verifier(nodeCrypto, readProvided(folder, "log.vkey").toString().trimEnd());
  const checkpointAt = (size: number): Promise<Checkpoint> =>
    openCheckpoint(readProvided(folder, `checkpoint.${size}`), [verifier], "example.com/log/testdata");
  const fetch = (ref: Parameters<typeof tilePath>[0]): Promise<Buffer> =>
    Promise.resolve(readProvided(folder, tilePath(ref)));

  it("opens all sixteen published checkpoints and computes their roots from the entry bundles", async () => {
    for (let size = 0; size <= 15; size++) {
      const { root } = await checkpointAt(size);
      const ref = { level: "entries" as const, index: 0, width: size };
      const entries = size === 0 ? [] : parseEntryBundle(size, await fetch(ref));
      const frontier = entries
        .map((entry) => leafHash(sha256, entry))
        .reduce((grown, leaf) => appendLeaf(sha256, grown, leaf), EMPTY_FRONTIER);
      assert.equal(hex(rootOf(sha256, frontier)), hex(root), `size ${size}`);
      if (size > 0) assert.equal(hex(formatEntryBundle(entries)), hex(await fetch(ref)));
    }
    const words = "one two three four five six seven eit nain ten ileven twelf threeten fourten fivten";
    const last = parseEntryBundle(15, await fetch({ level: "entries", index: 0, width: 15 }));
    assert.equal(last.map((entry) => Buffer.from(entry).toString()).join(" "), words);
  });

  it("proves from the published tiles that each checkpoint continues every earlier one", async () => {
    for (let newer = 1; newer <= 15; newer++) {
      const read = tileReader(sha256, newer, fetch);
      for (let older = 0; older <= newer; older++) {
        const proof = await proveConsistency(sha256, read, older, newer);
        assert.ok(verifyConsistency(sha256, await checkpointAt(older), await checkpointAt(newer), proof));
      }
    }
  });

  it("computes the published tiles from the entries", async () => {
    const entries = parseEntryBundle(15, await fetch({ level: "entries", index: 0, width: 15 }));
    let edge: TileEdge = [];
    for (const [size, entry] of entries.entries()) {
      const grown = extendTiles(sha256, { size, edge }, [leafHash(sha256, entry)]);
      const [tile] = grown.tiles;
      assert.equal(hex(joinedHashes(tile!.hashes)), hex(await fetch(tile!.ref)));
      ({ edge } = grown);
    }
  });

  it("rejects a published checkpoint whose size or root is another's", async () => {
    const note = readProvided(folder, "checkpoint.10").toString();
    for (const altered of [note.replace("\n10\n", "\n11\n"), note.replace("y8/gZ", "y8/gY")])
      await assert.rejects(openCheckpoint(utf8(altered), [verifier], "example.com/log/testdata"), {
        code: "NOTE_SIGNATURE_WRONG",
      });
  });
}
