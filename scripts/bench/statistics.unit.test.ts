import assert from "node:assert/strict";
import fc from "fast-check";
import { quantile, ratioOf } from "./statistics.js";

const samples = fc.array(fc.double({ min: 0.1, max: 1_000, noNaN: true }), { minLength: 1, maxLength: 40 });

describe("scripts/bench/statistics", () => {
  it("interpolates between samples", () => {
    assert.equal(quantile([4, 1, 3, 2], 0.5), 2.5);
    assert.equal(quantile([1, 2, 3], 1), 3);
    assert.throws(() => quantile([], 0.5), /no samples/);
  });

  it("lies between the smallest and the largest sample, and grows with the share", () => {
    fc.assert(
      fc.property(samples, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
        const value = quantile(values, share);
        assert.ok(value >= Math.min(...values) - 1e-9 && value <= Math.max(...values) + 1e-9);
        assert.ok(quantile(values, share / 2) <= value + 1e-9);
      }),
    );
  });

  it("gives 1 for a set over itself and 3 for three times as much, within its interval", () => {
    let seed = 1;
    const random = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    const floor = Array.from({ length: 30 }, (_, i) => 5 + (i % 7));
    const tripled = ratioOf(
      floor.map((ms) => ms * 3),
      floor,
      0.5,
      random,
    );
    assert.equal(ratioOf(floor, floor, 0.5, random).ratio, 1);
    assert.equal(tripled.ratio, 3);
    assert.ok(tripled.low <= 3 && tripled.high >= 3);
  });
});
