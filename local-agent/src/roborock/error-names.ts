/**
 * Words for the error numbers of a vacuum (reference 10.3). Numbers whose meaning differs between sources or models, and those
 * that no source explains, stay numbers: nothing decides on the word.
 */
const ERROR_NAMES: readonly (readonly [code: number, name: string])[] = [
  [0, "none"],
  [1, "lidar_blocked"],
  [2, "bumper_stuck"],
  [3, "wheels_suspended"],
  [4, "cliff_sensor"],
  [5, "main_brush_jammed"],
  [6, "side_brush_jammed"],
  [7, "wheels_jammed"],
  [8, "trapped"],
  [9, "no_dust_bin"],
  [10, "filter_blocked"],
  [11, "strong_magnetic_field"],
  [12, "low_battery"],
  [13, "charging_error"],
  [15, "wall_sensor_dirty"],
  [16, "tilted"],
  [17, "side_brush_error"],
  [18, "fan_error"],
  [19, "dock_without_power"],
  [20, "optical_flow_sensor_dirty"],
  [21, "vertical_bumper_pressed"],
  [22, "dock_locator"],
  [23, "could_not_return_to_dock"],
  [24, "no_go_zone"],
  [25, "camera"],
  [26, "wall_sensor"],
  [27, "mop_jammed"],
  [28, "on_carpet"],
  [33, "dock_fan"],
  [34, "dock_bin_full"],
  [35, "dock_voltage"],
  [36, "wash_roller_jammed"],
  [37, "wash_roller_not_lowered"],
  [38, "clean_water_tank"],
  [39, "dirty_water_tank"],
  [40, "water_filter_missing"],
  [41, "clean_water_empty"],
  [45, "wash_roller_jammed"],
  [48, "refill"],
  [49, "drain"],
  [51, "temperature"],
  [52, "cleaning_tray"],
  [53, "cleaning_tray_full"],
  [54, "mop_mount_fell_off"],
  [56, "audio"],
  [644, "bin_full"],
];
const BY_CODE: ReadonlyMap<number, string> = new Map(ERROR_NAMES);

/** Answers: what is wrong with a vacuum that tells this number? An unknown number becomes `error_<n>`. */
export function toErrorName(code: number): string {
  return BY_CODE.get(code) ?? `error_${Math.trunc(code)}`;
}
