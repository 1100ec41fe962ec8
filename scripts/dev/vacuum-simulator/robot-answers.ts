import { CLEANING, isAtDock, RETURNING, shownBattery } from "./robot.js";
import type { RobotState } from "./robot.js";

export interface AskedOfRobot {
  readonly method: string;
  readonly params: readonly unknown[];
  readonly robot: RobotState;
  /** The robot's own frame counter. */
  readonly seq: number;
  /** Unix seconds by the robot's clock. */
  readonly t: number;
  /** Its address, as it tells it. */
  readonly ip: string;
}

/** Answers: which `result` does the robot give? A method that it does not know it says so. */
export function resultOf(asked: AskedOfRobot): unknown {
  return RESULTS[asked.method]?.(asked) ?? "unknown_method";
}

const RESULTS: Readonly<Record<string, (asked: AskedOfRobot) => unknown>> = {
  get_status: ({ robot, seq, t }) => [statusOf(robot, seq, t)],
  get_consumable: ({ robot }) => [consumablesOf(robot)],
  get_clean_summary: ({ robot, t }) => ({
    clean_time: Math.round(robot.total.sec),
    clean_area: Math.round(robot.total.mm2),
    clean_count: robot.total.runs,
    dust_collection_count: 12,
    records: robot.runs.map((run) => beginOf(run, t)),
  }),
  get_clean_record: ({ robot, t, params }) => {
    // The clock moves between two questions: the nearest run is the one that is meant.
    const run = robot.runs.find((candidate) => Math.abs(beginOf(candidate, t) - Number(params[0])) < 30);
    if (run === undefined) return [];
    const begin = beginOf(run, t);
    return [[begin, Math.round(begin + run.sec), Math.round(run.sec), Math.round(run.mm2), 0, 1, 3, 1, 52]];
  },
  get_dnd_timer: () => [{ start_hour: 22, start_minute: 0, end_hour: 8, end_minute: 30, enabled: 1 }],
  get_network_info: ({ ip }) => ({
    ssid: "simulated-network",
    ip,
    mac: "02:00:00:00:00:01",
    bssid: "02:00:00:00:00:02",
    rssi: -48,
  }),
  get_room_mapping: () => [
    [16, "3031886"],
    [17, "3031880", 12],
  ],
  get_multi_maps_list: () => [
    {
      max_multi_map: 4,
      max_bak_map: 1,
      multi_map_count: 2,
      map_info: [
        { mapFlag: 0, add_time: 1_700_000_000, length: 6, name: "Studio", bak_maps: [] },
        { mapFlag: 1, add_time: 1_700_000_000, length: 0, name: "", bak_maps: [] },
      ],
    },
  ],
};

function statusOf(robot: RobotState, sequence: number, t: number): object {
  const [newest] = robot.runs;
  return {
    msg_ver: 2,
    msg_seq: sequence,
    state: robot.stateCode,
    battery: shownBattery(robot),
    clean_time: Math.round(robot.cleanSec),
    clean_area: Math.round(robot.cleanMm2),
    error_code: robot.errorCode,
    map_present: 1,
    map_status: 3,
    in_cleaning: robot.stateCode === CLEANING ? 1 : 0,
    in_returning: robot.stateCode === RETURNING ? 1 : 0,
    fan_power: 102,
    water_box_mode: 200,
    mop_mode: 300,
    water_box_status: 0,
    dnd_enabled: 0,
    dock_type: 1,
    dock_error_status: 0,
    charge_status: isAtDock(robot) ? 1 : 0,
    ...(newest !== undefined && { last_clean_t: beginOf(newest, t) }),
  };
}

function consumablesOf({ usedSec }: RobotState): object {
  return {
    main_brush_work_time: Math.round(usedSec.mainBrush),
    side_brush_work_time: Math.round(usedSec.sideBrush),
    filter_work_time: Math.round(usedSec.filter),
    filter_element_work_time: 0,
    sensor_dirty_time: Math.round(usedSec.sensor),
  };
}

function beginOf(run: RobotState["runs"][number], t: number): number {
  return Math.round(t - run.endedAgoSec - run.sec);
}
