import assert from "node:assert/strict";
import fc from "fast-check";
import { fromLocalInput, toLocalInput } from "./local-time.js";

describe("ui/local-time", () => {
  it("gives back every moment that it wrote", () => {
    const moments = fc.oneof(
      fc.integer({ min: 0, max: 66_000_000 }).map((minute) => minute * 60_000),
      fc.integer({ min: 0, max: 4e12 }),
    );
    fc.assert(
      fc.property(moments, (ms) => {
        const at = new Date(ms).toISOString();
        // In the hour that a clock shows twice, the first of the two is meant.
        const back = Date.parse(fromLocalInput(toLocalInput(at)) ?? "");
        assert.ok(back === Date.parse(at) || Math.abs(back - Date.parse(at)) === 3_600_000);
      }),
    );
  });

  it("writes nothing for what is no moment", () => {
    assert.deepEqual(["", "soon", "2026-13-01T00:00", "2026-11-21"].map(fromLocalInput), [null, null, null, null]);
    assert.equal(toLocalInput("never"), "");
  });
});
