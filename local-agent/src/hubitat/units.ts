/** A unit as it is said onwards, the spellings that hubs use for it, and its size in the first unit of its quantity. */
type Unit = readonly [unit: string, spellings: readonly string[], size: number];

/**
 * Units by quantity. A value keeps the unit it came with and is never converted; sizes serve the check of plausible ranges
 * alone. °F and °C share one range, and so do the units of pressure, which differ by sensor.
 */
const UNITS = {
  temperature: [
    ["°C", ["°c", "c", "celsius"], 1],
    ["°F", ["°f", "f", "fahrenheit"], 1],
  ],
  ratio: [["%", ["%", "%rh", "percent"], 1]],
  light: [["lux", ["lux", "lx"], 1]],
  pressure: [
    ["hPa", ["hpa"], 1],
    ["mbar", ["mbar", "mb", "millibars"], 1],
    ["kPa", ["kpa"], 1],
    ["inHg", ["inhg"], 1],
    ["mmHg", ["mmhg"], 1],
    ["psi", ["psi"], 1],
  ],
  power: [
    ["W", ["w", "watt", "watts"], 1],
    ["kW", ["kw"], 1_000],
  ],
  energy: [
    ["kWh", ["kwh"], 1],
    ["Wh", ["wh"], 0.001],
  ],
  voltage: [
    ["V", ["v", "volt", "volts"], 1],
    ["mV", ["mv"], 0.001],
  ],
  current: [
    ["A", ["a", "amp", "amps"], 1],
    ["mA", ["ma"], 0.001],
  ],
  concentration: [["ppm", ["ppm"], 1]],
} as const satisfies Readonly<Record<string, readonly Unit[]>>;

export type Quantity = keyof typeof UNITS;

/** Answers: which unit of this quantity is meant? null: none of them, so that the number means something else. */
export function unitOf(quantity: Quantity, spelling: string): { readonly unit: string; readonly size: number } | null {
  const lower = spelling.trim().toLowerCase();
  const units: readonly Unit[] = UNITS[quantity];
  const found = units.find(([, spellings]) => spellings.includes(lower));
  return found === undefined ? null : { unit: found[0], size: found[2] };
}
