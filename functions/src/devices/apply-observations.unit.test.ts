import assert from "node:assert/strict";
import fc from "fast-check";
import { AGENT_ID, NOW, anObservation, at, observations } from "../../test/support/uplink-fixtures.js";
import { Device, MAX_CLOCK_SKEW_MS } from "../contracts/index.js";
import type { Observation } from "../contracts/index.js";
import { DEVICE_MAX_READINGS, applyObservations } from "./apply-observations.js";
import type { Arrival } from "./apply-observations.js";

const onTime: Arrival = { agentId: AGENT_ID, receivedAt: NOW, isLate: false, sentAt: NOW };
const late: Arrival = { ...onTime, isLate: true };

type Stored = ReadonlyMap<string, Device>;
const NOTHING: Stored = new Map();

function store(before: Stored, list: readonly Observation[], arrival: Arrival = onTime): Stored {
  const changed = applyObservations(before, observations(...list), arrival);
  return new Map([...before, ...changed.map((device) => [device.deviceId, Device.parse(device)] as const)]);
}

function temperatureOf(stored: Stored): Device["readings"][string] {
  const reading = stored.get("hubitat:12")?.readings["temperature"];
  assert.ok(reading);
  return reading;
}

describe("devices/apply-observations", () => {
  it("makes a device out of its first reading, with the name that came along", () => {
    const device = store(NOTHING, [anObservation()]).get("hubitat:12");
    assert.equal(device?.name, "Kiln room");
    assert.equal(device.lastSeenAt, at(-5_000));
    const { value, unit, observedAt, source } = anObservation();
    assert.deepEqual(device.readings, {
      temperature: { value, unit, observedAt, receivedAt: NOW, source, quality: "live" },
    });
  });

  it("names a device that nobody described by its id", () => {
    assert.equal(store(NOTHING, [anObservation({ deviceId: "roborock:a1" })]).get("roborock:a1")?.name, "roborock:a1");
  });

  it("lets the newest observation win whatever order they arrive in", () => {
    const minute = fc.integer({ min: 0, max: 40 });
    const readings = fc.uniqueArray(minute, { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(readings, fc.infiniteStream(fc.boolean()), (minutes, areLate) => {
        const stored = minutes.reduce<Stored>((before, ago) => {
          const observation = anObservation({ value: ago, observedAt: at(-ago * 60_000) });
          return store(before, [observation], areLate.next().value === true ? late : onTime);
        }, NOTHING);
        assert.equal(temperatureOf(stored).value, Math.min(...minutes));
      }),
    );
  });

  it("returns only devices that change, so that an older reading costs no write", () => {
    const before = store(NOTHING, [anObservation({ observedAt: at(-5_000) })]);
    assert.deepEqual(applyObservations(before, observations(anObservation({ observedAt: at(-6_000) })), onTime), []);
    assert.deepEqual(
      applyObservations(before, observations(anObservation({ value: 7, observedAt: at(-5_000) })), onTime),
      [],
    );
  });

  it("keeps the attributes that an envelope says nothing about", () => {
    const before = store(NOTHING, [anObservation()]);
    const after = store(before, [anObservation({ attribute: "humidity", value: 40, unit: "%" })]);
    assert.deepEqual(Object.keys(after.get("hubitat:12")?.readings ?? {}).sort(), ["humidity", "temperature"]);
  });

  it("never lets a late reading be live", () => {
    assert.equal(temperatureOf(store(NOTHING, [anObservation()], late)).quality, "stale");
    assert.equal(temperatureOf(store(NOTHING, [anObservation({ quality: "simulated" })], late)).quality, "simulated");
  });

  it("calls a reading stale that is older than its kind of sensor allows: temperature 120 s, lock 600 s", () => {
    const qualityAt = (attribute: string, ageMs: number): unknown =>
      store(NOTHING, [anObservation({ attribute, observedAt: at(-ageMs) })]).get("hubitat:12")?.readings[attribute]
        ?.quality;
    assert.equal(qualityAt("temperature", 120_000), "live");
    assert.equal(qualityAt("temperature", 120_001), "stale");
    assert.equal(qualityAt("lock", 600_000), "live");
    assert.equal(qualityAt("lock", 600_001), "stale");
  });

  it("calls a reading without a value unknown", () => {
    assert.equal(temperatureOf(store(NOTHING, [anObservation({ value: null })])).quality, "unknown");
  });

  it("does not let a device clock that runs ahead block the readings after it", () => {
    const ahead = store(NOTHING, [anObservation({ value: 1, observedAt: "2031-01-01T00:00:00.000Z" })]);
    assert.deepEqual([temperatureOf(ahead).observedAt, temperatureOf(ahead).quality], [NOW, "unknown"]);
    const next = store(ahead, [anObservation({ value: 2, observedAt: at(1_000) })], {
      ...onTime,
      receivedAt: at(2_000),
    });
    assert.deepEqual([temperatureOf(next).value, temperatureOf(next).quality], [2, "live"]);
    const slightly = store(NOTHING, [anObservation({ observedAt: at(MAX_CLOCK_SKEW_MS) })]);
    assert.equal(temperatureOf(slightly).quality, "live");
  });

  it("takes the newest of several readings of one attribute in one envelope", () => {
    const list = [3, 1, 2].map((ago) => anObservation({ value: ago, observedAt: at(-ago * 1_000) }));
    assert.equal(temperatureOf(store(NOTHING, list)).value, 1);
  });

  it("does not let an old envelope bring an old name back", () => {
    const before = store(NOTHING, [anObservation({ observedAt: at(-5_000) })]);
    const payload = observations(anObservation({ attribute: "humidity", observedAt: at(-60_000) }));
    const [device] = applyObservations(
      before,
      { ...payload, devices: [{ ...payload.devices[0]!, name: "Old name" }] },
      late,
    );
    assert.equal(device?.name, "Kiln room");
    assert.equal(device.lastSeenAt, at(-5_000));
  });

  it("keeps attributes apart that are called like what every object has", () => {
    const list = ["constructor", "toString", "valueOf"].map((attribute) =>
      anObservation({ attribute, value: attribute }),
    );
    const stored = store(NOTHING, list).get("hubitat:12");
    assert.deepEqual(Object.keys(stored?.readings ?? {}).sort(), ["constructor", "toString", "valueOf"]);
  });

  it("bounds a device to its newest readings", () => {
    const batches = Array.from({ length: 5 }, (_, batch) =>
      Array.from({ length: 50 }, (_, index) =>
        anObservation({ attribute: `a${batch * 50 + index}`, observedAt: at(-300_000 + (batch * 50 + index) * 1_000) }),
      ),
    );
    const stored = batches.reduce<Stored>((before, batch) => store(before, batch), NOTHING).get("hubitat:12");
    const names = Object.keys(stored?.readings ?? {});
    assert.equal(names.length, DEVICE_MAX_READINGS);
    assert.ok(names.includes("a249") && !names.includes("a0"));
  });
});
