import type { HubitatConfig } from "./hubitat-config.js";
import { unitOf } from "./units.js";
import type { Quantity } from "./units.js";

/** How one attribute is read: a number with its quantity and plausible range, or a word out of a closed set. */
type AttributeRule =
  | {
      readonly type: "number";
      readonly capability: string;
      readonly quantity: Quantity;
      /** The unit where nobody says one; or the name of the configuration entry that says it. */
      readonly unit: string | null;
      readonly min: number;
      readonly max: number;
    }
  | {
      readonly type: "word";
      readonly capability: string;
      readonly words: readonly string[];
      /** The word that says that nothing is wrong, where people rely on it; a forged event must not be able to say it. */
      readonly calm?: string;
    };

/**
 * The attributes that are read, by the capability that brings them (vendor's capability list). Anything else a hub lists
 * is not looked at. Ranges are those of plausible readings, not of alarms: a kiln thermocouple reaches 1,400 °C (2,552 °F).
 */
export const ATTRIBUTES = {
  temperature: number("TemperatureMeasurement", "temperature", "temperatureUnit", -80, 2_600),
  humidity: number("RelativeHumidityMeasurement", "ratio", "%", 0, 100),
  illuminance: number("IlluminanceMeasurement", "light", "lux", 0, 200_000),
  pressure: number("PressureMeasurement", "pressure", "pressureUnit", 0, 200_000),
  // A clamp around a feed-in line reads negative.
  power: number("PowerMeter", "power", "W", -1_000_000, 1_000_000),
  energy: number("EnergyMeter", "energy", "kWh", -10_000_000, 10_000_000),
  voltage: number("VoltageMeasurement", "voltage", "V", 0, 1_000),
  amperage: number("CurrentMeter", "current", "A", -5_000, 5_000),
  // Some drivers write 255 or -1 for "unknown".
  battery: number("Battery", "ratio", "%", 0, 100),
  carbonDioxide: number("CarbonDioxideMeasurement", "concentration", "ppm", 0, 50_000),
  contact: word("ContactSensor", ["open", "closed"], "closed"),
  motion: word("MotionSensor", ["active", "inactive"]),
  water: word("WaterSensor", ["wet", "dry"], "dry"),
  // "tested" is neither an alarm nor the all-clear.
  smoke: word("SmokeDetector", ["clear", "tested", "detected"], "clear"),
  carbonMonoxide: word("CarbonMonoxideDetector", ["clear", "tested", "detected"], "clear"),
  naturalGas: word("GasDetector", ["clear", "tested", "detected"], "clear"),
  lock: word("Lock", ["locked", "unlocked", "unlocked with timeout"], "locked"),
  door: word("GarageDoorControl", ["open", "closed", "opening", "closing"], "closed"),
  valve: word("Valve", ["open", "closed"]),
  switch: word("Switch", ["on", "off"]),
  presence: word("PresenceSensor", ["present", "not present"]),
  acceleration: word("AccelerationSensor", ["active", "inactive"]),
  shock: word("ShockSensor", ["clear", "detected"]),
  sound: word("SoundSensor", ["detected", "not detected"]),
  tamper: word("TamperAlert", ["clear", "detected"], "clear"),
  powerSource: word("PowerSource", ["battery", "dc", "mains"]),
} as const satisfies Readonly<Record<string, AttributeRule>>;

export type AttributeName = keyof typeof ATTRIBUTES;
export const ATTRIBUTE_NAMES = Object.keys(ATTRIBUTES) as readonly AttributeName[];

export function isAttributeName(name: unknown): name is AttributeName {
  return typeof name === "string" && Object.hasOwn(ATTRIBUTES, name);
}

/** Answers: does this value say that all is well where people rely on it? Such a word is believed from a GET alone. */
export function isCalming(name: AttributeName, value: unknown): boolean {
  const rule: AttributeRule = ATTRIBUTES[name];
  return rule.type === "word" && rule.calm !== undefined && rule.calm === value;
}

/** Answers: is this attribute a number with a unit, which a device may tell often? */
export function isNumeric(name: AttributeName): boolean {
  return ATTRIBUTES[name].type === "number";
}

/** A value as it was understood; `isKnown: false` keeps an unknown word as text and never turns it into a safe one. */
export interface TypedValue {
  readonly value: number | string | null;
  readonly unit: string | null;
  readonly isKnown: boolean;
}

const PLAIN_NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/;
const NUMBER_WITH_UNIT = /^(-?\d+(?:\.\d+)?)\s*([°%a-zA-Z]{1,10})$/;
const NO_VALUE: ReadonlySet<string> = new Set(["", "null", "unknown", "n/a"]);
const MAX_NUMBER_CHARS = 40;
const MAX_WORD_CHARS = 64;

type Units = Pick<HubitatConfig, "temperatureUnit" | "pressureUnit">;

/**
 * Answers: what does this raw value of a hub mean? Numbers come as numbers or as text. The unit is the one written behind
 * the number, else the one the device stated (`statedUnit`), else the configured one. A comma, a unit of another quantity,
 * a value out of range, null and the words for "nothing" are no value: never 0, never "off", never "dry".
 */
export function typeAttribute(
  name: AttributeName,
  raw: unknown,
  units: Units,
  statedUnit: string | null = null,
): TypedValue {
  const rule: AttributeRule = ATTRIBUTES[name];
  return rule.type === "word" ? typeWord(raw, rule.words) : typeNumber(raw, rule, units, statedUnit);
}

function typeNumber(
  raw: unknown,
  rule: AttributeRule & { type: "number" },
  units: Units,
  statedUnit: string | null,
): TypedValue {
  const read = readNumber(raw);
  const spelling = read?.suffix ?? statedUnit ?? configuredUnit(rule.unit, units);
  // Only pressure may have no unit at all; a configured one that is in no list is the operator's own word.
  const meant = spelling === null ? null : unitOf(rule.quantity, spelling);
  const unit = meant?.unit ?? (spelling === configuredUnit(rule.unit, units) ? spelling : undefined);
  const size = meant?.size ?? 1;
  const isUsable =
    read !== null && unit !== undefined && read.number * size >= rule.min && read.number * size <= rule.max;
  return isUsable
    ? // Adding zero turns -0 into 0: the two must not look like a change.
      { value: read.number + 0, unit, isKnown: true }
    : { value: null, unit: unit ?? configuredUnit(rule.unit, units), isKnown: false };
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
  return parts === null ? null : { number: Number(parts[1]), suffix: parts[2] ?? "" };
}

function configuredUnit(unit: string | null, units: Units): string | null {
  if (unit === "temperatureUnit") return units.temperatureUnit;
  return unit === "pressureUnit" ? units.pressureUnit : unit;
}

function number(capability: string, quantity: Quantity, unit: string, min: number, max: number) {
  return { type: "number", capability, quantity, unit, min, max } as const;
}

function word(capability: string, words: readonly string[], calm?: string) {
  return { type: "word", capability, words, ...(calm !== undefined && { calm }) } as const;
}
