import assert from "node:assert/strict";
import fc from "fast-check";
import { recordEvent } from "../audit/record-event.js";
import type { RecordedEvent } from "../audit/record-event.js";
import { inTenant } from "../contracts/index.js";
import type { EffectWrite, JsonObject } from "../contracts/index.js";
import { TENANT_ID, anOwner, documentsOf } from "../../test/support/builders.js";
import { anEffect, capabilityFor, planOf, requirePlan } from "../../test/support/effects.js";
import { NOW, sha256 } from "../../test/support/fake-means.js";
import { memoryTransactor } from "../../test/support/memory-transactor.js";
import type { MemoryTransactor } from "../../test/support/memory-transactor.js";
import { applyEffect, rollbackConflicts } from "./apply-effect.js";
import type { AppliedEffect } from "./apply-effect.js";
import { invertWrites } from "./invert-writes.js";
import { loadDocuments } from "./load.js";

let events = 0;
function newEventId(): string {
  events += 1;
  return `event-${events}`;
}
function anEvent(eventId: string, resourceRefs: AppliedEffect["resourceRefs"]): RecordedEvent {
  const means = { eventId, nonce: "0".repeat(32), salt: "1".repeat(32), sha256 };
  const about = { tenantId: TENANT_ID, at: NOW, actor: anOwner(), requestId: "request-1" };
  return recordEvent({ ...about, type: "proposal.executed", outcome: "done", resourceRefs }, means);
}

/** Applies in one commit, as the use cases do; answers the versions that the records got. */
function commitWrites(store: MemoryTransactor, writes: readonly EffectWrite[]): Promise<number[]> {
  return store.transact(async (reads) => {
    const documents = await loadDocuments(
      reads,
      TENANT_ID,
      writes.map(({ ref }) => ref),
    );
    const eventId = newEventId();
    const applied = applyEffect(TENANT_ID, writes, documents, eventId);
    const versions = applied.resourceRefs.map(({ auditVersion }) => auditVersion);
    return { changes: applied.changes, events: [anEvent(eventId, applied.resourceRefs)], answer: versions };
  });
}

/** The studio's records without what the executor keeps beside them. */
function recordsOf(store: MemoryTransactor): Record<string, JsonObject> {
  const records = Object.entries(store.dump()).filter(([path]) => path.includes("/shelf/"));
  return Object.fromEntries(
    records.map(([path, data]) => [
      path,
      Object.fromEntries(Object.entries(data).filter(([name]) => name !== "auditVersion" && name !== "lastEventId")),
    ]),
  );
}

function storeOf(documents: Readonly<Record<string, JsonObject | null>>): MemoryTransactor {
  const present = Object.entries(documents).filter((entry): entry is [string, JsonObject] => entry[1] !== null);
  return memoryTransactor(Object.fromEntries(present.map(([ref, data]) => [inTenant(TENANT_ID, ref), data])));
}

describe("proposals/invert-writes", () => {
  it("gives the effect again when it is inverted twice", () => {
    fc.assert(fc.property(anEffect, ({ writes }) => assert.deepEqual(invertWrites(invertWrites(writes)), writes)));
  });

  it("takes back what was written last first", () => {
    fc.assert(
      fc.property(anEffect, ({ writes }) => {
        const refs = writes.map(({ ref }) => ref);
        assert.deepEqual(
          invertWrites(writes).map(({ ref }) => ref),
          refs.reverse(),
        );
      }),
    );
  });
});

describe("proposals/apply-effect", () => {
  it("writes exactly the planned fields, and taking them back restores the records exactly", async () => {
    await fc.assert(
      fc.asyncProperty(anEffect, async ({ documents, writes }) => {
        const store = storeOf(documents);
        const before = recordsOf(store);
        const plan = requirePlan(planOf(capabilityFor(writes), documentsOf(documents)));
        await commitWrites(store, plan.writes);
        const expected = Object.fromEntries(
          writes
            .filter(({ op }) => op !== "delete")
            .map(({ ref, fields }) => [
              inTenant(TENANT_ID, ref),
              Object.fromEntries(fields.filter((field) => "after" in field).map(({ path, after }) => [path, after])),
            ]),
        );
        assert.deepEqual(recordsOf(store), expected);
        await commitWrites(store, plan.inverse);
        assert.deepEqual(recordsOf(store), before);
      }),
    );
  });

  it("gives a record the next version and the event's id with each effect", async () => {
    const store = memoryTransactor({ "tenants/kiln-house/shelf/s-0": { count: 1 } });
    const write = (before: number, after: number): EffectWrite => ({
      ref: "shelf/s-0",
      op: "update",
      fields: [{ path: "count", before, after, sensitivity: "none" }],
    });
    assert.deepEqual(await commitWrites(store, [write(1, 2)]), [1]);
    assert.deepEqual(await commitWrites(store, [write(2, 3)]), [2]);
    const lastEventId = `event-${events}`;
    assert.deepEqual(store.dump()["tenants/kiln-house/shelf/s-0"], { count: 3, auditVersion: 2, lastEventId });
  });

  describe("rollbackConflicts", () => {
    const update: EffectWrite = {
      ref: "shelf/s-0",
      op: "update",
      fields: [{ path: "count", before: 1, after: 2, sensitivity: "none" }],
    };
    const removal: EffectWrite = { ...update, fields: [{ path: "count", before: 1, sensitivity: "none" }] };
    const create: EffectWrite = { ...update, op: "create", fields: [{ path: "count", after: 2, sensitivity: "none" }] };
    const deletion: EffectWrite = { ...removal, op: "delete" };
    const field = { ref: "shelf/s-0", field: "count" };
    const document = { ref: "shelf/s-0", field: "(document)" };
    const bookkeeping = { auditVersion: 3, lastEventId: "event-3" };

    type Row = readonly [string, EffectWrite, JsonObject | null, unknown[]];
    const rows: readonly Row[] = [
      ["nothing, when the field holds what we wrote", update, { count: 2, title: "new", ...bookkeeping }, []],
      ["three columns, when somebody changed it", update, { count: 5 }, [{ ...field, before: 1, weWrote: 2, now: 5 }]],
      ["two columns, when somebody removed it", update, {}, [{ ...field, before: 1, weWrote: 2 }]],
      [
        "the record, when somebody deleted it",
        update,
        null,
        [{ ...document, before: true, weWrote: true, now: false }],
      ],
      ["nothing, when a removed field stayed away", removal, { title: "new" }, []],
      ["two columns, when a removed field came back", removal, { count: 9 }, [{ ...field, before: 1, now: 9 }]],
      ["nothing, when a created record is as it was", create, { count: 2, ...bookkeeping }, []],
      ["a field that somebody added to it", create, { count: 2, extra: 1 }, [{ ...field, field: "extra", now: 1 }]],
      ["a created record that is gone", create, null, [{ ...document, before: false, weWrote: true, now: false }]],
      ["nothing, when a deleted record stayed away", deletion, null, []],
      [
        "a deleted record that came back",
        deletion,
        { count: 1 },
        [{ ...document, before: true, weWrote: false, now: true }],
      ],
    ];
    for (const [what, write, data, expected] of rows)
      it(`finds ${what}`, () => {
        assert.deepEqual(rollbackConflicts([write], documentsOf({ "shelf/s-0": data })), expected);
      });
  });
});
