import type { DeviceDescriptor, Observation } from "@studio-os/functions/contracts";

const MIDNIGHT = Date.parse("2026-11-21T07:00:00.000Z"); // 00:00 in Phoenix, which knows no summer time
const MINUTE_MS = 60_000;
const POLL_MS = 100_000;

type Value = number | string;
/** From this minute of the day on; null: the device says nothing. */
type Course = readonly (readonly [minute: number, value: Value | null])[];

const at = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));

/**
 * A day by the wall of the studio, on which each rule of `examples/rules.json` has one cause and one near miss: the kiln
 * fires until 05:30 and its room's sensor falls silent at 03:12; the drying room is dry from 09:00; the kiln room is hot
 * with no kiln on from 14:00; it leaks at 15:29:30; the brush is worn from 17:30; the door stands open from 21:15.
 */
const COURSES: readonly (readonly [device: string, attribute: string, unit: string | null, course: Course])[] = [
  [
    "hubitat:12",
    "temperature",
    "°C",
    [
      [0, 34],
      [at("02:00"), 42], // hot, and the kiln is on
      [at("03:12"), null],
      [at("03:40"), 38],
      [at("06:00"), 25],
      [at("12:00"), 40.5],
      [at("12:04"), 38], // hot, for four minutes
      [at("14:00"), 44],
      [at("16:00"), 30],
    ],
  ],
  [
    "hubitat:13",
    "power",
    "W",
    [
      [0, 9_600],
      [at("05:30"), 0],
    ],
  ],
  [
    "hubitat:14",
    "water",
    null,
    [
      [0, "dry"],
      [at("15:29") + 0.5, "wet"],
      [at("16:10"), "dry"],
    ],
  ],
  [
    "hubitat:15",
    "contact",
    null,
    [
      [0, "closed"],
      [at("10:00"), "open"], // open while people are there
      [at("19:00"), "closed"],
      [at("21:15"), "open"],
    ],
  ],
  [
    "hubitat:16",
    "humidity",
    "%",
    [
      [0, 52],
      [at("09:00"), 31],
      [at("12:30"), 37],
      [at("13:00"), 50],
    ],
  ],
  [
    "roborock:1a2b3c4d5e",
    "mainBrushLifePct",
    "%",
    [
      [0, 6],
      [at("17:30"), 4],
    ],
  ],
];

const NAMES: readonly DeviceDescriptor[] = [
  { deviceId: "hubitat:12", name: "Kiln room climate", kind: "sensor", room: "Kiln room" },
  { deviceId: "hubitat:15", name: "Back door", kind: "contact", room: "Kiln room" },
];

/** The day as a recording: one line for each device and each reading, polled every 100 s. */
export function kilnRoomDay(): string[] {
  const lines: { atMs: number; text: string }[] = NAMES.map((it) => ({ atMs: 0, text: JSON.stringify(it) }));
  for (const [deviceId, attribute, unit, course] of COURSES) {
    for (let atMs = 0; atMs < 24 * 60 * MINUTE_MS; atMs += POLL_MS) {
      const value = course.findLast(([minute]) => minute * MINUTE_MS <= atMs)?.[1] ?? null;
      if (value === null) continue;
      const observedAt = new Date(MIDNIGHT + atMs).toISOString();
      const reading: Observation = { deviceId, attribute, value, unit, observedAt, source: "poll", quality: "live" };
      lines.push({ atMs, text: JSON.stringify(reading) });
    }
  }
  return lines.sort((a, b) => a.atMs - b.atMs).map(({ text }) => text);
}
