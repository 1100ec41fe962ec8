/** Capabilities in the order in which they name a device: what protects people and doors first, comfort last. */
const KINDS: readonly (readonly [capability: string, kind: string])[] = [
  ["Lock", "lock"],
  ["SmokeDetector", "smoke_detector"],
  ["CarbonMonoxideDetector", "carbon_monoxide_detector"],
  ["WaterSensor", "water_sensor"],
  ["ContactSensor", "contact_sensor"],
  ["PowerMeter", "power_meter"],
  ["EnergyMeter", "power_meter"],
  ["MotionSensor", "motion_sensor"],
  ["PresenceSensor", "presence_sensor"],
  ["TemperatureMeasurement", "temperature_sensor"],
  ["RelativeHumidityMeasurement", "humidity_sensor"],
  ["IlluminanceMeasurement", "illuminance_sensor"],
  ["PressureMeasurement", "pressure_sensor"],
  ["Switch", "switch"],
];
const AMBIENT = ["TemperatureMeasurement", "RelativeHumidityMeasurement", "IlluminanceMeasurement"];

/** Answers: what is this device, judging by its capabilities? `other` when none of them is read here. */
export function kindOfDevice(capabilities: readonly string[]): string {
  const has = new Set(capabilities);
  const kind = KINDS.find(([capability]) => has.has(capability))?.[1] ?? "other";
  const isMulti = kind === "motion_sensor" && AMBIENT.some((capability) => has.has(capability));
  return isMulti ? "multi_sensor" : kind;
}
