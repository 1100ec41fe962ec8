import assert from "node:assert/strict";
import { HOT_ROOM_FROM, HOT_ROOM_UNTIL, parseClock, valuesAt } from "./kiln-room-day.js";

function valueAt(clock: string, deviceId: string, attribute: string, day = 0): string {
  const all = valuesAt(day * 86_400 + parseClock(clock));
  const found = all.find((each) => each.deviceId === deviceId && each.attribute === attribute);
  assert.ok(found, `${deviceId} ${attribute} is scripted`);
  return found.value;
}

describe("scripts/dev/hub-simulator/kiln-room-day", () => {
  it("gives the same values for the same time, on any day but for energy", () => {
    assert.deepEqual(valuesAt(50_000), valuesAt(50_000));
    assert.equal(valueAt("03:00", "101", "temperature"), valueAt("03:00", "101", "temperature", 4));
  });

  it("fires kiln A through the night with its contact closed and the fan on", () => {
    assert.ok(Number(valueAt("02:00", "103", "power")) > 9_000);
    assert.ok(Number(valueAt("22:30", "103", "power")) > 3_000);
    assert.equal(valueAt("02:00", "105", "contact"), "closed");
    assert.equal(valueAt("02:00", "114", "switch"), "on");
    assert.equal(valueAt("12:00", "103", "power"), "0");
  });

  it("is above 40 °C in every minute from 14:00 to 17:20, and in no other, while both kilns draw 0 W", () => {
    for (let minute = 0; minute < 1_440; minute += 1) {
      const clock = new Date(minute * 60_000).toISOString().slice(11, 16);
      const isHot = Number(valueAt(clock, "101", "temperature")) > 40;
      const isScripted = clock >= HOT_ROOM_FROM && clock <= HOT_ROOM_UNTIL;
      if (isScripted) assert.equal(isHot, true, clock);
      // The way up and down takes a few minutes.
      else if (clock < "13:58" || clock > "17:30") assert.equal(isHot, false, clock);
      if (isHot) assert.equal(valueAt(clock, "103", "power") + valueAt(clock, "104", "power"), "00", clock);
    }
  });

  it("counts energy up within a day and on into the next", () => {
    const readings = [0, 1, 2].flatMap((day) =>
      ["00:00", "03:00", "05:30", "12:00", "22:00", "23:59"].map((clock) =>
        Number(valueAt(clock, "103", "energy", day)),
      ),
    );
    assert.deepEqual(
      readings,
      [...readings].sort((a, b) => a - b),
    );
    // 5.5 h at about 10.8 kW.
    const night = Number(valueAt("05:30", "103", "energy"));
    assert.ok(night > 55 && night < 62, String(night));
    assert.equal(valueAt("23:59", "104", "energy", 2), "0.00");
  });

  for (const clock of ["24:00", "7:00", "12:60", "noon", ""]) {
    it(`refuses ${JSON.stringify(clock)} as a time of day`, () =>
      assert.throws(() => parseClock(clock), /time of day/));
  }
});
