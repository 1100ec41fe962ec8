/** Words for the state numbers of a vacuum. Numbers that no source explains stay numbers. */
const STATE_NAMES: ReadonlyMap<number, string> = new Map([
  [0, "unknown"],
  [1, "starting"],
  [2, "charger_disconnected"],
  [3, "idle"],
  [4, "remote_control"],
  [5, "cleaning"],
  [6, "returning"],
  [7, "manual"],
  [8, "charging"],
  [9, "charging_problem"],
  [10, "paused"],
  [11, "spot_cleaning"],
  [12, "error"],
  [13, "shutting_down"],
  [14, "updating"],
  [15, "docking"],
  [16, "going_to_target"],
  [17, "zone_cleaning"],
  [18, "room_cleaning"],
  [22, "emptying_bin"],
  [23, "washing_mop"],
  [25, "washing_mop"],
  [26, "going_to_wash_mop"],
  [28, "in_call"],
  [29, "mapping"],
  [30, "attacking_egg"],
  [32, "patrol"],
  [33, "attaching_mop"],
  [34, "detaching_mop"],
  [36, "exhibition"],
  [37, "dance"],
  [38, "tidying_up"],
  [39, "remote_pick_up"],
  [40, "emergency_stop"],
  [41, "arm_reset"],
  [42, "program"],
  [100, "full"],
  [101, "offline"],
  [103, "locked"],
  [202, "stopping_drying"],
  [6301, "mopping"],
  [6302, "cleaning_and_mopping"],
  [6303, "cleaning_and_mopping"],
  [6304, "room_mopping"],
  [6305, "room_cleaning_and_mopping"],
  [6306, "room_cleaning_and_mopping"],
  [6307, "zone_mopping"],
  [6308, "zone_cleaning_and_mopping"],
  [6309, "zone_cleaning_and_mopping"],
  [6310, "returning_to_wash_mop"],
]);

/** Answers: what is a vacuum with this state number doing? An unknown number becomes `state_<n>`, never an error. */
export function toStateName(code: number): string {
  return STATE_NAMES.get(code) ?? `state_${Math.trunc(code)}`;
}

/** States in which a run goes on, and those of the dock that belong to a run only while its job is open (reference 10.2). */
const RUNNING: ReadonlySet<number> = new Set([
  4, 5, 7, 11, 16, 17, 18, 29, 32, 6301, 6302, 6303, 6304, 6305, 6306, 6307, 6308, 6309,
]);
const RUNNING_WITH_JOB: ReadonlySet<number> = new Set([22, 23, 25, 26]);

/** Answers: is a vacuum in this state on a run? An unknown number is not. */
export function isActiveRun(code: number, isJobOpen: boolean): boolean {
  return RUNNING.has(code) || (isJobOpen && RUNNING_WITH_JOB.has(code));
}

const RUNNING_NAMES: ReadonlySet<string> = new Set([...RUNNING].map(toStateName));

/** The same for the word of a state, as a push or a reading tells it. */
export function isActiveState(name: string): boolean {
  return RUNNING_NAMES.has(name);
}
