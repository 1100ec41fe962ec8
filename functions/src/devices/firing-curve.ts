import type { CurvePoint } from "../contracts/index.js";

/** Where cones bend when fired at 60 °C/h at the end, in °C: Orton's chart for self-supporting cones. */
const CONE_C: Readonly<Record<string, number>> = {
  "06": 998,
  "05": 1031,
  "04": 1063,
  "03": 1086,
  "5": 1186,
  "6": 1222,
  "7": 1239,
  "8": 1249,
  "9": 1260,
  "10": 1285,
};

/** So fast, up to there; then held. */
interface Ramp {
  readonly rateCPerHour: number;
  readonly toC: number;
  readonly holdMinutes?: number;
}

/** The common electric and gas programs of a studio; the last ramp goes to the cone. `stageC` is counted from there. */
const PROGRAMS: Readonly<
  Record<string, { readonly cone: string; readonly ramps: (coneC: number) => readonly Ramp[] }>
> = {
  bisque: {
    cone: "04",
    ramps: (coneC) => [
      { rateCPerHour: 45, toC: 121 },
      { rateCPerHour: 111, toC: 538 },
      { rateCPerHour: 56, toC: 593 }, // quartz inversion at 573 °C
      { rateCPerHour: 100, toC: coneC - 139 },
      { rateCPerHour: 60, toC: coneC },
    ],
  },
  glaze: {
    cone: "6",
    ramps: (coneC) => [
      { rateCPerHour: 83, toC: 121 },
      { rateCPerHour: 222, toC: coneC - 139 },
      { rateCPerHour: 60, toC: coneC, holdMinutes: 10 },
    ],
  },
  reduction: {
    cone: "10",
    ramps: (coneC) => [
      { rateCPerHour: 150, toC: 900, holdMinutes: 45 },
      { rateCPerHour: 100, toC: coneC - 100 },
      { rateCPerHour: 60, toC: coneC, holdMinutes: 15 },
    ],
  },
  raku: { cone: "06", ramps: () => [{ rateCPerHour: 350, toC: 1_000, holdMinutes: 10 }] },
};

const ROOM_C = 20;

/** Answers: which temperature does this program ask for, when? Empty for a program or a cone that has no known curve. */
export function expectedCurve(program: string, cone: string): CurvePoint[] {
  const known = Object.hasOwn(PROGRAMS, program) ? PROGRAMS[program] : undefined;
  const named = cone.replace(/^cone\s*/i, "").trim();
  const coneC = known === undefined ? undefined : CONE_C[named === "" ? known.cone : named];
  if (known === undefined || coneC === undefined) return [];
  const points: CurvePoint[] = [{ offsetS: 0, tempC: ROOM_C }];
  let offsetS = 0;
  let tempC = ROOM_C;
  for (const { rateCPerHour, toC, holdMinutes = 0 } of known.ramps(coneC)) {
    offsetS += ((toC - tempC) / rateCPerHour) * 3_600;
    tempC = toC;
    points.push({ offsetS: Math.round(offsetS), tempC });
    if (holdMinutes > 0) points.push({ offsetS: Math.round((offsetS += holdMinutes * 60)), tempC });
  }
  return points;
}

export const targetOf = (curve: readonly CurvePoint[]): number | null =>
  curve.length === 0 ? null : Math.max(...curve.map(({ tempC }) => tempC));

/** How fast the program rises where it passes this temperature, in °C/h; null: it never does. */
export function programmedRateAt(curve: readonly CurvePoint[], tempC: number): number | null {
  for (let i = 1; i < curve.length; i += 1) {
    const [from, to] = [curve[i - 1], curve[i]];
    if (from === undefined || to === undefined || to.tempC <= from.tempC) continue;
    if (tempC < to.tempC) return ((to.tempC - from.tempC) / (to.offsetS - from.offsetS)) * 3_600;
  }
  return null;
}
