import assert from "node:assert/strict";
import fc from "fast-check";
import type { Reading } from "../connector.js";
import { mergeHeard } from "./held-value.js";
import type { Heard, HeldValue } from "./held-value.js";

function aReading(value: number, source: Reading["source"], over: Partial<Reading> = {}): Reading {
  const observedAt = "2026-11-21T14:00:00.000Z";
  return {
    deviceId: "hubitat:101",
    attribute: "temperature",
    value,
    unit: "°C",
    observedAt,
    source,
    quality: "live",
    ...over,
  };
}

const poll = (value: number, askedOrder: number): Heard => ({
  kind: "poll",
  askedOrder,
  reading: aReading(value, "poll"),
});
const push = (value: number, order: number): Heard => ({ kind: "push", order, reading: aReading(value, "push") });

/** What was told, in order, and what is held at the end. */
function hearAll(heard: readonly Heard[]): { readonly told: unknown[]; readonly held: HeldValue | undefined } {
  let held: HeldValue | undefined;
  const told: unknown[] = [];
  for (const each of heard) {
    const merged = mergeHeard(held, each);
    held = merged.held;
    if (merged.isChange) told.push(each.reading.value);
  }
  return { told, held };
}

/** A hub whose value changes now and then, seen by a client: what happens, and in which order the client hears of it. */
interface Story {
  readonly heard: readonly Heard[];
  readonly truth: readonly number[];
}

type Step = "change" | "ask" | "write" | "answer" | "hear";

/**
 * Plays steps on a hub: its value changes (and a push leaves), a poll is asked, its answer is written on the hub, its answer
 * arrives, the oldest push arrives. `isPrompt`: a push arrives before any answer that was written after it, as on one wire.
 */
function play(steps: readonly Step[], values: readonly number[], isPrompt: boolean): Story {
  let order = 0;
  let current = values[0] ?? 0;
  let asked: number | null = null;
  let written: { value: number; askedOrder: number } | null = null;
  const truth = [current];
  const wire: number[] = [];
  const heard: Heard[] = [poll(current, (order += 1))];
  const deliver = (): void => {
    const value = wire.shift();
    if (value !== undefined) heard.push(push(value, (order += 1)));
  };
  const answer = (): void => {
    if (written === null) return;
    if (isPrompt) while (wire.length > 0) deliver();
    heard.push(poll(written.value, written.askedOrder));
    [written, asked] = [null, null];
  };
  steps.forEach((step, index) => {
    const next = values[(index + 1) % values.length] ?? 0;
    if (step === "change" && next !== current) {
      current = next;
      truth.push(current);
      wire.push(current);
    } else if (step === "ask") asked ??= order += 1;
    else if (step === "write" && asked !== null) written ??= { value: current, askedOrder: asked };
    else if (step === "answer") answer();
    else if (step === "hear") deliver();
  });
  while (wire.length > 0) deliver();
  answer();
  return { heard, truth };
}

const anySteps = fc.array(fc.constantFrom<Step>("change", "ask", "write", "answer", "hear"), { maxLength: 40 });
const anyValues = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 2, maxLength: 12 });

describe("local-agent/hubitat/held-value", () => {
  it("tells a change once, whichever of poll and push says it first", () => {
    assert.deepEqual(hearAll([poll(20, 1), push(21, 2), poll(21, 3)]).told, [20, 21]);
    assert.deepEqual(hearAll([poll(20, 1), poll(21, 2), push(21, 3)]).told, [20, 21]);
    assert.deepEqual(hearAll([poll(20, 1), push(21, 2), push(21, 3), push(21, 4)]).told, [20, 21]);
  });

  it("keeps a push that came while an older answer was under way", () => {
    const { told, held } = hearAll([poll(20, 1), push(21, 3), poll(20, 2)]);
    assert.deepEqual([told, held?.reading.value, held?.reading.source], [[20, 21], 21, "push"]);
  });

  it("lets the next question settle what a lost or swapped push left wrong", () => {
    assert.deepEqual(hearAll([poll(20, 1), push(22, 2), push(21, 3), poll(22, 4)]).told, [20, 22, 21, 22]);
  });

  it("drops a push that waited here while a later question was answered", () => {
    assert.deepEqual(hearAll([poll(20, 1), poll(22, 5), push(21, 3)]).told, [20, 22]);
  });

  it("counts another unit and another quality as a change, and a later time alone as none", () => {
    const [first] = [mergeHeard(undefined, poll(20, 1))];
    const later = { ...aReading(20, "push"), observedAt: "2026-11-21T15:00:00.000Z" };
    const same = mergeHeard(first.held, { kind: "push", order: 2, reading: later });
    assert.deepEqual([same.isChange, same.held.reading.observedAt], [false, later.observedAt]);
    for (const over of [{ unit: "°F" }, { quality: "stale" }] as const) {
      const reading = aReading(20, "poll", over);
      assert.equal(mergeHeard(first.held, { kind: "poll", askedOrder: 3, reading }).isChange, true);
    }
  });

  it("never tells a value twice in a row, whatever comes doubled, swapped, late or not at all", () => {
    const anyHeard = fc.array(
      fc.record({
        isPoll: fc.boolean(),
        order: fc.integer({ min: 1, max: 20 }),
        value: fc.integer({ min: 0, max: 3 }),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(anyHeard, (all) => {
        const { told, held } = hearAll(all.map(({ isPoll, order, value }) => (isPoll ? poll : push)(value, order)));
        assert.ok(told.every((value, index) => value !== told[index - 1]));
        if (held !== undefined) assert.equal(held.reading.value, told.at(-1));
      }),
      { numRuns: 2_000 },
    );
  });

  it("tells exactly the hub's changes, each once and in order, while pushes are not overtaken by answers", () => {
    fc.assert(
      fc.property(anySteps, anyValues, (steps, values) => {
        const { heard, truth } = play(steps, values, true);
        assert.deepEqual(hearAll(heard).told, truth);
      }),
      { numRuns: 3_000 },
    );
  });

  it("holds the hub's value after one more question, whatever was lost, doubled or swapped before", () => {
    fc.assert(
      fc.property(anySteps, anyValues, fc.array(fc.nat(50)), fc.array(fc.nat(50)), (steps, values, lost, twice) => {
        const { heard, truth } = play(steps, values, false);
        const kept = heard.filter((_, index) => index === 0 || !lost.includes(index));
        const doubled = kept.flatMap((each, index) => (twice.includes(index) ? [each, each] : [each]));
        const swapped = doubled.map((each, index) => doubled[index % 2 === 0 ? index + 1 : index - 1] ?? each);
        const last = truth.at(-1) ?? 0;
        const { told, held } = hearAll([...swapped, poll(last, 1_000)]);
        assert.equal(held?.reading.value, last);
        assert.equal(told.at(-1), last);
      }),
      { numRuns: 2_000 },
    );
  });
});
