import assert from "node:assert/strict";
import { NOON_MS, instant } from "../../test/support/builders.js";
import { formatAge, formatLeft, formatMoment, formatSpan } from "./age.js";

describe("ui/age", () => {
  it("writes a span in the largest unit that fits", () => {
    assert.deepEqual([0, 59_999, 60_000, 119 * 60_000, 120 * 60_000, 48 * 3_600_000].map(formatSpan), [
      "0 s",
      "59 s",
      "1 min",
      "119 min",
      "2 h",
      "2 d",
    ]);
  });

  it("calls a moment ahead of this clock just now, and a deadline over at its very instant", () => {
    assert.equal(formatAge(instant(NOON_MS + 5_000), NOON_MS), "just now");
    assert.equal(formatAge(NOON_MS - 2_000, NOON_MS), "2 s ago");
    assert.equal(formatLeft(instant(NOON_MS), NOON_MS), "over");
    assert.equal(formatLeft(instant(NOON_MS + 1), NOON_MS), "0 s");
  });

  it("writes moments in the studio's own time and names the zone", () => {
    assert.match(formatMoment(instant(NOON_MS), "Asia/Tokyo"), /21 Nov, 21:00:00 (GMT\+9|JST)/);
  });
});
