import assert from "node:assert/strict";
import { TENANT_ID, anOperator } from "../../test/support/builders.js";
import { openMemoryStudio } from "../../test/support/memory-studio.js";
import type { MemoryStudio } from "../../test/support/memory-studio.js";
import { inTenant } from "../contracts/index.js";
import { reportQuotas, topOf } from "./quota-report.js";
import { recountQuotas } from "./recount-quotas.js";

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
    assert.deepEqual(await nightly(), { quotas: 1, tampered: 0, uncertain: 0 });
    assert.deepEqual(alarms(), []);
  });

  it("looks at every quota, however many there are", async () => {
    const sound = { ...studio.at(REF), hits: [] };
    for (let n = 0; n < 450; n += 1)
      studio.deps.transactor.put(inTenant(TENANT_ID, `quotas/default.actor.a-${n}`), { ...sound, value: `a-${n}` });
    studio.change("quotas/default.actor.a-99", { hits: "many" });
    assert.deepEqual(await nightly(), { quotas: 451, tampered: 1, uncertain: 0 });
  });

  it("counts the requests that an agent put before people, and none that were held back", async () => {
    const ask = (note: string) =>
      studio.accepted(
        studio.submitForAgent({ kilnId: "k-1", attention: "room_overheat", note, unlessBookedWithinHours: 2 }),
      );
    for (let n = 0; n < 12; n += 1) await ask(`${n} degrees`);
    assert.equal((studio.at("quotas/attention.actor.pi-1")?.["hits"] as unknown[]).length, 10);
    assert.deepEqual(await nightly(), { quotas: 2, tampered: 0, uncertain: 0 });
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
      assert.deepEqual(await nightly(), { quotas: 1, tampered: 1, uncertain: 0 });
      const [alarm] = alarms();
      assert.deepEqual(
        [alarm?.severity, alarm?.reasonCode, alarm?.data],
        ["alarm", "QUOTA_TAMPER", { quota: REF, difference }],
      );
      assert.deepEqual(studio.at(REF), before);
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
