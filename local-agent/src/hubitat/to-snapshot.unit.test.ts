import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import type { AttributeName } from "./attributes.js";
import { kindOfDevice } from "./device-kind.js";
import { parseModes } from "./schema-place.js";
import type { HubMode } from "./schema-place.js";
import { parseAllDevices } from "./schema.js";
import type { HubDevice } from "./schema.js";
import { placeStatus, toSnapshot } from "./to-snapshot.js";

const FIXTURES = new URL("../../../../shared/fixtures/hubitat/", import.meta.url);
const NOW = Date.UTC(2026, 10, 21, 14, 0);
const HOUR_MS = 3_600_000;
const CONFIG = { temperatureUnit: "°C", pressureUnit: null, silentAfterMs: 24 * HOUR_MS } as const;

function aHubDevice(values: [AttributeName, unknown][], over: Partial<HubDevice> = {}): HubDevice {
  return {
    id: "12",
    name: "Kiln room",
    room: null,
    capabilities: [],
    values: new Map(values),
    units: new Map(),
    isOffline: false,
    lastActivityMs: null,
    ...over,
  };
}

function qualitiesOf(device: HubDevice): string[] {
  return toSnapshot([device], CONFIG, NOW).readings.map((reading) => `${reading.attribute} ${reading.quality}`);
}

describe("local-agent/hubitat/to-snapshot", () => {
  it("gives a reading its device id, unit, source and the time at which the answer arrived", () => {
    assert.deepEqual(toSnapshot([aHubDevice([["temperature", "41.5"]])], CONFIG, NOW).readings, [
      {
        deviceId: "hubitat:12",
        attribute: "temperature",
        value: 41.5,
        unit: "°C",
        observedAt: "2026-11-21T14:00:00.000Z",
        source: "poll",
        quality: "live",
      },
    ]);
  });

  it("gives a promised attribute that is absent a reading of unknown, with null and not a default", () => {
    const device = aHubDevice([], { capabilities: ["WaterSensor", "Battery"] });
    assert.deepEqual(
      toSnapshot([device], CONFIG, NOW).readings.map(({ attribute, value, quality }) => [attribute, value, quality]),
      [
        ["battery", null, "unknown"],
        ["water", null, "unknown"],
      ],
    );
  });

  it("believes values of a device without a date, and of one silent for exactly 24 h", () => {
    assert.deepEqual(qualitiesOf(aHubDevice([["water", "dry"]])), ["water live"]);
    const atLimit = aHubDevice([["water", "dry"]], { lastActivityMs: NOW - 24 * HOUR_MS });
    assert.deepEqual(qualitiesOf(atLimit), ["water live"]);
  });

  it("marks values stale when the device is silent for over 24 h, offline, or at battery 0", () => {
    const silent = aHubDevice([["water", "dry"]], { lastActivityMs: NOW - 24 * HOUR_MS - 1 });
    assert.deepEqual(qualitiesOf(silent), ["water stale"]);
    assert.deepEqual(qualitiesOf(aHubDevice([["water", "dry"]], { isOffline: true })), ["water stale"]);
    const empty = aHubDevice([
      ["water", "dry"],
      ["battery", "0"],
      ["smoke", "odd"],
    ]);
    assert.deepEqual(qualitiesOf(empty), ["battery stale", "water stale", "smoke unknown"]);
  });

  const KINDS: [string, string[]][] = [
    ["lock", ["Battery", "Lock", "LockCodes"]],
    ["water_sensor", ["TemperatureMeasurement", "WaterSensor"]],
    ["smoke_detector", ["CarbonMonoxideDetector", "SmokeDetector"]],
    ["carbon_monoxide_detector", ["CarbonMonoxideDetector"]],
    ["contact_sensor", ["ContactSensor", "TemperatureMeasurement"]],
    ["power_meter", ["Switch", "PowerMeter", "Outlet"]],
    ["multi_sensor", ["MotionSensor", "TemperatureMeasurement"]],
    ["motion_sensor", ["MotionSensor", "Battery"]],
    ["temperature_sensor", ["TemperatureMeasurement", "RelativeHumidityMeasurement"]],
    ["switch", ["Switch", "Actuator"]],
    ["other", ["Actuator", "Refresh"]],
  ];
  for (const [kind, capabilities] of KINDS) {
    it(`calls ${capabilities.join(" + ")} a ${kind}`, () => assert.equal(kindOfDevice(capabilities), kind));
  }

  it("knows the mode only when exactly one is active", () => {
    const day = { id: "1", name: "Day", isActive: true };
    const night = { id: "2", name: "Night", isActive: false };
    const read = (modes: readonly HubMode[] | null) => {
      const reading = placeStatus({ modes }, NOW).readings[0];
      return [reading?.value, reading?.quality];
    };
    assert.deepEqual(read([day, night]), ["Day", "live"]);
    assert.deepEqual(read([night]), [null, "unknown"]);
    assert.deepEqual(read([day, { ...night, isActive: true }]), [null, "unknown"]);
    assert.deepEqual(read(null), [null, "unknown"]);
  });

  it("turns the recorded hub into typed readings", function () {
    if (!existsSync(FIXTURES)) this.skip();
    const load = (name: string) => JSON.parse(readFileSync(new URL(name, FIXTURES), "utf8")) as Record<string, unknown>;
    const devices = parseAllDevices(Object.values(load("device_details.json")))?.items ?? [];
    const snapshot = toSnapshot(devices, { ...CONFIG, temperatureUnit: "°F" }, NOW);
    assert.deepEqual(
      snapshot.devices.map(({ deviceId, kind, room }) => [deviceId, kind, room]),
      [
        ["hubitat:6", "contact_sensor", "Office"],
        ["hubitat:32", "water_sensor", null],
        ["hubitat:176", "power_meter", null],
      ],
    );
    assert.deepEqual(
      snapshot.readings.map(({ deviceId, attribute, value, unit }) => [deviceId, attribute, value, unit]),
      [
        ["hubitat:6", "battery", 100, "%"],
        ["hubitat:6", "contact", "open", null],
        ["hubitat:6", "tamper", "clear", null],
        ["hubitat:32", "temperature", 63.99, "°F"],
        ["hubitat:32", "battery", 66, "%"],
        ["hubitat:32", "water", "dry", null],
        ["hubitat:176", "power", 0, "W"],
        ["hubitat:176", "switch", "off", null],
      ],
    );
    assert.ok(snapshot.readings.every((reading) => reading.quality === "live"));
    assert.equal(placeStatus({ modes: parseModes(load("modes.json"))?.items ?? null }, NOW).readings[0]?.value, "Day");
  });
});
