import assert from "node:assert/strict";
import * as fc from "fast-check";
import { FIRING_MAX_ZONES, FiringLog } from "../contracts/index.js";
import type { Firing } from "../contracts/index.js";
import { expectedCurve, programmedRateAt, targetOf } from "./firing-curve.js";
import { addSamples, findAlarms, openFiringLog, thinFiringLog, updateAlarms } from "./firing-log.js";
import type { KilnSample } from "./firing-log.js";

const START = Date.parse("2026-11-20T09:00:00.000Z");
const at = (seconds: number): string => new Date(START + seconds * 1_000).toISOString();

const aFiring: Firing = {
  firingId: "f-1",
  kilnId: "kiln-a",
  kilnName: "L&L",
  title: "Bisque",
  program: "bisque",
  cone: "04",
  status: "firing",
  startAt: at(0),
  endAt: at(36_000),
  peakTempC: null,
  batchIds: [],
  faultNote: null,
  attention: null,
  auditVersion: 1,
  lastEventId: "e-1",
};
const sample = (seconds: number, tempC: number, zone = "middle"): KilnSample => ({
  zone,
  observedAt: at(seconds),
  tempC,
});
/** Samples every 30 s from `from` until `to`, as this function of the time says. */
const course = (from: number, to: number, tempC: (seconds: number) => number, zone = "middle"): KilnSample[] =>
  Array.from({ length: Math.floor((to - from) / 30) + 1 }, (_, i) => sample(from + i * 30, tempC(from + i * 30), zone));
const logOf = (...samples: readonly KilnSample[]): FiringLog =>
  addSamples(openFiringLog(aFiring, at(0)), samples, at(0)) ?? openFiringLog(aFiring, at(0));
const codes = (log: FiringLog, seconds: number, isFiring = true): string[] =>
  findAlarms(log, at(seconds), isFiring).map(({ code }) => code);

describe("devices/firing-log: zones", () => {
  it("holds as many zones as a kiln can have, and no more, whatever an agent calls them", () => {
    const log = logOf(...Array.from({ length: 50 }, (_, n) => sample(30, 100, `zone-${n}`)));
    assert.equal(Object.keys(log.zones).length, FIRING_MAX_ZONES);
    assert.equal(addSamples(log, [sample(60, 100, "zone-49")], at(60)), null);
    assert.equal(addSamples(log, [sample(60, 101, "zone-0")], at(60))?.zones["zone-0"]?.[2], 101);
  });
});

describe("devices/firing-curve", () => {
  it("rises without a step back to the cone, for every program that has a curve, in a plausible time", () => {
    for (const [program, cone, targetC, hours] of [
      ["bisque", "04", 1063, [12, 15]],
      ["glaze", "6", 1222, [8, 9]],
      ["reduction", "10", 1285, [10, 12]],
      ["raku", "", 1000, [2, 4]],
    ] as const) {
      const curve = expectedCurve(program, cone);
      assert.equal(targetOf(curve), targetC);
      curve.slice(1).forEach((point, i) => {
        assert.ok(point.offsetS > curve[i]!.offsetS && point.tempC >= curve[i]!.tempC, `${program} ${i}`);
      });
      const took = (curve.at(-1)?.offsetS ?? 0) / 3_600;
      assert.ok(took >= hours[0] && took <= hours[1], `${program} takes ${took} h`);
    }
    assert.deepEqual(expectedCurve("custom", "6"), []);
    assert.deepEqual(expectedCurve("bisque", "cone 99"), []);
    assert.deepEqual(expectedCurve("glaze", "Cone 6"), expectedCurve("glaze", "6"));
  });

  it("says the rate of the ramp that passes a temperature, and none above the target", () => {
    const curve = expectedCurve("bisque", "04");
    assert.equal(Math.round(programmedRateAt(curve, 60) ?? 0), 45);
    assert.equal(Math.round(programmedRateAt(curve, 121) ?? 0), 111);
    assert.equal(Math.round(programmedRateAt(curve, 560) ?? 0), 56);
    assert.equal(programmedRateAt(curve, 1_063), null);
  });
});

describe("devices/firing-log", () => {
  it("puts each sample into its half minute once, in whatever order and however often it comes", () => {
    const samples = [sample(0, 20), sample(29, 99), sample(30, 21), sample(95, 23), sample(95, 30, "top")];
    const log = FiringLog.parse(logOf(...samples));
    assert.deepEqual(log.zones, { middle: [20, 21, null, 23], top: [null, null, null, 30] });
    assert.equal(log.lastSampleAt, at(95));
    assert.equal(addSamples(log, samples, at(100)), null);
    assert.equal(addSamples(log, [sample(-1, 20), sample(86_400, 20)], at(100)), null);
    fc.assert(
      fc.property(fc.shuffledSubarray(course(0, 600, (s) => s)), (some) => {
        const whole = logOf(...some);
        assert.deepEqual(addSamples(whole, some, at(1)), null);
        const sorted = [...some].sort((a, b) => (a.observedAt < b.observedAt ? -1 : 1));
        assert.deepEqual(logOf(...sorted).zones, whole.zones);
      }),
    );
  });

  it("has an alarm when it rises more than 1.5 times as fast as programmed, and none at exactly that", () => {
    const atRate = (perHour: number): FiringLog => logOf(...course(0, 1_200, (s) => 200 + (s / 3_600) * perHour));
    assert.deepEqual(codes(atRate(111 * 1.5), 1_200), []);
    assert.deepEqual(codes(atRate(111 * 1.5 + 3), 1_200), ["rate_too_fast"]);
    assert.deepEqual(codes(atRate(-400), 1_200), []);
    assert.deepEqual(codes(logOf(sample(0, 200), sample(240, 400)), 240), [], "four minutes are too few to tell");
  });

  it("has an alarm when zones are more than 28 °C apart for ten minutes without a break", () => {
    const apart = (degrees: number, seconds: number): FiringLog =>
      logOf(...course(0, seconds, () => 800), ...course(0, seconds, () => 800 + degrees, "top"));
    assert.deepEqual(codes(apart(28, 1_200), 1_200), []);
    assert.deepEqual(codes(apart(29, 1_200), 1_200), ["zone_spread"]);
    assert.deepEqual(codes(apart(29, 570), 570), []);
    const broken = [...course(0, 1_200, () => 800), ...course(0, 1_200, (s) => (s === 900 ? 805 : 840), "top")];
    assert.deepEqual(codes(logOf(...broken), 1_200), []);
  });

  it("has an alarm over the target by more than 15 °C, and without a sample for more than five minutes while it fires", () => {
    assert.deepEqual(codes(logOf(sample(0, 1_078)), 0), []);
    assert.deepEqual(codes(logOf(sample(0, 1_078.1)), 0), ["over_target"]);
    assert.deepEqual(codes(logOf(sample(0, 500)), 300), []);
    assert.deepEqual(codes(logOf(sample(0, 500)), 301), ["no_reading"]);
    assert.deepEqual(codes(logOf(sample(0, 500)), 301, false), []);
    assert.deepEqual(codes(logOf(), 301), ["no_reading"]);
  });

  it("raises an alarm once, clears it once it is over, and raises it again when it comes back", () => {
    const silent = findAlarms(logOf(), at(301), true);
    const first = updateAlarms(logOf(), silent, at(301));
    assert.deepEqual(
      first?.raised.map(({ code, value, bound }) => [code, value, bound]),
      [["no_reading", 5, 5]],
    );
    assert.equal(updateAlarms(first.log, silent, at(360)), null);
    const cleared = updateAlarms(first.log, [], at(400));
    assert.deepEqual([cleared?.raised, cleared?.log.alarms[0]?.clearedAt], [[], at(400)]);
    assert.equal(updateAlarms(cleared!.log, silent, at(900))?.log.alarms.length, 2);
  });

  it("thins to two minutes by means, and leaves gaps gaps", () => {
    const log = logOf(...course(0, 90, (s) => s), ...course(240, 270, () => 50));
    const thinned = FiringLog.parse(thinFiringLog(log, at(1)));
    assert.deepEqual([thinned.stepS, thinned.zones["middle"]], [120, [45, null, 50]]);
    assert.equal(thinFiringLog(thinned, at(2)), thinned);
  });
});
