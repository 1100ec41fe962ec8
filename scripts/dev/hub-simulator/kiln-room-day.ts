const DAY_SECONDS = 86_400;

/** A value that moves in straight lines between its points and wraps at midnight. */
interface Curve {
  readonly deviceId: string;
  readonly attribute: string;
  readonly unit: string;
  readonly decimals: number;
  /** Share of the value by which it trembles, so that readings look measured; zero stays exactly zero. */
  readonly tremble: number;
  readonly points: readonly (readonly [clock: string, value: number])[];
}

/** A word that holds from its point until the next one and wraps at midnight. */
interface Steps {
  readonly deviceId: string;
  readonly attribute: string;
  readonly points: readonly (readonly [clock: string, value: string])[];
}

/** From here to `HOT_ROOM_UNTIL` the kiln room is above 40 °C while both kilns draw 0 W. */
export const HOT_ROOM_FROM = "14:00";
export const HOT_ROOM_UNTIL = "17:20";

const KILN_A_POWER = [
  ["00:00", 9_600],
  ["03:30", 11_200],
  ["05:29", 11_400],
  ["05:30", 0],
  ["21:59", 0],
  ["22:00", 3_200],
  ["23:00", 7_400],
] as const;

/**
 * A day of the kiln room: kiln A fires from 22:00 to 05:30 and cools through the morning, which warms the room to 37 °C;
 * people come at 09:00; at 14:00 the room goes over 40 °C and stays there although no kiln draws power.
 */
const CURVES: readonly Curve[] = [
  curve("101", "temperature", "°C", 1, 0.004, [
    ["00:00", 30],
    ["03:00", 34.5],
    ["06:30", 37.4],
    ["09:00", 32],
    ["11:30", 25.5],
    ["13:40", 24.5],
    [HOT_ROOM_FROM, 41.5],
    ["14:30", 45.5],
    ["17:00", 46.2],
    [HOT_ROOM_UNTIL, 40.8],
    ["18:00", 33],
    ["20:00", 25],
    ["22:00", 24],
  ]),
  curve("101", "humidity", "%", 0, 0.01, [
    ["00:00", 34],
    ["06:30", 22],
    ["12:00", 41],
    [HOT_ROOM_FROM, 24],
    ["17:00", 19],
    ["20:00", 40],
  ]),
  curve("102", "temperature", "°C", 1, 0.003, [
    ["04:00", 18.2],
    ["10:00", 20.6],
    ["15:00", 22.1],
    ["21:00", 20],
  ]),
  curve("102", "humidity", "%", 0, 0.01, [
    ["05:00", 52],
    ["13:00", 58],
    ["19:00", 63],
  ]),
  curve("102", "illuminance", "lux", 0, 0.02, [
    ["06:30", 0],
    ["08:00", 140],
    ["12:30", 620],
    ["17:00", 210],
    ["21:00", 0],
  ]),
  curve("103", "power", "W", 0, 0.006, KILN_A_POWER),
  curve(
    "103",
    "amperage",
    "A",
    2,
    0.006,
    KILN_A_POWER.map(([clock, watts]) => [clock, watts / 240] as const),
  ),
  curve("104", "power", "W", 0, 0, [["00:00", 0]]),
  curve("104", "amperage", "A", 2, 0, [["00:00", 0]]),
  curve("109", "temperature", "°C", 1, 0.003, [
    ["04:00", 17.5],
    ["15:00", 20.4],
  ]),
  curve("112", "temperature", "°C", 1, 0.003, [
    ["04:00", 26],
    ["15:00", 29.5],
  ]),
  curve("112", "humidity", "%", 0, 0.01, [
    ["00:00", 46],
    ["10:00", 41],
    ["10:30", 72],
    ["16:00", 58],
  ]),
  curve("113", "temperature", "°C", 1, 0.005, [
    ["05:00", 6.2],
    ["14:30", 15.8],
    ["22:00", 9],
  ]),
];

const STEPS: readonly Steps[] = [
  steps("105", "contact", [
    ["05:30", "open"],
    ["22:00", "closed"],
  ]),
  steps("106", "contact", [["00:00", "open"]]),
  steps("107", "contact", [
    ["00:00", "closed"],
    ["08:56", "open"],
    ["08:58", "closed"],
    ["12:10", "open"],
    ["12:14", "closed"],
    ["21:12", "open"],
    ["21:13", "closed"],
  ]),
  steps("108", "lock", [
    ["00:00", "locked"],
    ["08:55", "unlocked"],
    ["21:14", "locked"],
  ]),
  steps("109", "water", [["00:00", "dry"]]),
  steps("110", "carbonMonoxide", [["00:00", "clear"]]),
  steps("111", "smoke", [["00:00", "clear"]]),
  steps("114", "switch", [
    ["08:30", "off"],
    ["22:00", "on"],
  ]),
  steps("190", "switch", [
    ["09:05", "on"],
    ["21:00", "off"],
  ]),
];

/** Which mode of the location holds when; ids are those of `MODES`. */
export const MODE_STEPS = steps("0", "mode", [
  ["00:00", "Night firing"],
  ["09:00", "Open studio"],
  ["21:15", "Closed"],
  ["22:00", "Night firing"],
]);

export interface ScriptedValue {
  readonly deviceId: string;
  readonly attribute: string;
  readonly value: string;
  readonly unit: string | null;
}

/**
 * Answers: what does every scripted sensor show at this moment? Pure: the same seconds give the same values.
 * `elapsedSeconds` counts from the first midnight, so that energy meters (kWh) keep counting from day to day.
 */
export function valuesAt(elapsedSeconds: number): ScriptedValue[] {
  const second = secondOfDay(elapsedSeconds);
  const measured = CURVES.map((each) => scripted(each, curveAt(each, second).toFixed(each.decimals), each.unit));
  const words = STEPS.map((each) => scripted(each, stepAt(each, second), null));
  const energy = CURVES.filter((each) => each.attribute === "power").map((each) =>
    scripted({ deviceId: each.deviceId, attribute: "energy" }, energyKwh(each, elapsedSeconds).toFixed(2), "kWh"),
  );
  return [...measured, ...words, ...energy];
}

/** Answers: what is the mode's name at this moment? */
export function modeAt(elapsedSeconds: number): string {
  return stepAt(MODE_STEPS, secondOfDay(elapsedSeconds));
}

/** Answers: how many seconds after midnight is `HH:MM` or `HH:MM:SS`? Throws on anything else. */
export function parseClock(clock: string): number {
  const match = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(clock);
  if (match === null) throw new Error(`expected a time of day such as 14:00 or 14:00:30, got ${JSON.stringify(clock)}`);
  return Number(match[1]) * 3_600 + Number(match[2]) * 60 + Number(match[3] ?? 0);
}

function curveAt(each: Curve, second: number): number {
  const value = untrembled(each, second);
  // 47 minutes: no divisor of an hour, so that the tremble never lines up with a rule's window.
  return value * (1 + each.tremble * Math.sin((2 * Math.PI * second) / (47 * 60)));
}

function untrembled(each: Curve, second: number): number {
  const points = each.points.map(([clock, value]) => ({ at: parseClock(clock), value }));
  const first = requirePoint(points[0]);
  const last = requirePoint(points.at(-1));
  const before = points.findLast((point) => point.at <= second) ?? { at: last.at - DAY_SECONDS, value: last.value };
  const after = points.find((point) => point.at > second) ?? { at: first.at + DAY_SECONDS, value: first.value };
  const span = after.at - before.at;
  return before.value + ((after.value - before.value) * (second - before.at)) / span;
}

/** Energy is the area under the power curve, without its tremble; whole days count at their full area. */
function energyKwh(power: Curve, elapsedSeconds: number): number {
  const days = Math.floor(elapsedSeconds / DAY_SECONDS);
  return (days * wattSeconds(power, DAY_SECONDS) + wattSeconds(power, secondOfDay(elapsedSeconds))) / 3_600_000;
}

function wattSeconds(power: Curve, untilSecond: number): number {
  const inner = power.points.map(([clock]) => parseClock(clock)).filter((at) => at > 0 && at < untilSecond);
  const stops = [0, ...inner, untilSecond];
  let area = 0;
  for (let i = 1; i < stops.length; i += 1) {
    const from = stops[i - 1] ?? 0;
    const to = stops[i] ?? 0;
    area += ((untrembled(power, from) + untrembled(power, Math.max(from, to - 1e-6))) / 2) * (to - from);
  }
  return area;
}

function stepAt(each: Steps, second: number): string {
  const current = each.points.findLast(([clock]) => parseClock(clock) <= second) ?? each.points.at(-1);
  return requirePoint(current)[1];
}

function scripted(
  of: { readonly deviceId: string; readonly attribute: string },
  value: string,
  unit: string | null,
): ScriptedValue {
  return { deviceId: of.deviceId, attribute: of.attribute, value, unit };
}

function secondOfDay(elapsedSeconds: number): number {
  return ((elapsedSeconds % DAY_SECONDS) + DAY_SECONDS) % DAY_SECONDS;
}

function requirePoint<T>(point: T | undefined): T {
  if (point === undefined) throw new Error("a script needs at least one point");
  return point;
}

function curve(
  deviceId: string,
  attribute: string,
  unit: string,
  decimals: number,
  tremble: number,
  points: Curve["points"],
): Curve {
  return { deviceId, attribute, unit, decimals, tremble, points };
}

function steps(deviceId: string, attribute: string, points: Steps["points"]): Steps {
  return { deviceId, attribute, points };
}
