import assert from "node:assert/strict";
import { memoryTransactor } from "./memory-transactor.js";
import { describeTransactor } from "./transactor-suite.js";

describeTransactor("test/support/memory-transactor", () => memoryTransactor());

describe("test/support/memory-transactor: conflicts", () => {
  const path = "tenants/kiln-house/devices/d-1";

  it("runs the body again after a conflict, on what is stored by then", async () => {
    const store = memoryTransactor({ [path]: { n: 1 } });
    const seen: unknown[] = [];
    const answer = await store.transact(async (reads) => {
      const [found] = await reads.get([path]);
      seen.push(found?.data?.["n"]);
      if (seen.length === 1) store.put(path, { n: 10 });
      return { changes: [{ op: "update", path, fields: { m: 1 } }], events: [], answer: seen.length };
    });
    assert.equal(answer, 2);
    assert.deepEqual(seen, [1, 10]);
    assert.deepEqual(store.dump(), { [path]: { n: 10, m: 1 } });
  });

  it("gives up with CONTENTION, which may be tried again, after 8 attempts, and has written nothing", async () => {
    const store = memoryTransactor({ [path]: { n: 1 } });
    let n = 1;
    const endless = store.transact(async (reads) => {
      await reads.get([path]);
      n += 1;
      store.put(path, { n });
      return { changes: [{ op: "delete", path }], events: [], answer: null };
    });
    await assert.rejects(endless, { name: "StudioError", code: "CONTENTION", isRetryable: true });
    assert.equal(store.counts.attempts, 8);
    assert.deepEqual(store.dump(), { [path]: { n: 9 } });
  });

  it("does not run again for a document that the body never read", async () => {
    const store = memoryTransactor();
    await store.transact(async (reads) => {
      await reads.get([path]);
      store.put("tenants/kiln-house/devices/d-2", { n: 1 });
      return { changes: [{ op: "set", path, data: {} }], events: [], answer: null };
    });
    assert.equal(store.counts.attempts, 1);
  });

  it("hands out what nobody can alter, and keeps nothing that a caller can", async () => {
    const given = { list: [1] };
    const store = memoryTransactor({ [path]: given });
    given.list.push(2);
    const found = await store.transact(async (reads) => ({ changes: [], events: [], answer: await reads.get([path]) }));
    assert.throws(() => (found[0]?.data?.["list"] as number[]).push(3), TypeError);
    assert.throws(() => (store.dump()[path]?.["list"] as number[]).push(4), TypeError);
    assert.deepEqual(store.dump(), { [path]: { list: [1] } });
  });
});
