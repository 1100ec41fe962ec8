import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { createDetailReader } from "./detail-reader.js";
import { hubFailed } from "./hub-answer.js";
import type { HubAnswer } from "./hub-answer.js";
import type { HubDeviceDetails } from "./schema.js";

const QUICK = { gapMs: 5, sameGapMs: 10, restMs: 40, learnAgainMs: 1_000 };
const ok = { kind: "ok", value: {} as HubDeviceDetails } as const;

function aReader(answer: (id: string) => HubAnswer<HubDeviceDetails>, timing = QUICK) {
  const asked: string[] = [];
  const clock = { nowMs: 0 };
  let atOnce = 0;
  const reader = createDetailReader(
    async (id) => {
      atOnce += 1;
      assert.equal(atOnce, 1, "asks two at once");
      asked.push(id);
      await delay(1);
      atOnce -= 1;
      return answer(id);
    },
    () => clock.nowMs,
    timing,
  );
  return { reader, asked, clock };
}

describe("local-agent/hubitat/detail-reader", () => {
  it("reads one device after another, those to be confirmed first, each once", async () => {
    const { reader, asked } = aReader(() => ok);
    for (const id of ["1", "2", "2"]) reader.learn(id);
    reader.confirm("9");
    await delay(60);
    assert.deepEqual(asked, ["9", "1", "2"]);
    reader.stop();
  });

  it("learns a device once a day, and one that is gone no oftener", async () => {
    const { reader, asked, clock } = aReader((id) => (id === "2" ? hubFailed("notFound") : ok));
    const learnBoth = async () => {
      for (const id of ["1", "2"]) reader.learn(id);
      await delay(40);
    };
    await learnBoth();
    clock.nowMs = 999;
    await learnBoth();
    assert.deepEqual(asked, ["1", "2"]);
    clock.nowMs = 1_000;
    await learnBoth();
    assert.deepEqual(asked, ["1", "2", "1", "2"]);
    reader.stop();
  });

  it("reads a device once more that is named again while it is read", async () => {
    const { reader, asked } = aReader(() => ok);
    reader.confirm("1");
    await delay(1);
    if (asked.length === 1) reader.confirm("1");
    await delay(40);
    assert.deepEqual(asked, ["1", "1"]);
    reader.stop();
  });

  it("reads a device that is named all the time no oftener than its gap allows", async () => {
    const { reader, asked } = aReader(() => ok, { ...QUICK, sameGapMs: 40 });
    const endsAt = performance.now() + 100;
    while (performance.now() < endsAt) {
      reader.confirm("1");
      await delay(2);
    }
    reader.stop();
    assert.ok(asked.length >= 2 && asked.length <= 4, `read ${asked.length} times in 100 ms`);
  });

  it("rests after a failure and forgets what was not urgent", async () => {
    const { reader, asked } = aReader(() => hubFailed("timeout"));
    for (const id of ["1", "2", "3"]) reader.learn(id);
    await delay(30);
    reader.stop();
    assert.deepEqual(asked, ["1"]);
  });

  it("asks nothing after its stop", async () => {
    const { reader, asked } = aReader(() => ok);
    reader.stop();
    reader.confirm("1");
    reader.learn("2");
    await delay(20);
    assert.deepEqual(asked, []);
  });
});
