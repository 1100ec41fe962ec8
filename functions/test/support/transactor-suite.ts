import assert from "node:assert/strict";
import { recordEvent } from "../../src/audit/record-event.js";
import type { RecordedEvent } from "../../src/audit/record-event.js";
import type { DocumentChange } from "../../src/commit/document-change.js";
import { StudioError } from "../../src/commit/studio-error.js";
import type { Commit, DocumentQuery, StoredDocument, Transactor } from "../../src/commit/transactor.js";
import type { JsonObject } from "../../src/contracts/index.js";
import { sha256 } from "./fake-means.js";

const TENANT = "kiln-house";
const at = (ref: string): string => `tenants/${TENANT}/${ref}`;
let events = 0;

/** An event that names these documents; its id is new in each process, so that a store that is kept does not hold it already. */
function anEvent(tenantId: string, changes: readonly DocumentChange[]): RecordedEvent {
  events += 1;
  const eventId = `suite-${process.pid}-${Date.now()}-${events}`;
  const prefix = `tenants/${tenantId}/`;
  return recordEvent(
    {
      tenantId,
      type: "proposal.refused",
      at: "2026-11-20T09:00:00.000Z",
      actor: { type: "system", id: "suite", name: "Suite" },
      outcome: "refused",
      reasonCode: "NO_OP",
      resourceRefs: changes
        .filter(({ path }) => path.startsWith(prefix))
        .map(({ path }) => ({ path: path.slice(prefix.length), auditVersion: 1 })),
      requestId: "request-suite",
    },
    { eventId, nonce: "0".repeat(32), salt: "1".repeat(32), sha256 },
  );
}

/** These changes, with an event in each studio that they change. */
function onRecord<T>(changes: readonly DocumentChange[], answer: T): Commit<T> {
  const tenants = new Set(changes.map(({ path }) => path.split("/")[1] ?? ""));
  return { changes, events: [...tenants].map((tenantId) => anEvent(tenantId, changes)), answer };
}

/** What every store behind `Transactor` promises. Each test gets a store of its own, with nothing in it. */
export function describeTransactor(name: string, makeTransactor: () => Transactor | Promise<Transactor>): void {
  describe(name, () => {
    let store: Transactor;
    beforeEach(async () => {
      store = await makeTransactor();
    });

    const write = (...changes: DocumentChange[]): Promise<null> =>
      store.transact(() => Promise.resolve(onRecord(changes, null)));
    const read = (...paths: string[]): Promise<readonly StoredDocument[]> =>
      store.transact(async (reads) => ({ changes: [], events: [], answer: await reads.get(paths) }));
    const find = (query: DocumentQuery): Promise<string[]> =>
      store.transact(async (reads) => ({
        changes: [],
        events: [],
        answer: (await reads.query(query)).map(({ path }) => path.split("/").at(-1) ?? ""),
      }));
    const dataOf = async (path: string): Promise<JsonObject | null> => (await read(path))[0]?.data ?? null;

    it("stores what a commit creates, sets, updates and deletes, together with its event", async () => {
      const changes: DocumentChange[] = [
        { op: "update", path: at("batches/b-1"), fields: { pieces: 5 } },
        { op: "set", path: at("batches/b-2"), data: { title: "Bowls" } },
      ];
      const event = anEvent(TENANT, changes);
      await write({ op: "create", path: at("batches/b-1"), data: { title: "Mugs", pieces: 4 } });
      await store.transact(() => Promise.resolve({ changes, events: [event], answer: null }));
      await write({ op: "delete", path: at("batches/b-2") });
      assert.deepEqual(await dataOf(at("batches/b-1")), { title: "Mugs", pieces: 5 });
      assert.equal(await dataOf(at("batches/b-2")), null);
      assert.equal((await dataOf(at(`auditEvents/${event.event.eventId}`)))?.["reasonCode"], "NO_OP");
    });

    it("answers reads in the order of the paths, absent documents included", async () => {
      await write({ op: "create", path: at("batches/b-1"), data: { title: "Mugs" } });
      const [absent, present] = await read(at("batches/none"), at("batches/b-1"));
      assert.deepEqual(absent, { path: at("batches/none"), data: null, updateTime: null });
      assert.equal(present?.path, at("batches/b-1"));
      assert.match(present.updateTime ?? "", /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/);
    });

    it("grows a document's update time with each write, and leaves the others alone", async () => {
      await write(
        { op: "create", path: at("batches/b-1"), data: { n: 1 } },
        { op: "create", path: at("batches/b-2"), data: { n: 1 } },
      );
      const before = await read(at("batches/b-1"), at("batches/b-2"));
      await write({ op: "update", path: at("batches/b-1"), fields: { n: 2 } });
      const after = await read(at("batches/b-1"), at("batches/b-2"));
      assert.ok((after[0]?.updateTime ?? "") > (before[0]?.updateTime ?? ""));
      assert.equal(after[1]?.updateTime, before[1]?.updateTime);
    });

    it("fails a create of a document that exists, and writes nothing of that commit", async () => {
      await write({ op: "create", path: at("batches/b-1"), data: { n: 1 } });
      await assert.rejects(
        write(
          { op: "set", path: at("batches/b-2"), data: { n: 1 } },
          { op: "create", path: at("batches/b-1"), data: { n: 2 } },
        ),
      );
      assert.deepEqual(await dataOf(at("batches/b-1")), { n: 1 });
      assert.equal(await dataOf(at("batches/b-2")), null);
    });

    it("fails an update of a document that does not exist, and writes nothing of that commit", async () => {
      await assert.rejects(
        write(
          { op: "set", path: at("batches/b-2"), data: { n: 1 } },
          { op: "update", path: at("batches/b-1"), fields: { n: 2 } },
        ),
      );
      assert.equal(await dataOf(at("batches/b-1")), null);
      assert.equal(await dataOf(at("batches/b-2")), null);
    });

    it("removes a field that is updated to undefined, and keeps the others", async () => {
      await write({ op: "create", path: at("batches/b-1"), data: { a: 1, b: { c: [1, "2", null, { d: true }] } } });
      await write({ op: "update", path: at("batches/b-1"), fields: { a: undefined } });
      assert.deepEqual(await dataOf(at("batches/b-1")), { b: { c: [1, "2", null, { d: true }] } });
    });

    it("gives instants back as they were written, at any depth, and text that only looks like one", async () => {
      const data = {
        startAt: "2026-11-20T09:00:00.123Z",
        nested: { endAt: "1999-12-31T23:59:59.999Z", list: [{ seenAt: "2026-01-01T00:00:00.000Z" }] },
        at: "2026-11-20T09:00:00.123Z",
        noteAt: "soon",
        zeroAt: "0000-01-01T00:00:00.000Z",
        neverAt: "2026-02-30T00:00:00.000Z",
        wrongAt: "2026-99-99T99:99:99.999Z",
        offAt: null,
      };
      await write({ op: "create", path: at("firings/f-1"), data });
      assert.deepEqual(await dataOf(at("firings/f-1")), data);
    });

    it("refuses what Firestore cannot hold: undefined in a document, an array inside an array", async () => {
      const broken = { a: undefined } as unknown as JsonObject;
      await assert.rejects(write({ op: "create", path: at("batches/b-1"), data: broken }));
      await assert.rejects(write({ op: "create", path: at("batches/b-1"), data: { a: [[1]] } }));
      assert.equal(await dataOf(at("batches/b-1")), null);
    });

    it("writes nothing when the body throws, and passes the error on", async () => {
      const failure = new StudioError("INTERNAL", "broken on purpose", { isRetryable: false });
      await assert.rejects(
        store.transact(async (reads) => {
          await reads.get([at("batches/b-1")]);
          throw failure;
        }),
        failure,
      );
      assert.equal(await dataOf(at("batches/b-1")), null);
    });

    it("refuses a change of truth without an event, and takes telemetry without one", async () => {
      const bare = (path: string): Promise<null> =>
        store.transact(() =>
          Promise.resolve({ changes: [{ op: "set", path, data: { n: 1 } }], events: [], answer: null }),
        );
      await assert.rejects(bare(at("batches/b-1")), { code: "INTERNAL", message: /batches has no audit event/ });
      await assert.rejects(bare("control/global"), { code: "INTERNAL" });
      await bare(at("devices/hubitat_1"));
      assert.equal(await dataOf(at("batches/b-1")), null);
      assert.deepEqual(await dataOf(at("devices/hubitat_1")), { n: 1 });
    });

    it("refuses a change that no event of its commit names, in its own studio", async () => {
      const named: DocumentChange = { op: "set", path: at("batches/b-1"), data: { n: 1 } };
      const silent: DocumentChange = { op: "set", path: at("batches/b-2"), data: { n: 1 } };
      const commit = (...events: RecordedEvent[]) =>
        store.transact(() => Promise.resolve({ changes: [named, silent], events, answer: null }));
      const refusal = { code: "INTERNAL", message: /batches is named by no audit event/ };
      await assert.rejects(commit(anEvent(TENANT, [named])), refusal);
      await assert.rejects(commit(anEvent(TENANT, [named]), anEvent("other", [])), refusal);
      assert.equal(await dataOf(at("batches/b-1")), null);
      await commit(anEvent(TENANT, [named]), anEvent(TENANT, [silent]));
      assert.deepEqual(await dataOf(at("batches/b-2")), { n: 1 });
    });

    const increment = (path: string): Promise<number> =>
      store.transact(async (reads) => {
        const [found] = await reads.get([path]);
        const n = Number(found?.data?.["n"] ?? 0) + 1;
        return onRecord([{ op: "set", path, data: { n } }], n);
      });

    it("counts both of two concurrent increments, of a document that is not there yet as well", async () => {
      assert.deepEqual(
        (await Promise.all([increment(at("batches/b-1")), increment(at("batches/b-1"))])).sort(),
        [1, 2],
      );
      await Promise.all([increment(at("batches/b-1")), increment(at("batches/b-1"))]);
      assert.deepEqual(await dataOf(at("batches/b-1")), { n: 4 });
    });

    it("lets only one of two concurrent commits fill a query that both found empty", async () => {
      const open = (id: string): Promise<boolean> =>
        store.transact(async (reads) => {
          const found = await reads.query({ collection: at("batches"), where: [], limit: 1 });
          if (found.length > 0) return { changes: [], events: [], answer: false };
          const change: DocumentChange = { op: "create", path: at(`batches/${id}`), data: { n: 1 } };
          return onRecord([change], true);
        });
      assert.deepEqual((await Promise.all([open("b-1"), open("b-2")])).sort(), [false, true]);
    });

    describe("queries", () => {
      const firing = (id: string, data: JsonObject): DocumentChange => ({
        op: "set",
        path: at(`firings/${id}`),
        data,
      });
      beforeEach(async () => {
        await write(
          firing("f-1", { kilnId: "k-1", startAt: "2026-11-01T00:00:00.000Z", n: 1 }),
          firing("f-2", { kilnId: "k-1", startAt: "2026-11-03T00:00:00.000Z", n: 2 }),
          firing("f-3", { kilnId: "k-2", startAt: "2026-11-02T00:00:00.000Z", n: 2 }),
          firing("f-4", { kilnId: "k-1", startAt: "2026-11-02T00:00:00.000Z", n: "2" }),
          firing("f-5", { kilnId: "k-1" }),
          {
            op: "set",
            path: "tenants/other/firings/f-9",
            data: { kilnId: "k-1", startAt: "2026-11-09T00:00:00.000Z" },
          },
          { op: "set", path: at("firings/f-1/notices/n-1"), data: { kilnId: "k-1" } },
        );
      });
      const kiln = { field: "kilnId", op: "==", value: "k-1" } as const;
      const newest = { field: "startAt", direction: "desc" } as const;

      it("filters, orders newest first, leaves out what lacks the field, and stops at the limit", async () => {
        const query = { collection: at("firings"), where: [kiln], orderBy: [newest], limit: 10 };
        assert.deepEqual(await find(query), ["f-2", "f-4", "f-1"]);
        assert.deepEqual(await find({ ...query, limit: 1 }), ["f-2"]);
      });

      it("compares instants in a range, ends included or not", async () => {
        const until = (op: "<" | "<="): Promise<string[]> =>
          find({
            collection: at("firings"),
            where: [kiln, { field: "startAt", op, value: "2026-11-02T00:00:00.000Z" }],
            orderBy: [newest],
            limit: 10,
          });
        assert.deepEqual(await until("<="), ["f-4", "f-1"]);
        assert.deepEqual(await until("<"), ["f-1"]);
      });

      it("compares within one type only, and takes one of several values", async () => {
        const where = (op: ">=" | "in", value: number | number[]): Promise<string[]> =>
          find({ collection: at("firings"), where: [{ field: "n", op, value }], limit: 10 });
        assert.deepEqual(await where(">=", 1), ["f-1", "f-2", "f-3"]);
        assert.deepEqual(await where("in", [2, 7]), ["f-2", "f-3"]);
      });

      const count = (query: DocumentQuery): Promise<number> =>
        store.transact(async (reads) => ({ changes: [], events: [], answer: await reads.count(query) }));

      it("counts what a query finds, up to its limit, and nothing where there is nothing", async () => {
        const query = { collection: at("firings"), where: [kiln], limit: 10 };
        assert.equal(await count(query), 4);
        assert.equal(await count({ ...query, limit: 3 }), 3);
        assert.equal(await count({ ...query, where: [{ ...kiln, value: "k-9" }] }), 0);
      });

      it("compares a field within a field", async () => {
        const asked = (id: string, by: string): DocumentChange => ({
          op: "set",
          path: at(`proposals/${id}`),
          data: { status: "draft", actor: { id: by } },
        });
        await write(asked("p-1", "pi-1"), asked("p-2", "pi-2"), asked("p-3", "pi-1"));
        const where = [
          { field: "status", op: "==", value: "draft" },
          { field: "actor.id", op: "==", value: "pi-1" },
        ] as const;
        assert.deepEqual(await find({ collection: at("proposals"), where, limit: 10 }), ["p-1", "p-3"]);
        assert.equal(await count({ collection: at("proposals"), where, limit: 10 }), 2);
      });

      it("lets a count that was acted on be true at the commit", async () => {
        const query = {
          collection: at("firings"),
          where: [{ field: "kilnId", op: "==", value: "k-3" }],
          limit: 5,
        } as const;
        const open = (id: string): Promise<boolean> =>
          store.transact(async (reads) => {
            if ((await reads.count(query)) > 0) return { changes: [], events: [], answer: false };
            return onRecord([firing(id, { kilnId: "k-3" })], true);
          });
        assert.deepEqual((await Promise.all([open("f-10"), open("f-11")])).sort(), [false, true]);
        assert.equal(await count(query), 1);
      });

      it("stays in one collection of one studio, unless it asks for the group", async () => {
        assert.deepEqual(await find({ collection: at("firings"), where: [], limit: 10 }), [
          "f-1",
          "f-2",
          "f-3",
          "f-4",
          "f-5",
        ]);
        const group = { collection: "firings", isGroup: true, where: [kiln], orderBy: [newest], limit: 2 };
        assert.deepEqual(await find(group), ["f-9", "f-2"]);
      });

      it("goes on behind a document, in the order of the paths, in one collection and in all", async () => {
        const paths = [
          "tenants/aa/notices/1",
          "tenants/aa/notices/3",
          "tenants/aa-b/notices/2",
          "tenants/bb/notices/1",
        ];
        await write(...paths.map((path) => ({ op: "create" as const, path, data: { kind: "x" } })));
        await write({ op: "create", path: "tenants/bb/notices/0", data: { kind: "y" } });
        const where = [{ field: "kind", op: "==" as const, value: "x" }];
        const pages = async (query: Pick<DocumentQuery, "collection" | "isGroup">): Promise<string[][]> => {
          const found: string[][] = [];
          for (let after: string | undefined; found.length < 5; after = found.at(-1)?.at(-1)) {
            const page = { ...query, where, limit: 2, ...(after === undefined ? {} : { after }) };
            const next = await store.transact(async (reads) => ({
              changes: [],
              events: [],
              answer: (await reads.query(page)).map(({ path }) => path),
            }));
            if (next.length === 0) break;
            found.push(next);
          }
          return found;
        };
        assert.deepEqual(await pages({ collection: "notices", isGroup: true }), [paths.slice(0, 2), paths.slice(2)]);
        assert.deepEqual(await pages({ collection: "tenants/aa/notices" }), [paths.slice(0, 2)]);
      });
    });
  });
}
