import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { RuleReading } from "./condition.js";
import { MAX_ASK_GAP_MS, evolveRule, initialRuleState } from "./evolve-rule.js";
import type { Firing, RuleState } from "./evolve-rule.js";
import { Rule } from "./rule.js";

const T0 = Date.parse("2026-11-21T08:00:00.000Z");
const MINUTE = 60_000;

const hotRoom = Rule.parse({
  id: "kiln-room-hot",
  title: "Kiln room hot",
  watch: { deviceId: "hubitat:12", attribute: "temperature", is: "above", threshold: 35, hysteresis: 2, unit: "°C" },
  forSeconds: 300,
  coolDownSeconds: 3_600,
  when: [{ deviceId: "hubitat:13", attribute: "power", is: "below", threshold: 100, unit: "W" }],
  propose: {
    capabilityId: "firing.flag",
    kilnId: "kiln-1",
    attention: "room_overheat",
    unlessBookedWithinHours: 12,
    note: "{device} at {value} {unit}",
  },
});
const plain = Rule.parse({ ...hotRoom, when: [] });
const silent = Rule.parse({
  ...hotRoom,
  id: "sensor-silent",
  watch: { deviceId: "hubitat:12", attribute: "temperature", is: "silent" },
  when: [{ deviceId: "hubitat:13", attribute: "power", is: "above", threshold: 500, unit: "W" }],
});

type Change = Partial<RuleReading>;
const room = (value: RuleReading["value"], atMs: number, change: Change = {}): RuleReading => ({
  deviceId: "hubitat:12",
  attribute: "temperature",
  value,
  unit: "°C",
  observedAt: new Date(atMs).toISOString(),
  quality: "live",
  ...change,
});
const kiln = (value: RuleReading["value"], atMs: number, change: Change = {}): RuleReading =>
  room(value, atMs, { deviceId: "hubitat:13", attribute: "power", unit: "W", ...change });

/** Runs a rule over steps of [minute, readings of that minute] and gives the minutes at which it fired. */
function firedMinutes(
  rule: Rule,
  steps: readonly (readonly [number, ...((atMs: number) => RuleReading)[]])[],
): number[] {
  let state = initialRuleState(T0);
  const fired: number[] = [];
  for (const [minute, ...readings] of steps) {
    const atMs = T0 + minute * MINUTE;
    const made = readings.map((make) => make(atMs));
    const evolved = evolveRule(rule, state, made, atMs);
    state = evolved.state;
    if (evolved.firing !== null) fired.push(minute);
  }
  return fired;
}

const at =
  (value: RuleReading["value"], change: Change = {}) =>
  (atMs: number) =>
    room(value, atMs, change);
const power =
  (value: RuleReading["value"], change: Change = {}) =>
  (atMs: number) =>
    kiln(value, atMs, change);
const minutes = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe("local-agent/rules/evolve-rule", () => {
  it("fires when the duration of 5 minutes is full, at exactly 5 and not at 4", () => {
    const steps = minutes(0, 6).map((m) => [m, at(36), power(0)] as const);
    assert.deepEqual(firedMinutes(hotRoom, steps), [5]);
    assert.deepEqual(firedMinutes(hotRoom, steps.slice(0, 5)), []);
  });

  it("does not fire at the threshold itself", () => {
    assert.deepEqual(
      firedMinutes(
        plain,
        minutes(0, 9).map((m) => [m, at(35)] as const),
      ),
      [],
    );
  });

  it("keeps counting while the value dips within the hysteresis, and starts anew below it", () => {
    const dip = (low: number) => minutes(0, 9).map((m) => [m, at(m === 2 ? low : 36)] as const);
    assert.deepEqual(firedMinutes(plain, dip(33.5)), [5]);
    assert.deepEqual(firedMinutes(plain, dip(33)), [8]);
  });

  it("does not fire while a kiln draws 100 W or more, and counts from when it stopped", () => {
    const steps = minutes(0, 9).map((m) => [m, at(40), power(m < 3 ? 2_500 : 20)] as const);
    assert.deepEqual(firedMinutes(hotRoom, steps), [8]);
  });

  it("does not fire when the other reading is missing, unknown, stale or in another unit", () => {
    const others = [
      [],
      [power(null, { quality: "unknown" })],
      [power(0, { quality: "stale" })],
      [power(0, { unit: "kW" })],
    ];
    for (const other of others) {
      assert.deepEqual(
        firedMinutes(
          hotRoom,
          minutes(0, 20).map((m) => [m, at(40), ...other] as const),
        ),
        [],
      );
    }
  });

  it("does not fire on a value that is getting old: a last reading of 40 °C counts for 2 minutes and no longer", () => {
    assert.deepEqual(
      firedMinutes(
        plain,
        minutes(0, 20).map((m) => (m < 3 ? ([m, at(40)] as const) : ([m] as const))),
      ),
      [],
    );
  });

  it("stays quiet while still hot after firing, and through the cool-down of 60 minutes after it was over", () => {
    const wave = (m: number) => (m >= 20 && m < 25 ? 20 : 40);
    assert.deepEqual(
      firedMinutes(
        plain,
        minutes(0, 90).map((m) => [m, at(wave(m))] as const),
      ),
      [5, 65],
    );
    assert.deepEqual(
      firedMinutes(
        plain,
        minutes(0, 90).map((m) => [m, at(40)] as const),
      ),
      [5],
    );
  });

  it("is not lowered by a reading that nobody can judge", () => {
    const steps = minutes(0, 90).map((m) => [m, m === 20 ? at(null, { quality: "unknown" }) : at(40)] as const);
    assert.deepEqual(firedMinutes(plain, steps), [5]);
  });

  it("remembers firing and cool-down over a restart", () => {
    const firedAtMs = T0 - 10 * MINUTE;
    let state: RuleState = initialRuleState(T0, { firedAtMs, isRaised: false });
    const fired = minutes(0, 60).filter((m) => {
      const evolved = evolveRule(plain, state, [room(40, T0 + m * MINUTE)], T0 + m * MINUTE);
      state = evolved.state;
      return evolved.firing !== null;
    });
    assert.deepEqual(fired, [50]);
  });

  it("starts the duration anew after the clock jumped either way or the machine slept", () => {
    for (const jump of [-60, 2]) {
      const steps = minutes(0, 12).map((m) => [m < 4 ? m : m + jump, at(40)] as const);
      assert.deepEqual(firedMinutes(plain, steps), [9 + jump], `jump of ${jump} minutes`);
    }
  });

  it("is not kept quiet for years by a firing that a wrong clock dated ahead", () => {
    let state = initialRuleState(T0, { firedAtMs: T0 + 10 * 365 * 86_400_000, isRaised: false });
    const fired = minutes(0, 70).filter((m) => {
      const evolved = evolveRule(plain, state, [room(40, T0 + m * MINUTE)], T0 + m * MINUTE);
      state = evolved.state;
      return evolved.firing !== null;
    });
    assert.deepEqual(fired, [60]);
  });

  it("fires on silence of 5 minutes during a firing, counted from the last word heard", () => {
    const steps = minutes(0, 20).map((m) =>
      m <= 3 ? ([m, at(20), power(2_000)] as const) : ([m, power(2_000)] as const),
    );
    assert.deepEqual(firedMinutes(silent, steps), [8]);
  });

  it("counts silence from the start of the firing when the sensor was silent before", () => {
    const steps = minutes(0, 20).map((m) => [m, power(m < 10 ? 0 : 2_000)] as const);
    assert.deepEqual(firedMinutes(silent, steps), [15]);
  });

  it("treats stale and unknown readings as silence, and a live one as its end", () => {
    const stale = minutes(0, 20).map((m) => [m, at(20, { quality: "stale" }), power(2_000)] as const);
    assert.deepEqual(firedMinutes(silent, stale), [5]);
    const live = minutes(0, 20).map((m) => [m, at(20), power(2_000)] as const);
    assert.deepEqual(firedMinutes(silent, live), []);
  });

  it("fires inside its hours alone, across midnight and by the studio's own clock", () => {
    const night = Rule.parse({ ...plain, hours: { from: "21:00", to: "07:00", timeZone: "Europe/Berlin" } });
    // 08:00 UTC is 09:00 in Berlin; 20:00 UTC is 21:00, minute 720.
    const steps = minutes(700, 740).map((m) => [m, at(40)] as const);
    assert.deepEqual(firedMinutes(night, steps), [725]);
  });

  const step = fc.record({
    afterMs: fc.integer({ min: 0, max: MAX_ASK_GAP_MS + 5_000 }),
    value: fc.oneof(fc.constantFrom(20, 32, 33, 34, 35, 36, 40), fc.constant(null)),
    watts: fc.constantFrom(0, 99, 100, 2_000, null),
    quality: fc.constantFrom("live", "live", "live", "live", "simulated", "stale", "unknown"),
    isRoomHeard: fc.boolean(),
  });

  it("never fires early, twice within a cool-down, or on what is unknown or stale, whatever happens", () => {
    const hot = Rule.parse({ ...hotRoom, forSeconds: 60, coolDownSeconds: 120 });
    let firings = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 120 }), (steps) => {
        let state = initialRuleState(T0);
        let nowMs = T0;
        let brokenAtMs = T0;
        let firedAtMs = Number.NEGATIVE_INFINITY;
        for (const { afterMs, value, watts, quality, isRoomHeard } of steps) {
          if (afterMs > MAX_ASK_GAP_MS) brokenAtMs = nowMs + afterMs;
          nowMs += afterMs;
          const usable = quality === "live" || quality === "simulated";
          const readings = [kiln(watts, nowMs), ...(isRoomHeard ? [room(value, nowMs, { quality })] : [])];
          const evolved = evolveRule(hot, state, readings, nowMs);
          state = evolved.state;
          const firing: Firing | null = evolved.firing;
          const isBroken =
            watts === null || watts >= 100 || (isRoomHeard && (!usable || value === null || value <= 33));
          if (isBroken) brokenAtMs = nowMs;
          if (firing === null) continue;
          firings += 1;
          assert.equal(firing.watched?.quality === "live" || firing.watched?.quality === "simulated", true);
          assert.ok(nowMs - firing.sinceMs >= 60_000, "early by its own count");
          assert.ok(nowMs - brokenAtMs >= 60_000, "early by the test's count");
          assert.ok(nowMs - firedAtMs >= 120_000, "within the cool-down");
          firedAtMs = nowMs;
        }
      }),
      { numRuns: 400 },
    );
    assert.ok(firings > 0, "the property saw no firing at all");
  });
});
