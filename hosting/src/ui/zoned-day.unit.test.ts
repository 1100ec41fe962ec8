import assert from "node:assert/strict";
import { nextDay, startOfDay } from "./zoned-day.js";

describe("ui/zoned-day", () => {
  const days: readonly (readonly [day: string, zone: string, start: string])[] = [
    ["2026-11-20", "UTC", "2026-11-20T00:00:00.000Z"],
    ["2026-11-20", "America/New_York", "2026-11-20T05:00:00.000Z"],
    ["2026-07-04", "America/New_York", "2026-07-04T04:00:00.000Z"],
    ["2026-03-29", "Europe/Berlin", "2026-03-28T23:00:00.000Z"],
    ["2026-10-26", "Europe/Berlin", "2026-10-25T23:00:00.000Z"],
    ["2026-11-20", "Pacific/Auckland", "2026-11-19T11:00:00.000Z"],
    ["2026-11-20", "Asia/Kolkata", "2026-11-19T18:30:00.000Z"],
  ];
  for (const [day, zone, start] of days)
    it(`begins ${day} in ${zone} at ${start}`, () => assert.equal(startOfDay(day, zone), start));

  it("knows no 30th of February, and no other text", () => {
    for (const day of ["2026-02-30", "2026-2-1", "soon", ""]) assert.equal(startOfDay(day, "UTC"), null);
  });

  it("gives the next day over the end of a year", () => {
    assert.equal(nextDay("2026-12-31"), "2027-01-01");
    assert.equal(nextDay("2026-12-32"), null);
  });
});
