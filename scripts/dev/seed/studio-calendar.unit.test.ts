import assert from "node:assert/strict";
import { later, openCalendar, STUDIO_TIME_ZONE, studioDateOf } from "./studio-calendar.js";

describe("scripts/dev/seed/studio-calendar", () => {
  const calendar = openCalendar("2026-11-21");

  it("counts days and hours by the studio's clock, seven hours behind UTC", () => {
    assert.equal(calendar.at(0, 0), "2026-11-21T07:00:00.000Z");
    assert.equal(calendar.at(-1, 20.5), "2026-11-21T03:30:00.000Z");
    assert.equal(calendar.at(1, 26), "2026-11-23T09:00:00.000Z");
  });

  it("agrees with the time zone data on the offset, in summer as in winter", () => {
    for (const day of [0, 60, 120, 180, 240, 300]) {
      const format = new Intl.DateTimeFormat("en-GB", {
        timeZone: STUDIO_TIME_ZONE,
        hour: "2-digit",
        minute: "2-digit",
      });
      assert.equal(format.format(new Date(calendar.at(day, 9.5))), "09:30");
    }
  });

  it("moves what would lie ahead to the last minute before today", () => {
    assert.equal(calendar.past(calendar.at(3, 0)), "2026-11-21T06:59:00.000Z");
    assert.equal(calendar.past(calendar.at(-3, 0)), calendar.at(-3, 0));
  });

  it("knows the studio's day of an instant", () => {
    assert.equal(studioDateOf(new Date("2026-11-21T06:59:59.999Z")), "2026-11-20");
    assert.equal(studioDateOf(new Date("2026-11-21T07:00:00.000Z")), "2026-11-21");
  });

  it("refuses a today that is no date", () => {
    assert.throws(() => openCalendar("2026-13-01"), /YYYY-MM-DD/);
    assert.throws(() => openCalendar("today"), /YYYY-MM-DD/);
  });

  it("moves an instant by hours", () => {
    assert.equal(later("2026-11-21T23:00:00.000Z", 1.5), "2026-11-22T00:30:00.000Z");
  });
});
