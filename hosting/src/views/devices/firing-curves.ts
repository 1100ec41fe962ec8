import type { CurvePoint, FiringLog } from "@studio-os/functions/contracts";

/** Size of the drawing in its own units, and how many hours are named; the page scales it. */
export interface ChartSize {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly hours: number;
}
export const CHART: ChartSize = { width: 720, height: 260, left: 48, right: 64, top: 10, bottom: 24, hours: 10 };
/** As wide as a phone, so that what is written in it stays readable there. */
export const SMALL_CHART: ChartSize = { width: 330, height: 240, left: 46, right: 52, top: 10, bottom: 24, hours: 4 };
/** Least distance between the names of two zones at the right edge, in the drawing's units. */
const NAME_HEIGHT = 13;
/** Samples further apart than this are not joined: nothing was heard between them. Seconds. */
const GAP_AFTER_S = 150;
const HOUR_S = 3_600;
/** Room above the highest value, in °C. */
const HEADROOM_C = 40;

export interface FiringCurves {
  readonly size: ChartSize;
  /** SVG path data; empty where there is nothing to draw. */
  readonly expected: string;
  readonly zones: readonly {
    readonly zone: string;
    readonly path: string;
    readonly lastC: number;
    /** How long before the newest sample of all zones this one was heard last; null: no longer than a gap. Minutes. */
    readonly behindMinutes: number | null;
    /** Where its name stands, right of its last sample. */
    readonly name: { readonly x: number; readonly y: number };
  }[];
  readonly hours: readonly { readonly x: number; readonly label: string }[];
  readonly degrees: readonly { readonly y: number; readonly label: string }[];
  /** Where an alarm was raised. */
  readonly alarms: readonly { readonly x: number; readonly code: string }[];
  /** Where nothing at all was heard, as pieces of the axis. */
  readonly gaps: readonly { readonly x: number; readonly width: number }[];
  /** The whole of the axis, in seconds since the start. */
  readonly lastS: number;
  /** Where a moment lies on the axis. */
  readonly xOf: (offsetS: number) => number;
  /** How long nothing was heard between samples, the longest first, in whole minutes. */
  readonly gapMinutes: readonly number[];
}

interface Sample {
  readonly offsetS: number;
  readonly tempC: number;
}

/**
 * Answers: what is drawn of a firing? The curve that its program asks for, each zone as it was measured, and nothing where
 * nothing was heard: a gap is a gap, and no line is made up across it.
 */
export function firingCurves(log: FiringLog, size: ChartSize = CHART): FiringCurves {
  const zones = Object.entries(log.zones)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([zone, column]) => ({ zone, samples: samplesOf(column, log.stepS) }));
  const all = zones.flatMap(({ samples }) => samples);
  const lastS = Math.max(HOUR_S, ...all.map(({ offsetS }) => offsetS), ...log.expected.map(({ offsetS }) => offsetS));
  const topC = Math.max(100, ...all.map(({ tempC }) => tempC), ...log.expected.map(({ tempC }) => tempC)) + HEADROOM_C;
  const x = (offsetS: number): number => size.left + (offsetS / lastS) * (size.width - size.left - size.right);
  const y = (tempC: number): number =>
    size.height - size.bottom - (tempC / topC) * (size.height - size.top - size.bottom);
  const at = ({ offsetS, tempC }: CurvePoint): string => `${round(x(offsetS))} ${round(y(tempC))}`;
  const offsetOf = (instant: string): number => (Date.parse(instant) - Date.parse(log.startAt)) / 1_000;
  const drawn = zones.flatMap(({ zone, samples }) => {
    const last = samples.at(-1);
    return last === undefined ? [] : [{ zone, path: pathOf(samples, at), lastC: last.tempC, last }];
  });
  const newestS = Math.max(0, ...all.map(({ offsetS }) => offsetS));
  const names = namesOf(
    drawn.map(({ last }) => ({ x: x(last.offsetS) + 6, y: y(last.tempC) + 4 })),
    size,
  );
  return {
    size,
    expected: log.expected.map((point, i) => `${i === 0 ? "M" : "L"}${at(point)}`).join(""),
    zones: drawn.map(({ zone, path, lastC, last }, i) => ({
      ...{ zone, path, lastC, name: names[i] ?? { x: 0, y: 0 } },
      behindMinutes: newestS - last.offsetS > GAP_AFTER_S ? Math.round((newestS - last.offsetS) / 60) : null,
    })),
    gaps: silences(all).map(([from, to]) => ({ x: round(x(from)), width: round(x(to) - x(from)) })),
    lastS,
    xOf: (offsetS) => round(x(Math.min(lastS, Math.max(0, offsetS)))),
    hours: ticks(lastS / HOUR_S, size.hours).map((hour) => ({ x: round(x(hour * HOUR_S)), label: `${hour} h` })),
    degrees: ticks(topC, 5).map((tempC) => ({ y: round(y(tempC)), label: `${tempC} °C` })),
    alarms: log.alarms.map(({ raisedAt, code }) => ({
      x: round(x(Math.min(lastS, Math.max(0, offsetOf(raisedAt))))),
      code,
    })),
    gapMinutes: gapMinutesOf(zones.map(({ samples }) => samples)),
  };
}

type Silence = readonly [fromS: number, toS: number];

/** The pieces of time between these samples that are too long to be joined, in seconds since the start. */
function silences(samples: readonly Sample[]): Silence[] {
  const times = samples.map(({ offsetS }) => offsetS).sort((a, b) => a - b);
  return times.slice(1).flatMap((time, i): Silence[] => {
    const before = times[i] ?? time;
    return time - before > GAP_AFTER_S ? [[before, time]] : [];
  });
}

/** How long each zone was not heard, the longest first; zones that fell silent together count once. */
function gapMinutesOf(zones: readonly (readonly Sample[])[]): number[] {
  const gaps = new Map(zones.flatMap(silences).map((gap) => [gap.join(), gap]));
  return [...gaps.values()].map(([from, to]) => Math.round((to - from) / 60)).sort((a, b) => b - a);
}

/** Names that would lie on one another are moved apart, upwards from the lowest, in the order of their heights. */
function namesOf(wanted: readonly { x: number; y: number }[], size: ChartSize): readonly { x: number; y: number }[] {
  const placed = wanted.map(({ x, y }) => ({ x: round(Math.min(x, size.width - size.right + 6)), y }));
  let floor = size.height - size.bottom;
  for (const name of [...placed].sort((a, b) => b.y - a.y)) {
    name.y = round(Math.min(name.y, floor));
    floor = name.y - NAME_HEIGHT;
  }
  return placed;
}

function samplesOf(column: readonly (number | null)[], stepS: number): Sample[] {
  return column.flatMap((tempC, slot) => (tempC === null ? [] : [{ offsetS: slot * stepS, tempC }]));
}

/** What was asked for and what was measured at one moment of a firing. */
export interface FiringMoment {
  readonly offsetS: number;
  /** null: the program has no known curve, or is over by then. */
  readonly expectedC: number | null;
  /** null: nothing was heard within half a gap of it. */
  readonly zones: readonly { readonly zone: string; readonly tempC: number | null }[];
}

/** Answers: what was it at this moment, `offsetS` after the start? Of each zone the nearest sample, and none made up. */
export function firingMoment({ zones, expected, stepS }: FiringLog, offsetS: number): FiringMoment {
  const reach = Math.floor(GAP_AFTER_S / 2 / stepS);
  const slot = Math.round(offsetS / stepS);
  const near = Array.from({ length: reach + 1 }, (_, i) => (i === 0 ? [slot] : [slot - i, slot + i])).flat();
  return {
    offsetS,
    expectedC: expectedAt(expected, offsetS),
    zones: Object.entries(zones)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([zone, column]) => ({ zone, tempC: near.map((at) => column[at]).find((it) => it != null) ?? null })),
  };
}

/** Rows of a table of the whole firing: every ten minutes, every half hour of a long one, as far as anything was heard. */
export function firingTable(log: FiringLog): readonly FiringMoment[] {
  const slots = Math.max(0, ...Object.values(log.zones).map(({ length }) => length));
  const spanS = slots * log.stepS;
  const everyS = spanS > 6 * HOUR_S ? 1_800 : 600;
  return Array.from({ length: slots === 0 ? 0 : Math.floor(spanS / everyS) + 1 }, (_, i) =>
    firingMoment(log, i * everyS),
  );
}

function expectedAt(curve: readonly CurvePoint[], offsetS: number): number | null {
  const next = curve.findIndex((point) => point.offsetS >= offsetS);
  const [from, to] = [curve[next - 1], curve[next]];
  if (to === undefined) return null;
  if (from === undefined || to.offsetS === from.offsetS) return to.tempC;
  const share = (offsetS - from.offsetS) / (to.offsetS - from.offsetS);
  return Math.round(from.tempC + share * (to.tempC - from.tempC));
}

/** A sample with nothing near it is a dot: a line of no length with round ends. */
function pathOf(samples: readonly Sample[], at: (point: Sample) => string): string {
  return samples
    .map((sample, i) => {
      const before = samples[i - 1];
      const isJoined = before !== undefined && sample.offsetS - before.offsetS <= GAP_AFTER_S;
      return isJoined ? `L${at(sample)}` : `M${at(sample)}L${at(sample)}`;
    })
    .join("");
}

/** Round numbers from 0 to `end`, about `count` of them. */
function ticks(end: number, count: number): number[] {
  const rough = end / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map((factor) => factor * power).find((it) => it >= rough) ?? rough);
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, i) => Math.round(i * step));
}

const round = (value: number): number => Math.round(value * 10) / 10;
