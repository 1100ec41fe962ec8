import assert from "node:assert/strict";
import { TENANT_ID, anOperator } from "../../test/support/builders.js";
import { HOUR, NOW, later } from "../../test/support/fake-means.js";
import { openMemoryStudio } from "../../test/support/memory-studio.js";
import type { MemoryStudio } from "../../test/support/memory-studio.js";
import { inTenant } from "../contracts/index.js";
import { eventsSince } from "./events-since.js";
import { reportQuotas, topOf } from "./quota-report.js";
import { recountQuotas } from "./recount-quotas.js";

const SOUND = (quotas: number) => ({ quotas, tampered: 0, lost: 0, uncertain: 0, isCutShort: 0 });
const REF = "quotas/default.actor.otto";

describe("policy/recount-quotas", () => {
  let studio: MemoryStudio;
  beforeEach(async () => {
    studio = await openMemoryStudio();
    const { proposal } = await studio.accepted(studio.submit(anOperator()));
    await studio.accepted(studio.execute((await studio.accepted(studio.approve(proposal))).proposal));
  });
  const nightly = () => recountQuotas(studio.deps, "recount-1");
  const alarms = () => studio.events().filter(({ type }) => type === "quota.tampered");

  it("finds nothing where every hit is an execution on record", async () => {
    assert.deepEqual(await nightly(), SOUND(1));
    assert.deepEqual(alarms(), []);
  });

  it("counts the requests that an agent put before people, and none that were held back", async () => {
    const ask = (note: string) =>
      studio.accepted(
        studio.submitForAgent({ kilnId: "k-1", attention: "room_overheat", note, unlessBookedWithinHours: 2 }),
      );
    for (let n = 0; n < 12; n += 1) await ask(`${n} degrees`);
    assert.equal((studio.at("quotas/attention.actor.pi-1")?.["hits"] as unknown[]).length, 10);
    assert.deepEqual(await nightly(), SOUND(2));
    const report = await studio.accepted(reportQuotas(studio.deps, TENANT_ID));
    assert.deepEqual(
      [report.actors, report.capabilities, report.isComplete],
      [[{ id: "pi-1", count: 2 }], [{ id: "firing.flag", count: 2 }], true],
    );
  });

  const ways: readonly [string, () => void, number][] = [
    ["a hit that was taken out", () => studio.change(REF, { hits: [] }), -1],
    [
      "a hit that was added",
      () => {
        const hits = studio.at(REF)?.["hits"] as string[];
        studio.change(REF, { hits: [...hits, ...hits] });
      },
      1,
    ],
    ["a document that is no quota any more", () => studio.change(REF, { hits: "many" }), 0],
    ["a quota that nobody defined", () => studio.change(REF, { quotaId: "plenty" }), 0],
  ];
  for (const [what, tamper, difference] of ways)
    it(`raises an alarm about ${what}, and mends nothing`, async () => {
      tamper();
      const before = studio.at(REF);
      assert.deepEqual(await nightly(), { ...SOUND(1), tampered: 1 });
      const [alarm] = alarms();
      assert.deepEqual(
        [alarm?.severity, alarm?.reasonCode, alarm?.data],
        ["alarm", "QUOTA_TAMPER", { quota: REF, difference }],
      );
      assert.deepEqual(studio.at(REF), before);
    });

  it("raises an alarm about a quota that was deleted, and about one that was put back to what it was", async () => {
    const first = studio.at(REF) ?? {};
    studio.deps.transactor.remove(inTenant(TENANT_ID, REF));
    assert.deepEqual(await nightly(), { ...SOUND(0), lost: 1 });
    const [alarm] = alarms();
    assert.deepEqual([alarm?.reasonCode, alarm?.data], ["QUOTA_TAMPER", { quota: REF, difference: -1 }]);
    assert.equal(studio.at(REF), undefined, "nothing is mended");

    studio.change(REF, first);
    assert.deepEqual(await nightly(), SOUND(1));
    const { proposal } = await studio.accepted(studio.submit(anOperator()));
    await studio.accepted(studio.execute((await studio.accepted(studio.approve(proposal))).proposal, 7));
    studio.deps.clock.advance(23 * HOUR);
    studio.change(REF, first);
    assert.deepEqual(await nightly(), { ...SOUND(1), lost: 1 }, "also the night after");
    studio.deps.clock.advance(48 * HOUR);
    assert.deepEqual(await nightly(), SOUND(1), "when no hit could hold anybody back any more");
  });

  it("goes through more quotas than a page holds, and says when there were more than it goes through", async () => {
    const stray = { quotaId: "default", key: "actor", hits: [], auditVersion: 1, lastEventId: "e", updatedAt: NOW };
    for (let n = 0; n < 11; n += 1) studio.change(`quotas/default.actor.p-${n}`, { ...stray, value: `p-${n}` });
    const paged = await recountQuotas(studio.deps, "recount-1", { page: 4, maxPages: 4 });
    assert.deepEqual(paged, { ...SOUND(12), tampered: 11 });
    const cut = await recountQuotas(studio.deps, "recount-1", { page: 4, maxPages: 3 });
    assert.deepEqual([cut.quotas, cut.isCutShort], [12, 1]);
  });
});

describe("policy/events-since", () => {
  it("goes through more events than a page holds, each once, and says when it did not get through", async () => {
    const studio = await openMemoryStudio();
    for (let n = 0; n < 10; n += 1) {
      if (n % 3 === 0) studio.deps.clock.advance(1);
      await studio.refused(studio.submit(anOperator(), { batchId: "b-0", text: "nothing there" }), "TARGET_NOT_FOUND");
    }
    const read = async (perPage: number, maxPages: number, since = later(-1)) => {
      const values = ["TARGET_NOT_FOUND"];
      const about = { tenantId: TENANT_ID, field: "reasonCode" as const, values, since, perPage, maxPages };
      const { events, isComplete } = await eventsSince(studio.deps, about);
      assert.equal(new Set(events.map(({ path }) => path)).size, events.length);
      return [events.length, isComplete];
    };
    assert.deepEqual(await read(4, 5), [10, true]);
    assert.deepEqual(await read(4, 2), [5, false]);
    assert.deepEqual(await read(3, 9), [4, false], "three at one instant fill a page of three");
    assert.deepEqual(await read(4, 5, later(2)), [4, true]);
  });
});

describe("policy/quota-report", () => {
  it("lists the ten that were held back most, the most frequent first", () => {
    const events = Array.from({ length: 12 }, (_, n) => Array.from({ length: n + 1 }, () => ({ actorId: `a-${n}` })));
    const top = topOf([...events.flat(), { actorId: null }], "actorId");
    assert.equal(top.length, 10);
    assert.deepEqual(top.slice(0, 2), [
      { id: "a-11", count: 12 },
      { id: "a-10", count: 11 },
    ]);
  });
});
