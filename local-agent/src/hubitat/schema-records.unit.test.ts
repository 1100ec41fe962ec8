import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { inspect } from "node:util";
import fc from "fast-check";
import { parseHsm, parseModes, parseRooms } from "./schema-place.js";
import { parseCommands, parseEvents } from "./schema-records.js";
import { parseCapabilities, parseDeviceDetails } from "./schema.js";

const FIXTURES = new URL("../../../../shared/fixtures/hubitat/", import.meta.url);
const areFixturesThere = existsSync(FIXTURES);

function readFixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, FIXTURES), "utf8")) as unknown;
}

const LOCK = {
  id: "108",
  name: "Generic Z-Wave Lock",
  label: "Front door",
  attributes: [
    { name: "lock", currentValue: "locked", dataType: "ENUM", values: ["locked", "unlocked"] },
    { name: "lockCodes", currentValue: '{"1":{"name":"Ana","code":"480613"}}', dataType: "JSON_OBJECT" },
    { name: "lastCodeName", currentValue: "Ana" },
    { name: "battery", currentValue: 57, unit: "%" },
  ],
  capabilities: ["Lock", { attributes: [{ name: "lock", dataType: null }] }, "LockCodes", "Battery"],
};

describe("local-agent/hubitat/schema-records", () => {
  it("takes values, stated units and capabilities out of devices/{id}, and counts what it drops", () => {
    const details = parseDeviceDetails(LOCK);
    assert.ok(details !== null);
    assert.deepEqual(details.capabilities, ["Lock", "LockCodes", "Battery"]);
    assert.deepEqual(
      [...details.values],
      [
        ["lock", "locked"],
        ["battery", 57],
      ],
    );
    assert.deepEqual([...details.units], [["battery", "%"]]);
    assert.deepEqual([details.otherAttributes, details.lastActivityMs, details.conflicting], [2, null, []]);
    assert.doesNotMatch(inspect(details, { depth: 9 }), /480613|Ana|lastCodeName|lockCodes/);
  });

  it("takes the first of two values of one attribute, and names the attribute when they differ", () => {
    const twice = (second: string) =>
      parseDeviceDetails({
        id: "176",
        attributes: [
          { name: "switch", currentValue: "off" },
          { name: "switch", currentValue: second },
        ],
      });
    assert.deepEqual([twice("off")?.values.get("switch"), twice("off")?.conflicting], ["off", []]);
    assert.deepEqual([twice("on")?.values.get("switch"), twice("on")?.conflicting], ["off", ["switch"]]);
  });

  for (const body of [null, [], "x", {}, { id: "0" }, { id: "5/on" }, { id: 5.5 }, { name: "no id" }]) {
    it(`says that ${JSON.stringify(body)} is no device`, () => assert.equal(parseDeviceDetails(body), null));
  }

  it("takes events of what is read here, in the hub's order, without descriptions or names of people", () => {
    const events = parseEvents([
      { device_id: "108", name: "lock", value: "unlocked", date: "2026-11-21T08:15:00+0000", isStateChange: true },
      { device_id: "108", name: "codeChanged", value: "Ana added", descriptionText: "Ana 480613" },
      { device_id: "101", name: "temperature", value: "21.4", unit: "°C", date: "2026-08-11T07:09:07.070+0100" },
      { device_id: "101", name: "humidity", value: 41, unit: "null", date: null, isStateChange: null },
      "nonsense",
    ]);
    assert.deepEqual(events, {
      items: [
        { attribute: "lock", raw: "unlocked", unit: null, atMs: Date.UTC(2026, 10, 21, 8, 15), isStateChange: true },
        {
          attribute: "temperature",
          raw: "21.4",
          unit: "°C",
          atMs: Date.UTC(2026, 7, 11, 6, 9, 7, 70),
          isStateChange: null,
        },
        { attribute: "humidity", raw: 41, unit: null, atMs: null, isStateChange: null },
      ],
      skipped: 2,
    });
    assert.equal(parseEvents({ error: "x" }), null);
    assert.deepEqual(parseEvents([]), { items: [], skipped: 0 });
  });

  it("names commands in both forms once, and capabilities in both forms", () => {
    assert.deepEqual(parseCommands([{ command: "on" }, { command: "off" }, "refresh", "refresh", {}]), [
      "on",
      "off",
      "refresh",
    ]);
    assert.deepEqual(parseCommands([]), []);
    assert.equal(parseCommands({ command: "on" }), null);
    assert.deepEqual(parseCapabilities(["Switch", { attributes: [] }, "Outlet"]), ["Switch", "Outlet"]);
    assert.deepEqual(parseCapabilities({ capabilities: ["Switch"] }), ["Switch"]);
    assert.equal(parseCapabilities("Switch"), null);
  });

  it("reads the alarm system's word, its absence, and nothing else", () => {
    assert.deepEqual(parseHsm({ hsm: "armedAway" }), { status: "armedAway" });
    assert.deepEqual(parseHsm({ hsm: null }), { status: null });
    for (const body of [{}, null, [], { hsm: 5 }, "armedAway"]) assert.equal(parseHsm(body), null);
  });

  it("reads rooms with their devices, and skips what has no name or no id", () => {
    assert.deepEqual(
      parseRooms([
        { id: 1, name: "Kiln room", deviceIds: [101, "103", "x", 0] },
        { id: "2", name: " Office\u0007 " },
        { id: 3, name: null },
      ]),
      {
        items: [
          { id: "1", name: "Kiln room", deviceIds: ["101", "103"] },
          { id: "2", name: "Office", deviceIds: [] },
        ],
        skipped: 1,
      },
    );
  });

  it("never throws and never lets a PIN through, whatever JSON a hub makes of it", () => {
    const pin = fc.constant("480613");
    const value = fc.oneof(fc.jsonValue({ maxDepth: 3 }), pin);
    const attribute = fc.record({
      name: fc.oneof(fc.constantFrom("lockCodes", "lastCodeName", "codeChanged", "__proto__", "pin"), fc.string()),
      currentValue: pin,
      unit: value,
    });
    const body = fc.oneof(
      value,
      fc.array(fc.record({ id: fc.constantFrom("5", 5, 0, null), name: value, value, command: value, hsm: value })),
      fc.record({ id: fc.constantFrom("5", 5), attributes: fc.array(attribute), capabilities: value, hsm: value }),
    );
    fc.assert(
      fc.property(body, (said) => {
        const details = parseDeviceDetails(said);
        assert.ok(details === null || ![...details.values.values()].includes("480613"));
        for (const parse of [parseEvents, parseCommands, parseCapabilities, parseHsm, parseRooms, parseModes])
          parse(said);
      }),
      { numRuns: 500 },
    );
  });

  if (!areFixturesThere) {
    it("is not tried on the recorded hub: the folder ../shared/fixtures is not there");
    return;
  }

  it("reads the recorded hub: three devices with array attributes, modes and the alarm system", () => {
    const recorded = Object.values(readFixture("device_details.json") as Record<string, unknown>);
    const read = recorded.map((body) => parseDeviceDetails(body));
    assert.deepEqual(
      read.map((details) => [
        details?.id,
        details?.capabilities.length,
        details?.otherAttributes,
        details?.conflicting,
      ]),
      [
        ["6", 5, 0, []],
        ["32", 6, 0, []],
        ["176", 6, 0, []],
      ],
    );
    assert.deepEqual(read[2]?.values.get("power"), 0);
    assert.deepEqual(parseHsm(readFixture("hsm.json")), { status: "armedAway" });
    assert.equal(parseModes(readFixture("modes.json"))?.items.length, 5);
  });
});
