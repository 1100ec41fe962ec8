import assert from "node:assert/strict";
import fc from "fast-check";
import { TENANT_ID, anOwner } from "../../test/support/builders.js";
import { NOW, sha256 as sha256Hex } from "../../test/support/fake-means.js";
import type { JsonObject, LogHead, LogTile } from "../contracts/index.js";
import { problemOf } from "./event-problem.js";
import type { EventDocument } from "./event-document.js";
import { EMPTY_FRONTIER, appendLeaf, leafHash, rootOf } from "./merkle.js";
import { nodeCrypto } from "./node-crypto.js";
import { MAX_BATCH_EVENTS, emptyHead, planBatch } from "./plan-batch.js";
import { recordEvent } from "./record-event.js";

const { sha256 } = nodeCrypto;
const NAME = { origin: `studio.example/audit/${TENANT_ID}`, epoch: 1 };
const FIRST_MICROS = 1_767_139_200_000_000;
const MAX_CUTS = 6;

function anEvent(n: number, changes: Partial<EventDocument> = {}): EventDocument {
  const eventId = `event-${String(n).padStart(6, "0")}`;
  const { changes: writes } = recordEvent(
    { tenantId: TENANT_ID, type: "proposal.submitted", at: NOW, actor: anOwner(), outcome: "done", requestId: "r-1" },
    { eventId, nonce: "ab".repeat(16), salt: "cd".repeat(16), sha256: sha256Hex },
  );
  const [stored] = writes;
  assert.ok(stored?.op === "create");
  const time = String(FIRST_MICROS + n);
  return { id: eventId, data: stored.data, createTime: time, updateTime: time, ...changes };
}

/** The log after these batches, with its tiles as a store would hold them. */
function sequenceAll(batches: readonly (readonly EventDocument[])[], start = emptyHead(sha256, NAME, NOW)) {
  let head: LogHead = start;
  const tiles = new Map<string, LogTile>();
  const order: string[] = [];
  for (const pending of batches) {
    const lastTile = tiles.get(`0-${Math.floor(head.size / 256)}`) ?? null;
    const { batch } = planBatch(sha256, { tenantId: TENANT_ID, head, lastTile }, pending, NOW);
    if (batch === null) continue;
    head = batch.head;
    for (const tile of batch.tiles) tiles.set(`${tile.level}-${tile.index}`, tile);
    for (const { event, seq } of batch.stamps) order[seq] = event.id;
  }
  return { head, tiles, order };
}

describe("audit/plan-batch", () => {
  const events = Array.from({ length: MAX_CUTS * MAX_BATCH_EVENTS }, (_, n) => anEvent(n));

  it("makes the same tree however the events are cut into batches", () => {
    const cuts = fc.array(fc.integer({ min: 1, max: MAX_BATCH_EVENTS }), { minLength: 1, maxLength: MAX_CUTS });
    fc.assert(
      fc.property(cuts, (sizes) => {
        let at = 0;
        const batches = sizes.map((size) => events.slice(at, (at += size)));
        const { head, tiles, order } = sequenceAll(batches);
        assert.equal(head.size, at);
        const leaves = [...tiles.values()].flatMap((tile) => (tile.level === 0 ? (tile.leaves ?? []) : []));
        const frontier = leaves.reduce(
          (grown, leaf) => appendLeaf(sha256, grown, leafHash(sha256, Buffer.from(leaf))),
          EMPTY_FRONTIER,
        );
        assert.equal(head.root, Buffer.from(rootOf(sha256, frontier)).toString("base64"));
        assert.deepEqual(
          order,
          events.slice(0, at).map(({ id }) => id),
        );
        for (const { level, hashes, width, leaves: own } of tiles.values()) {
          assert.equal(Buffer.from(hashes, "base64").length, width * 32);
          assert.equal(own?.length, level === 0 ? width : undefined);
        }
      }),
      { numRuns: 25 },
    );
  });

  it("orders by the time of the database, and by id within a microsecond", () => {
    const [a, b, c] = [
      anEvent(3),
      anEvent(1),
      { ...anEvent(2), createTime: String(FIRST_MICROS + 1), updateTime: String(FIRST_MICROS + 1) },
    ];
    assert.deepEqual(sequenceAll([[a, c, b]]).order, ["event-000001", "event-000002", "event-000003"]);
  });

  it("takes no more than a batch, and leaves the rest for the next", () => {
    const { batch } = planBatch(
      sha256,
      { tenantId: TENANT_ID, head: emptyHead(sha256, NAME, NOW), lastTile: null },
      events.slice(0, 300),
      NOW,
    );
    assert.equal(batch?.stamps.length, MAX_BATCH_EVENTS);
  });

  it("gives no index to an event that was edited, or is not this studio's, or says two things", () => {
    const good = anEvent(1);
    const data = (changes: JsonObject): EventDocument => ({ ...good, data: { ...good.data, ...changes } });
    const canonical = good.data["canonical"] as string;
    assert.equal(problemOf(TENANT_ID, good), null);
    assert.equal(problemOf(TENANT_ID, { ...good, updateTime: String(FIRST_MICROS + 2) }), "EDITED");
    const malformed = [
      data({ canonical: 7 }),
      data({ canonical: "" }),
      data({ canonical: ` ${canonical}` }),
      data({ canonical: canonical.replace(TENANT_ID, "another-studio") }),
      data({ canonical: `${canonical}\ud800` }),
      data({ actorName: "Somebody Else" }),
      data({ surplus: true }),
      data({ severity: null }),
      { ...good, id: "event-000002" },
      { ...good, id: "é" },
    ];
    for (const event of malformed)
      assert.equal(problemOf(TENANT_ID, event), "MALFORMED", JSON.stringify(event).slice(0, 80));
    assert.equal(problemOf("another-studio", good), "MALFORMED");
    const { batch, refused } = planBatch(
      sha256,
      { tenantId: TENANT_ID, head: emptyHead(sha256, NAME, NOW), lastTile: null },
      [...malformed, good],
      NOW,
    );
    assert.deepEqual([batch?.stamps.length, refused.length], [1, malformed.length]);
  });

  it("builds on no head whose root, edge or last tile was changed", () => {
    const { head, tiles } = sequenceAll([events.slice(0, 100)]);
    const lastTile = tiles.get("0-0") ?? null;
    assert.ok(lastTile?.leaves !== undefined);
    const other = sequenceAll([events.slice(100, 200)]).head;
    const changed: { head?: Partial<LogHead>; lastTile?: LogTile | null }[] = [
      { head: { root: other.root } },
      { head: { edge: other.edge } },
      { head: { root: other.root, edge: other.edge } },
      { head: { size: 99 } },
      { lastTile: null },
      { lastTile: { ...lastTile, leaves: lastTile.leaves.slice(0, 99) } },
      { lastTile: { ...lastTile, leaves: [...lastTile.leaves].reverse() } },
    ];
    for (const change of changed) {
      const log = {
        tenantId: TENANT_ID,
        head: { ...head, ...change.head },
        lastTile: change.lastTile === undefined ? lastTile : change.lastTile,
      };
      assert.throws(
        () => planBatch(sha256, log, events.slice(200, 201), NOW),
        { code: "TILE_MALFORMED" },
        JSON.stringify(change).slice(0, 60),
      );
    }
    // A tile that has grown further is sound as far as this head goes.
    const grown = { ...lastTile, leaves: [...lastTile.leaves, "surplus"] };
    assert.equal(
      planBatch(sha256, { tenantId: TENANT_ID, head, lastTile: grown }, events.slice(200, 201), NOW).batch?.head.size,
      101,
    );
  });

  it("begins a log in the place of another with the event that says so, and waits for it", () => {
    const head = {
      ...emptyHead(sha256, { ...NAME, epoch: 2, origin: `${NAME.origin}/e2` }, NOW),
      firstEventId: "event-000009",
    };
    assert.equal(sequenceAll([[anEvent(1), anEvent(2)]], head).head.size, 0);
    assert.deepEqual(sequenceAll([[anEvent(1), anEvent(2), anEvent(9)]], head).order, [
      "event-000009",
      "event-000001",
      "event-000002",
    ]);
  });
});
