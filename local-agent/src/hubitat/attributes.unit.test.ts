import assert from "node:assert/strict";
import { inspect } from "node:util";
import fc from "fast-check";
import { ATTRIBUTE_NAMES, isCalming, typeAttribute } from "./attributes.js";
import type { AttributeName } from "./attributes.js";

const UNITS = { temperatureUnit: "°C", pressureUnit: null } as const;

describe("local-agent/hubitat/attributes", () => {
  const KNOWN: [AttributeName, unknown, number | string, string | null][] = [
    ["temperature", "62.08", 62.08, "°C"],
    ["temperature", 21.4, 21.4, "°C"],
    ["temperature", " -3 ", -3, "°C"],
    ["temperature", "75.2 °F", 75.2, "°F"],
    ["temperature", "24C", 24, "°C"],
    ["humidity", "41", 41, "%"],
    ["battery", "76%", 76, "%"],
    ["battery", 0, 0, "%"],
    ["power", "0", 0, "W"],
    ["power", "1.1e4", 11_000, "W"],
    ["power", "-120 W", -120, "W"],
    ["energy", "5.25", 5.25, "kWh"],
    ["voltage", "239.6", 239.6, "V"],
    ["amperage", "40.5", 40.5, "A"],
    ["illuminance", 0, 0, "lux"],
    ["power", "11 kW", 11, "kW"],
    ["energy", "450 Wh", 450, "Wh"],
    ["amperage", "120mA", 120, "mA"],
    ["humidity", "41 %rh", 41, "%"],
    ["pressure", "1013", 1013, null],
    ["pressure", "29.9 inHg", 29.9, "inHg"],
    ["carbonDioxide", "640", 640, "ppm"],
    ["naturalGas", "clear", "clear", null],
    ["tamper", "detected", "detected", null],
    ["powerSource", "DC", "dc", null],
    ["door", "opening", "opening", null],
    ["contact", "Open", "open", null],
    ["lock", "unlocked with timeout", "unlocked with timeout", null],
    ["carbonMonoxide", "tested", "tested", null],
    ["presence", "not present", "not present", null],
  ];
  for (const [name, raw, value, unit] of KNOWN) {
    it(`reads ${name} ${JSON.stringify(raw)} as ${value} ${unit ?? "without a unit"}`, () => {
      assert.deepEqual(typeAttribute(name, raw, UNITS), { value, unit, isKnown: true });
    });
  }

  const UNKNOWN: [AttributeName, unknown, string | null][] = [
    ["temperature", null, null],
    ["temperature", undefined, null],
    ["temperature", "", null],
    ["temperature", "21,4", null],
    ["temperature", "N/A", null],
    ["temperature", "0x15", null],
    ["temperature", "99999", null],
    ["temperature", NaN, null],
    ["temperature", true, null],
    ["temperature", { value: 21 }, null],
    ["humidity", "101", null],
    ["humidity", "41 °C", null],
    ["battery", 255, null],
    ["battery", "-1", null],
    ["power", "PowerOn", null],
    ["power", "11 kWh", null],
    ["power", "1.1e4 MW", null],
    ["pressure", "29.9 in", null],
    ["powerSource", "unknown", null],
    ["door", "unknown", null],
    ["carbonMonoxide", null, null],
    ["lock", "unknown", null],
    ["contact", "Ajar", "Ajar"],
    ["smoke", "null", null],
    ["switch", 1, null],
  ];
  for (const [name, raw, value] of UNKNOWN) {
    it(`keeps ${name} ${inspect(raw)} unknown`, () => {
      const typed = typeAttribute(name, raw, UNITS);
      assert.equal(typed.isKnown, false);
      assert.equal(typed.value, value);
    });
  }

  it("takes the configured scale and pressure unit and converts nothing", () => {
    const units = { temperatureUnit: "°F", pressureUnit: "hPa" } as const;
    assert.deepEqual(typeAttribute("temperature", "63.99", units), { value: 63.99, unit: "°F", isKnown: true });
    assert.deepEqual(typeAttribute("pressure", "1013 hPa", units), { value: 1013, unit: "hPa", isKnown: true });
  });

  it("takes the unit that the device states before the configured one, and the one behind the number before both", () => {
    assert.deepEqual(typeAttribute("power", "1.2", UNITS, "kW"), { value: 1.2, unit: "kW", isKnown: true });
    assert.deepEqual(typeAttribute("temperature", 70, UNITS, "F"), { value: 70, unit: "°F", isKnown: true });
    assert.deepEqual(typeAttribute("temperature", "21 °C", UNITS, "°F"), { value: 21, unit: "°C", isKnown: true });
    assert.deepEqual(typeAttribute("humidity", "41", UNITS, "%rh"), { value: 41, unit: "%", isKnown: true });
    assert.deepEqual(typeAttribute("pressure", "101.3", UNITS, "kPa"), { value: 101.3, unit: "kPa", isKnown: true });
  });

  it("makes nothing of a number whose stated unit is of another quantity, and keeps ranges in any unit", () => {
    assert.deepEqual(typeAttribute("power", "11", UNITS, "°C"), { value: null, unit: "W", isKnown: false });
    assert.equal(typeAttribute("power", "1001", UNITS, "kW").isKnown, false);
    assert.equal(typeAttribute("voltage", "3000", UNITS, "mV").isKnown, true);
  });

  it("believes the all-clear of what people rely on from a GET alone", () => {
    const calming = ATTRIBUTE_NAMES.filter((name) =>
      ["clear", "dry", "closed", "locked"].some((word) => isCalming(name, word)),
    );
    assert.deepEqual(calming, ["contact", "water", "smoke", "carbonMonoxide", "naturalGas", "lock", "door", "tamper"]);
    assert.equal(isCalming("smoke", "tested"), false);
    assert.equal(isCalming("temperature", "clear"), false);
  });

  it("reads a number and its text as the same value, so that a poll does not look like a change", () => {
    fc.assert(
      fc.property(fc.double({ min: -50, max: 1_400, noNaN: true }), (value) => {
        const rounded = Math.round(value * 100) / 100;
        assert.deepEqual(
          typeAttribute("temperature", rounded, UNITS),
          typeAttribute("temperature", String(rounded), UNITS),
        );
      }),
    );
  });

  it("never makes a usable value out of what is not one of its words or a number", () => {
    const raw = fc.oneof(fc.string(), fc.jsonValue(), fc.constantFrom(null, undefined, Infinity));
    fc.assert(
      fc.property(fc.constantFrom(...ATTRIBUTE_NAMES), raw, (name, value) => {
        const typed = typeAttribute(name, value, UNITS);
        if (typed.isKnown)
          assert.match(
            inspect(value).replace(/^['"`]\s*/, ""),
            /^(-?\d|open|clos|act|inact|wet|dry|cl|te|de|lo|un|on|off|pre|not|ba|dc|ma)/i,
          );
        assert.ok(typeof typed.value !== "string" || typed.value.length <= 64);
      }),
    );
  });
});
