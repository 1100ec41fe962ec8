import assert from "node:assert/strict";
import { staleAfterMs } from "@studio-os/functions/contracts";
import * as fc from "fast-check";
import type { Reading } from "../connector.js";
import { MAX_TRACKED_ATTRIBUTES, NOTHING_TRACKED, detectChanges, detectStale } from "./detect-changes.js";
import type { TrackedAttributes } from "./detect-changes.js";
import { heartbeatMsOf } from "./report-policy.js";

const T0 = Date.parse("2026-11-21T08:00:00.000Z");
const LIVE = { policy: { temperature: { deadband: 0.5 } }, isSimulated: false };

const aReading = (change: Partial<Reading> = {}, atMs = T0): Reading => ({
  deviceId: "hubitat:12",
  attribute: "temperature",
  value: 21,
  unit: "°C",
  observedAt: new Date(atMs).toISOString(),
  source: "poll",
  quality: "live",
  ...change,
});

/** Feeds readings one after another, each at its own time, and collects what is reported. */
function reported(readings: readonly Reading[], options = LIVE) {
  let state: TrackedAttributes = NOTHING_TRACKED;
  return readings.flatMap((reading) => {
    const detected = detectChanges(state, [reading], Date.parse(reading.observedAt), options);
    state = detected.state;
    return detected.observations;
  });
}

describe("local-agent/observe/detect-changes", () => {
  it("reports a first value, then a move of exactly the deadband 0.5 but not of 0.4", () => {
    const values = [21, 21.4, 21.5, 21.9, 21.0].map((value, i) => aReading({ value }, T0 + i * 1_000));
    assert.deepEqual(
      reported(values).map((o) => o.value),
      [21, 21.5, 21],
    );
  });

  it("measures the deadband from the last reported value, so a slow creep is reported too", () => {
    const creep = Array.from({ length: 11 }, (_, i) => aReading({ value: 20 + i * 0.1 }, T0 + i * 1_000));
    assert.deepEqual(
      reported(creep).map((o) => Math.round(Number(o.value) * 10) / 10),
      [20, 20.5, 21],
    );
  });

  it("repeats an unchanged value when its heartbeat is due and not before", () => {
    const beat = heartbeatMsOf({}, "temperature");
    assert.equal(reported([aReading(), aReading({}, T0 + beat - 1)]).length, 1);
    assert.equal(reported([aReading(), aReading({}, T0 + beat)]).length, 2);
  });

  it("has a heartbeat that comes before the value goes stale, for every attribute", () => {
    for (const attribute of ["temperature", "power", "lock", "contact", "batteryPct"]) {
      assert.ok(heartbeatMsOf({}, attribute) + 10_000 < staleAfterMs(attribute));
    }
  });

  it("reports every change of a word, a flag, a unit or a quality", () => {
    const said = reported([
      aReading({ attribute: "contact", value: "open", unit: null }),
      aReading({ attribute: "contact", value: "closed", unit: null }, T0 + 1),
      aReading({ attribute: "contact", value: "closed", unit: null, quality: "stale" }, T0 + 2),
      aReading({ value: 21 }, T0 + 3),
      aReading({ value: 21, unit: "°F" }, T0 + 4),
    ]);
    assert.equal(said.length, 5);
  });

  it("does not count one change twice when push and poll both tell it", () => {
    const said = reported([
      aReading({ value: 21 }),
      aReading({ value: 30, source: "push" }, T0 + 500),
      aReading({ value: 30 }, T0 + 900),
    ]);
    assert.deepEqual(
      said.map((o) => o.value),
      [21, 30],
    );
  });

  it("ignores a poll answer that is older than a pushed value", () => {
    const { state } = detectChanges(
      NOTHING_TRACKED,
      [aReading({ value: 30, source: "push" }, T0 + 500)],
      T0 + 500,
      LIVE,
    );
    assert.deepEqual(detectChanges(state, [aReading({ value: 21 }, T0 + 100)], T0 + 900, LIVE).observations, []);
  });

  it("goes on reporting after the clock was set back by a day", () => {
    const { state } = detectChanges(NOTHING_TRACKED, [aReading()], T0, LIVE);
    const yesterday = T0 - 86_400_000;
    assert.equal(detectChanges(state, [aReading({ value: 30 }, yesterday)], yesterday, LIVE).observations.length, 1);
  });

  it("says unknown with null for a value that is null, not finite or longer than 200 characters", () => {
    for (const value of [null, Number.NaN, Number.POSITIVE_INFINITY, "x".repeat(201)]) {
      const [observation] = reported([aReading({ value })]);
      assert.deepEqual([observation?.value, observation?.quality], [null, "unknown"]);
    }
  });

  it("rejects and counts a reading whose id the public language does not know", () => {
    const { rejected, observations } = detectChanges(NOTHING_TRACKED, [aReading({ deviceId: "12/on" })], T0, LIVE);
    assert.deepEqual([rejected, observations.length], [1, 0]);
  });

  it(`tracks at most ${MAX_TRACKED_ATTRIBUTES} attributes and counts the rest`, () => {
    const many = Array.from({ length: MAX_TRACKED_ATTRIBUTES + 3 }, (_, i) => aReading({ deviceId: `hubitat:${i}` }));
    const { state, rejected } = detectChanges(NOTHING_TRACKED, many, T0, LIVE);
    assert.deepEqual([state.size, rejected], [MAX_TRACKED_ATTRIBUTES, 3]);
  });

  it("calls nothing live when the devices are simulated, and leaves unknown and stale as they are", () => {
    const simulated = { ...LIVE, isSimulated: true };
    const qualities = (["live", "stale", "unknown"] as const).flatMap((quality) =>
      reported([aReading({ quality })], simulated).map((o) => o.quality),
    );
    assert.deepEqual(qualities, ["simulated", "stale", "unknown"]);
  });

  it("says once that a value went stale, with the time at which it was last seen", () => {
    const seen = T0 + 1_000;
    const first = detectChanges(NOTHING_TRACKED, [aReading()], T0, LIVE);
    const again = detectChanges(first.state, [aReading({}, seen)], seen, LIVE);
    assert.equal(detectStale(again.state, seen + 120_000).observations.length, 0);
    const stale = detectStale(again.state, seen + 120_001);
    assert.deepEqual(
      stale.observations.map((o) => [o.quality, o.value, o.observedAt]),
      [["stale", 21, new Date(seen).toISOString()]],
    );
    assert.equal(detectStale(stale.state, seen + 240_000).observations.length, 0);
  });

  it("never lets the cloud's value be off by a deadband or more, whatever the readings are", () => {
    const step = fc.record({
      value: fc.double({ min: -50, max: 50, noNaN: true }),
      afterMs: fc.integer({ min: 0, max: 200_000 }),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
        let state: TrackedAttributes = NOTHING_TRACKED;
        let nowMs = T0;
        let cloud: number | null = null;
        let heardAtMs = T0;
        for (const { value, afterMs } of steps) {
          nowMs += afterMs;
          const detected = detectChanges(state, [aReading({ value }, nowMs)], nowMs, LIVE);
          state = detected.state;
          for (const observation of detected.observations) {
            cloud = Number(observation.value);
            heardAtMs = nowMs;
          }
          assert.ok(cloud !== null && Math.abs(cloud - value) < 0.5);
          assert.ok(nowMs - heardAtMs < heartbeatMsOf({}, "temperature"));
        }
      }),
    );
  });
});
