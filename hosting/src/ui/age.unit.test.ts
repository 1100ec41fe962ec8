import assert from "node:assert/strict";
import { NOON_MS, instant } from "../../test/support/builders.js";
import { formatAge, formatClock, formatLeft, formatMoment, formatRetry, formatSpan } from "./age.js";

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

  it("says when to try again by the minute, never too early, and names the day when it is another one", () => {
    const noon = new Date(2026, 10, 21, 12, 0, 0).getTime();
    assert.equal(formatRetry(instant(noon + 5 * 60_000), noon), "12:05");
    assert.equal(formatRetry(instant(noon + 5 * 60_000 + 1), noon), "12:06");
    assert.match(formatRetry(instant(noon + 24 * 3_600_000), noon), /^22 Nov.* 12:00$/);
  });

  it("writes the time of day alone for today, by the studio's day and not the reader's", () => {
    const at = (iso: string, now: string) => formatClock(iso, Date.parse(now), "Asia/Tokyo");
    assert.equal(at("2026-11-21T05:02:40.000Z", "2026-11-21T14:59:59.000Z"), "14:02");
    assert.equal(at("2026-11-21T05:02:40.000Z", "2026-11-21T15:00:00.000Z"), "21 Nov, 14:02");
  });

  it("writes moments in the studio's own time and names the zone", () => {
    assert.match(formatMoment(instant(NOON_MS), "Asia/Tokyo"), /21 Nov, 21:00:00 (GMT\+9|JST)/);
  });
});
