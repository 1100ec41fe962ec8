import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { createCoalescer } from "./coalesce.js";

describe("local-agent/hubitat/coalesce", () => {
  it("hands on the first value of a key at once, the last one after the gap, and none in between", async () => {
    const handed: string[] = [];
    const coalescer = createCoalescer<string>((item) => handed.push(item), 40);
    for (const item of ["a1", "a2", "a3"]) coalescer.offer("a", item);
    coalescer.offer("b", "b1");
    assert.deepEqual(handed, ["a1", "b1"]);
    await delay(120);
    assert.deepEqual(handed, ["a1", "b1", "a3"]);
    coalescer.offer("a", "a4");
    assert.equal(handed.at(-1), "a4");
    coalescer.stop();
  });

  it("hands on nothing after its stop", async () => {
    const handed: number[] = [];
    const coalescer = createCoalescer<number>((item) => handed.push(item), 20);
    for (const item of [1, 2]) coalescer.offer("a", item);
    coalescer.stop();
    await delay(60);
    assert.deepEqual(handed, [1]);
  });
});
