import type { CurvePoint, FiringLog } from "@studio-os/functions/contracts";

/** Size of the drawing in its own units; the page scales it. */
export const CHART = { width: 720, height: 260, left: 44, right: 8, top: 10, bottom: 24 } as const;
/** Samples further apart than this are not joined: nothing was heard between them. Seconds. */
const GAP_AFTER_S = 150;
const HOUR_S = 3_600;
/** Room above the highest value, in °C. */
const HEADROOM_C = 40;

export interface FiringCurves {
  /** SVG path data; empty where there is nothing to draw. */
  readonly expected: string;
  readonly zones: readonly { readonly zone: string; readonly path: string; readonly lastC: number }[];
  readonly hours: readonly { readonly x: number; readonly label: string }[];
  readonly degrees: readonly { readonly y: number; readonly label: string }[];
  /** Where an alarm was raised. */
  readonly alarms: readonly { readonly x: number; readonly code: string }[];
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
export function firingCurves(log: FiringLog): FiringCurves {
  const zones = Object.entries(log.zones)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([zone, column]) => ({ zone, samples: samplesOf(column, log.stepS) }));
  const all = zones.flatMap(({ samples }) => samples);
  const lastS = Math.max(HOUR_S, ...all.map(({ offsetS }) => offsetS), ...log.expected.map(({ offsetS }) => offsetS));
  const topC = Math.max(100, ...all.map(({ tempC }) => tempC), ...log.expected.map(({ tempC }) => tempC)) + HEADROOM_C;
  const x = (offsetS: number): number => CHART.left + (offsetS / lastS) * (CHART.width - CHART.left - CHART.right);
  const y = (tempC: number): number =>
    CHART.height - CHART.bottom - (tempC / topC) * (CHART.height - CHART.top - CHART.bottom);
  const at = ({ offsetS, tempC }: CurvePoint): string => `${round(x(offsetS))} ${round(y(tempC))}`;
  const offsetOf = (instant: string): number => (Date.parse(instant) - Date.parse(log.startAt)) / 1_000;
  return {
    expected: log.expected.map((point, i) => `${i === 0 ? "M" : "L"}${at(point)}`).join(""),
    zones: zones.flatMap(({ zone, samples }) => {
      const last = samples.at(-1);
      return last === undefined ? [] : [{ zone, path: pathOf(samples, at), lastC: last.tempC }];
    }),
    hours: ticks(lastS / HOUR_S, 10).map((hour) => ({ x: round(x(hour * HOUR_S)), label: `${hour} h` })),
    degrees: ticks(topC, 5).map((tempC) => ({ y: round(y(tempC)), label: `${tempC} °C` })),
    alarms: log.alarms.map(({ raisedAt, code }) => ({
      x: round(x(Math.min(lastS, Math.max(0, offsetOf(raisedAt))))),
      code,
    })),
    gapMinutes: zones.flatMap(({ samples }) => gapsOf(samples)).sort((a, b) => b - a),
  };
}

function samplesOf(column: readonly (number | null)[], stepS: number): Sample[] {
  return column.flatMap((tempC, slot) => (tempC === null ? [] : [{ offsetS: slot * stepS, tempC }]));
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

function gapsOf(samples: readonly Sample[]): number[] {
  return samples.slice(1).flatMap((sample, i) => {
    const seconds = sample.offsetS - (samples[i]?.offsetS ?? sample.offsetS);
    return seconds > GAP_AFTER_S ? [Math.round(seconds / 60)] : [];
  });
}

/** Round numbers from 0 to `end`, about `count` of them. */
function ticks(end: number, count: number): number[] {
  const rough = end / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map((factor) => factor * power).find((it) => it >= rough) ?? rough);
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, i) => Math.round(i * step));
}

const round = (value: number): number => Math.round(value * 10) / 10;
