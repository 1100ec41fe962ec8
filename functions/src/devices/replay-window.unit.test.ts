import assert from "node:assert/strict";
import fc from "fast-check";
import { AgentStream, REPLAY_WINDOW } from "../contracts/index.js";
import { checkReplay } from "./replay-window.js";
import type { ReplayWindow } from "./replay-window.js";

/** Feeds the numbers in and tells what became of each. */
function run(numbers: readonly number[]): { verdicts: string[]; state: ReplayWindow | null } {
  let state: ReplayWindow | null = null;
  const verdicts = numbers.map((seq) => {
    const verdict = checkReplay(state, seq);
    if (verdict.kind === "fresh") state = verdict.next;
    return verdict.kind;
  });
  return { verdicts, state };
}

/** The same rule said with a set that forgets nothing. */
function model(numbers: readonly number[]): string[] {
  const seen = new Set<number>();
  let highest = 0;
  return numbers.map((seq) => {
    if (seen.has(seq) && seq > highest - REPLAY_WINDOW) return "replay";
    if (highest > 0 && seq <= highest - REPLAY_WINDOW) return "tooOld";
    seen.add(seq);
    highest = Math.max(highest, seq);
    return "fresh";
  });
}

describe("devices/replay-window", () => {
  it("agrees with a set that forgets nothing, in any order and with any gaps", () => {
    const near = fc.integer({ min: 1, max: 3 * REPLAY_WINDOW });
    const far = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
    const numbers = fc.array(fc.oneof({ weight: 20, arbitrary: near }, { weight: 1, arbitrary: far }), {
      maxLength: 120,
    });
    fc.assert(
      fc.property(numbers, (list) => assert.deepEqual(run(list).verdicts, model(list))),
      { numRuns: 300 },
    );
  });

  it("agrees with that set on numbers that are shuffled within the window and sent twice", () => {
    const shuffled = fc.shuffledSubarray(Array.from({ length: 60 }, (_, index) => 1 + index * 20));
    fc.assert(
      fc.property(shuffled, shuffled, (once, twice) => {
        const list = [...once, ...twice];
        assert.deepEqual(run(list).verdicts, model(list));
      }),
    );
  });

  it("accepts a number once, also when it comes out of order", () => {
    assert.deepEqual(run([1, 3, 2, 2, 1, 3]).verdicts, ["fresh", "fresh", "fresh", "replay", "replay", "replay"]);
  });

  it("accepts the last number within the window and calls the next one behind it too old", () => {
    const top = 5 * REPLAY_WINDOW;
    assert.deepEqual(run([top, top - REPLAY_WINDOW + 1]).verdicts, ["fresh", "fresh"]);
    assert.deepEqual(run([top, top - REPLAY_WINDOW]).verdicts, ["fresh", "tooOld"]);
  });

  it("forgets the whole window on a jump to the greatest number there is", () => {
    const { verdicts, state } = run([1, Number.MAX_SAFE_INTEGER, 1]);
    assert.deepEqual(verdicts, ["fresh", "fresh", "tooOld"]);
    assert.equal(state?.window, "1".padStart(REPLAY_WINDOW / 4, "0"));
  });

  it("keeps the window in the fixed width that the stored stream asks for", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 50 }), (list) => {
        assert.ok(AgentStream.shape.window.safeParse(run(list).state?.window).success);
      }),
    );
  });
});
