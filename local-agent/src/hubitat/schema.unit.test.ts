import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { parseModes } from "./schema-place.js";
import { parseAllDevices, parseDeviceList } from "./schema.js";

const FIXTURES = new URL("../../../../shared/fixtures/hubitat/", import.meta.url);

function readFixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, FIXTURES), "utf8")) as unknown;
}

function aDevice(over: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: "12",
    name: "Generic Zigbee Sensor",
    label: "Kiln room",
    type: "Generic Zigbee Sensor",
    room: "Kilns",
    date: "2026-11-21T08:15:00+0000",
    model: null,
    manufacturer: null,
    capabilities: ["TemperatureMeasurement"],
    attributes: { temperature: "21.4", dataType: "ENUM", values: ["on", "off"] },
    commands: [{ command: "refresh" }],
    ...over,
  };
}

describe("local-agent/hubitat/schema", () => {
  it("takes id, label, room, capabilities, values and last activity out of devices/all", () => {
    assert.deepEqual(parseAllDevices([aDevice()]), {
      items: [
        {
          id: "12",
          name: "Kiln room",
          room: "Kilns",
          capabilities: ["TemperatureMeasurement"],
          values: new Map([["temperature", "21.4"]]),
          units: new Map(),
          isOffline: false,
          lastActivityMs: Date.UTC(2026, 10, 21, 8, 15),
        },
      ],
      skipped: 0,
    });
  });

  it("drops lock codes, names of people and everything else that is not read here", () => {
    const attributes = {
      lock: "locked",
      lockCodes: '{"1":{"name":"Ana","code":"480613"}}',
      lastCodeName: "Ana",
      codeChanged: "added",
      codeLength: "6",
      maxCodes: "30",
      ssid: "private",
    };
    const parsed = parseAllDevices([aDevice({ attributes, capabilities: ["Lock", "LockCodes"] })]);
    assert.deepEqual([...(parsed?.items[0]?.values.keys() ?? [])], ["lock"]);
    assert.doesNotMatch(JSON.stringify(parsed?.items.map((each) => [...each.values])), /480613|Ana/);
  });

  it("reads an offset with milliseconds, a null date and an unreadable one", () => {
    const dates = ["2026-08-11T07:09:07.070+0100", null, "yesterday", 5];
    const parsed = parseAllDevices(dates.map((date, index) => aDevice({ id: String(index + 1), date })));
    const expected = [Date.UTC(2026, 7, 11, 6, 9, 7, 70), null, null, null];
    assert.deepEqual(
      parsed?.items.map((each) => each.lastActivityMs),
      expected,
    );
  });

  it("accepts numbers for ids, keeps the first of two equal ids and skips entries without a usable one", () => {
    const body = [
      aDevice({ id: 12 }),
      aDevice({ label: "second" }),
      aDevice({ id: "5/on" }),
      aDevice({ id: 0 }),
      null,
      "x",
    ];
    const parsed = parseAllDevices(body);
    assert.deepEqual(
      parsed?.items.map((each) => [each.id, each.name]),
      [["12", "Kiln room"]],
    );
    assert.equal(parsed.skipped, 4);
  });

  it("falls back from label to name to the id, on one line and within 120 characters", () => {
    const names = [
      { id: "1", label: null, name: "Driver" },
      { id: "2", label: "", name: null },
      { id: "3", label: "a\u0000\nb", name: "x" },
      { id: "4", label: "é".repeat(500), name: "x" },
    ];
    assert.deepEqual(
      parseDeviceList(names)?.items.map((each) => each.name),
      ["Driver", "Device 2", "a b", "é".repeat(120)],
    );
  });

  it("keeps a device whose attributes or capabilities are missing", () => {
    const parsed = parseAllDevices([aDevice({ attributes: null, capabilities: "none" })]);
    assert.equal(parsed?.items[0]?.values.size, 0);
    assert.deepEqual(parsed.items[0].capabilities, []);
  });

  it("takes nothing from the prototype of an attribute object", () => {
    const body = JSON.parse('[{"id":"1","attributes":{"__proto__":{"lock":"unlocked"},"constructor":1}}]') as unknown;
    assert.equal(parseAllDevices(body)?.items[0]?.values.size, 0);
  });

  it("hears a driver that says offline", () => {
    const parsed = parseAllDevices([aDevice({ attributes: { temperature: "20", healthStatus: "offline" } })]);
    assert.equal(parsed?.items[0]?.isOffline, true);
  });

  for (const body of [null, {}, "[]", 5, [1, 2], [{ id: "x" }], Array.from({ length: 2_001 }, () => aDevice())]) {
    it(`says that ${JSON.stringify(body).slice(0, 30)} is no device list, instead of an empty one`, () => {
      assert.equal(parseAllDevices(body), null);
      assert.equal(parseDeviceList(body), null);
    });
  }

  it("reads an empty list as an answer: nothing is shared", () => {
    assert.deepEqual(parseAllDevices([]), { items: [], skipped: 0 });
  });

  it("reads modes with ids as text or number, and null as none", () => {
    const parsed = parseModes([
      { id: 1, name: "Day", active: true },
      { id: "2", name: "Night", active: null },
    ]);
    assert.deepEqual(parsed?.items, [
      { id: "1", name: "Day", isActive: true },
      { id: "2", name: "Night", isActive: false },
    ]);
    assert.deepEqual(parseModes(null), { items: [], skipped: 0 });
    assert.equal(parseModes({ modes: [] }), null);
  });

  it("never throws on JSON of any shape", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        for (const parse of [parseAllDevices, parseDeviceList, parseModes]) {
          parse(value);
          parse([value]);
          parse([{ id: "1", name: value, label: value, attributes: value, capabilities: value, date: value }]);
        }
      }),
    );
  });

  describe("with the recorded hub", function () {
    before(function () {
      // The recordings lie beside the repository and are absent from a plain clone.
      if (!existsSync(FIXTURES)) this.skip();
    });

    it("reads the nine devices of devices.json", () => {
      const parsed = parseDeviceList(readFixture("devices.json"));
      assert.equal(parsed?.skipped, 0);
      assert.deepEqual(
        parsed.items.map((each) => [each.id, each.name]),
        [
          ["6", "Office Door"],
          ["32", "Basement Leak Detector"],
          ["176", "Loft Fan"],
          ["514", "Hall Light"],
          ["710", "Office Sensor"],
          ["834", "Stove Light"],
          ["835", "Back Yard Light"],
          ["836", "Front Lights"],
          ["1192", "Hall Closet Door"],
        ],
      );
    });

    it("reads the three full records: attribute arrays, a switch listed twice, capabilities mixed with objects", () => {
      const records = Object.values(readFixture("device_details.json") as Record<string, unknown>);
      const parsed = parseAllDevices(records);
      const byId = new Map(parsed?.items.map((each) => [each.id, each]));
      assert.deepEqual([...(byId.get("32")?.values ?? [])].sort(), [
        ["battery", 66],
        ["temperature", 63.99],
        ["water", "dry"],
      ]);
      assert.deepEqual([...(byId.get("176")?.values ?? [])].sort(), [
        ["power", 0],
        ["switch", "off"],
      ]);
      assert.deepEqual(byId.get("6")?.capabilities, [
        "Battery",
        "ContactSensor",
        "Configuration",
        "Sensor",
        "TamperAlert",
      ]);
      assert.equal(byId.get("32")?.room, null);
    });

    it("reads the five modes, Day active", () => {
      const modes = parseModes(readFixture("modes.json"))?.items;
      assert.equal(modes?.length, 5);
      assert.deepEqual(
        modes.filter((mode) => mode.isActive),
        [{ id: "1", name: "Day", isActive: true }],
      );
    });
  });
});
