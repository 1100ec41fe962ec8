import assert from "node:assert/strict";
import { formatCents, parseCents } from "./parse-cents.js";

describe("views/studio/parse-cents", () => {
  it("reads whole money and cents, and nothing as no bound", () => {
    assert.deepEqual(["25", "12.5", "12.50", " 0.07 ", "0", ""].map(parseCents), [2_500, 1_250, 1_250, 7, 0, null]);
  });

  it("takes nothing else for an amount", () => {
    for (const odd of ["-1", "1,5", "1.234", "a", "1e3", ".5", "99999999", "$5"])
      assert.equal(parseCents(odd), undefined, odd);
  });

  it("writes what it reads", () => {
    assert.equal(formatCents(1_250), "12.50");
    assert.equal(parseCents(formatCents(7)), 7);
  });
});
