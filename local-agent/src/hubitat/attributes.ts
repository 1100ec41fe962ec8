import type { HubitatConfig } from "./hubitat-config.js";

/** How one attribute is read: a number with its unit and plausible range, or a word out of a closed set. */
type AttributeRule =
  | {
      readonly type: "number";
      readonly capability: string;
      /** A unit, or the name of the configuration entry that says it. */
      readonly unit: string;
      readonly min: number;
      readonly max: number;
    }
  | { readonly type: "word"; readonly capability: string; readonly words: readonly string[] };

/**
 * The attributes that are read, by the capability that brings them (vendor's capability list). Anything else a hub lists
 * is not looked at. Ranges are those of plausible readings, not of alarms: a kiln thermocouple reaches 1,400 °C (2,552 °F).
 */
export const ATTRIBUTES = {
  temperature: number("TemperatureMeasurement", "temperatureUnit", -80, 2_600),
  humidity: number("RelativeHumidityMeasurement", "%", 0, 100),
  illuminance: number("IlluminanceMeasurement", "lux", 0, 200_000),
  pressure: number("PressureMeasurement", "pressureUnit", 0, 200_000),
  // A clamp around a feed-in line reads negative.
  power: number("PowerMeter", "W", -1_000_000, 1_000_000),
  energy: number("EnergyMeter", "kWh", -10_000_000, 10_000_000),
  voltage: number("VoltageMeasurement", "V", 0, 1_000),
  amperage: number("CurrentMeter", "A", -5_000, 5_000),
  // Some drivers write 255 or -1 for "unknown".
  battery: number("Battery", "%", 0, 100),
  contact: word("ContactSensor", ["open", "closed"]),
  motion: word("MotionSensor", ["active", "inactive"]),
  water: word("WaterSensor", ["wet", "dry"]),
  smoke: word("SmokeDetector", ["clear", "tested", "detected"]),
  carbonMonoxide: word("CarbonMonoxideDetector", ["clear", "tested", "detected"]),
  lock: word("Lock", ["locked", "unlocked", "unlocked with timeout"]),
  switch: word("Switch", ["on", "off"]),
  presence: word("PresenceSensor", ["present", "not present"]),
} as const satisfies Readonly<Record<string, AttributeRule>>;

export type AttributeName = keyof typeof ATTRIBUTES;
export const ATTRIBUTE_NAMES = Object.keys(ATTRIBUTES) as readonly AttributeName[];

/** A value as it was understood; `isKnown: false` keeps an unknown word as text and never turns it into a safe one. */
export interface TypedValue {
  readonly value: number | string | null;
  readonly unit: string | null;
  readonly isKnown: boolean;
}

const PLAIN_NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/;
const NUMBER_WITH_UNIT = /^(-?\d+(?:\.\d+)?)\s*([°%a-zA-Z]{1,5})$/;
const NO_VALUE: ReadonlySet<string> = new Set(["", "null", "unknown", "n/a"]);
const MAX_NUMBER_CHARS = 40;
const MAX_WORD_CHARS = 64;

type Units = Pick<HubitatConfig, "temperatureUnit" | "pressureUnit">;

/**
 * Answers: what does this raw value of a hub mean? Numbers come as numbers or as text; text with the attribute's own unit
 * behind it is read, and a temperature that names its scale keeps that scale. A comma, another unit, a value out of
 * range, null and the words for "nothing" are no value: never 0, never "off", never "dry".
 */
export function typeAttribute(name: AttributeName, raw: unknown, units: Units): TypedValue {
  const rule: AttributeRule = ATTRIBUTES[name];
  return rule.type === "word" ? typeWord(raw, rule.words) : typeNumber(raw, rule, units);
}

function typeNumber(raw: unknown, rule: AttributeRule & { type: "number" }, units: Units): TypedValue {
  const configured = configuredUnit(rule.unit, units);
  const read = readNumber(raw);
  const unit = read?.suffix === null ? configured : unitOfSuffix(read?.suffix, rule.unit, configured);
  const isUsable = read !== null && unit !== undefined && read.number >= rule.min && read.number <= rule.max;
  return isUsable
    ? // Adding zero turns -0 into 0: the two must not look like a change.
      { value: read.number + 0, unit, isKnown: true }
    : { value: null, unit: unit ?? configured, isKnown: false };
}

function typeWord(raw: unknown, words: readonly string[]): TypedValue {
  const text = typeof raw === "string" ? raw.trim() : "";
  const lower = text.toLowerCase();
  if (words.includes(lower)) return { value: lower, unit: null, isKnown: true };
  return { value: NO_VALUE.has(lower) ? null : text.slice(0, MAX_WORD_CHARS), unit: null, isKnown: false };
}

function readNumber(raw: unknown): { readonly number: number; readonly suffix: string | null } | null {
  if (typeof raw === "number") return Number.isFinite(raw) ? { number: raw, suffix: null } : null;
  if (typeof raw !== "string" || raw.length > MAX_NUMBER_CHARS) return null;
  const text = raw.trim();
  if (PLAIN_NUMBER.test(text)) return { number: Number(text), suffix: null };
  const parts = NUMBER_WITH_UNIT.exec(text);
  return parts === null ? null : { number: Number(parts[1]), suffix: (parts[2] ?? "").toLowerCase() };
}

/** undefined: the value names a unit that is not this attribute's, so that the number means something else. */
function unitOfSuffix(
  suffix: string | undefined,
  ruleUnit: string,
  configured: string | null,
): string | null | undefined {
  if (suffix === undefined) return undefined;
  if (ruleUnit === "temperatureUnit") {
    if (suffix === "°c" || suffix === "c") return "°C";
    return suffix === "°f" || suffix === "f" ? "°F" : undefined;
  }
  return suffix === configured?.toLowerCase() ? configured : undefined;
}

function configuredUnit(unit: string, units: Units): string | null {
  if (unit === "temperatureUnit") return units.temperatureUnit;
  return unit === "pressureUnit" ? units.pressureUnit : unit;
}

function number(capability: string, unit: string, min: number, max: number) {
  return { type: "number", capability, unit, min, max } as const;
}

function word(capability: string, words: readonly string[]) {
  return { type: "word", capability, words } as const;
}
