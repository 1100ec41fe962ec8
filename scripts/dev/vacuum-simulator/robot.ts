/** A vacuum's day as plain data: it rests at the dock, cleans until it is tired or done, goes home and charges. */
export interface RobotState {
  readonly stateCode: number;
  readonly battery: number;
  readonly errorCode: number;
  /** Seconds in the present state. */
  readonly sinceSec: number;
  readonly cleanSec: number;
  readonly cleanMm2: number;
  readonly usedSec: {
    readonly mainBrush: number;
    readonly sideBrush: number;
    readonly filter: number;
    readonly sensor: number;
  };
  /** What it has done since it was new. */
  readonly total: { readonly sec: number; readonly mm2: number; readonly runs: number };
  /** The runs that it remembers, newest first. */
  readonly runs: readonly RobotRun[];
}

interface RobotRun {
  readonly endedAgoSec: number;
  readonly sec: number;
  readonly mm2: number;
}

const MAX_RUNS = 20;

export const CLEANING = 5;
export const RETURNING = 6;
export const CHARGING = 8;
export const FULL = 100;

const DRAIN_PER_SEC = 100 / 9_000;
const CHARGE_PER_SEC = 100 / 14_400;
const CLEAN_MM2_PER_SEC = 17_000;
const RUN_SEC = 3_600;
const REST_SEC = 7_200;
const WAY_HOME_SEC = 120;
const TIRED_BATTERY = 20;
/** A leap of a week is played in minutes; anything longer is cut. */
const STEP_SEC = 60;
const MAX_LEAP_SEC = 604_800;

/** Charging, half an hour of use on new brushes, and a filter that is due: something for a local rule to find. */
export const INITIAL_ROBOT: RobotState = {
  stateCode: CHARGING,
  battery: 87,
  errorCode: 0,
  sinceSec: 0,
  cleanSec: 1_860,
  cleanMm2: 31_620_000,
  usedSec: { mainBrush: 879_348, sideBrush: 612_000, filter: 523_800, sensor: 88_200 },
  total: { sec: 1_442_559, mm2: 24_258_125_000, runs: 296 },
  runs: [
    { endedAgoSec: 5_400, sec: 1_860, mm2: 31_620_000 },
    { endedAgoSec: 92_000, sec: 3_240, mm2: 55_080_000 },
  ],
};

/** Answers: what is the robot doing after so many simulated seconds? */
export function advanceRobot(robot: RobotState, seconds: number): RobotState {
  let state = robot;
  for (let left = Math.min(seconds, MAX_LEAP_SEC); left > 0; left -= STEP_SEC)
    state = step(aged(state, Math.min(left, STEP_SEC)), Math.min(left, STEP_SEC));
  return state;
}

/** The whole percentage that the robot tells. */
export function shownBattery(robot: RobotState): number {
  // Many small steps must not show a percent less than one big step.
  return Math.floor(robot.battery + 1e-6);
}

/** The data points that a robot pushes when it goes from one state to another; empty when nothing visible changed. */
export function toPushedPoints(before: RobotState, after: RobotState): Record<string, number> {
  const points: Record<string, number> = {};
  if (before.errorCode !== after.errorCode) points["120"] = after.errorCode;
  if (before.stateCode !== after.stateCode) points["121"] = after.stateCode;
  if (shownBattery(before) !== shownBattery(after)) points["122"] = shownBattery(after);
  if (isAtDock(before) !== isAtDock(after)) points["133"] = isAtDock(after) ? 1 : 0;
  return points;
}

function step(robot: RobotState, seconds: number): RobotState {
  const sinceSec = robot.sinceSec + seconds;
  switch (robot.stateCode) {
    case CLEANING: {
      const cleaned = clean({ ...robot, sinceSec }, seconds);
      return cleaned.battery <= TIRED_BATTERY || sinceSec >= RUN_SEC ? enter(remember(cleaned), RETURNING) : cleaned;
    }
    case RETURNING:
      return sinceSec >= WAY_HOME_SEC ? enter(robot, CHARGING) : { ...robot, sinceSec };
    case FULL:
      return sinceSec >= REST_SEC ? enter({ ...robot, cleanSec: 0, cleanMm2: 0 }, CLEANING) : { ...robot, sinceSec };
    default: {
      const battery = Math.min(100, robot.battery + CHARGE_PER_SEC * seconds);
      return battery >= 100 ? enter({ ...robot, battery }, FULL) : { ...robot, battery, sinceSec };
    }
  }
}

function aged(robot: RobotState, seconds: number): RobotState {
  return { ...robot, runs: robot.runs.map((run) => ({ ...run, endedAgoSec: run.endedAgoSec + seconds })) };
}

/** A run is over: it goes into the history. */
function remember(robot: RobotState): RobotState {
  const run = { endedAgoSec: 0, sec: robot.cleanSec, mm2: robot.cleanMm2 };
  return {
    ...robot,
    runs: [run, ...robot.runs].slice(0, MAX_RUNS),
    total: {
      sec: robot.total.sec + run.sec,
      mm2: robot.total.mm2 + run.mm2,
      runs: robot.total.runs + 1,
    },
  };
}

function clean(robot: RobotState, seconds: number): RobotState {
  const { mainBrush, sideBrush, filter, sensor } = robot.usedSec;
  return {
    ...robot,
    battery: Math.max(0, robot.battery - DRAIN_PER_SEC * seconds),
    cleanSec: robot.cleanSec + seconds,
    cleanMm2: robot.cleanMm2 + CLEAN_MM2_PER_SEC * seconds,
    usedSec: {
      mainBrush: mainBrush + seconds,
      sideBrush: sideBrush + seconds,
      filter: filter + seconds,
      sensor: sensor + seconds,
    },
  };
}

function enter(robot: RobotState, stateCode: number): RobotState {
  return { ...robot, stateCode, sinceSec: 0 };
}

export function isAtDock(robot: RobotState): boolean {
  return robot.stateCode === CHARGING || robot.stateCode === FULL;
}
