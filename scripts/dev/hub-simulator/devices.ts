/** One device of the simulated studio, as its driver would describe it. Values come from `kiln-room-day.ts`. */
export interface SimulatedDevice {
  readonly id: string;
  readonly label: string | null;
  readonly name: string;
  readonly room: string | null;
  readonly capabilities: readonly string[];
  readonly commands: readonly string[];
  /** Values that no script moves; a script or `setAttribute` may override them. */
  readonly fixed: Readonly<Record<string, string | null>>;
  /** False for a device that is paired with the hub but not shared with Maker API: its events leak on the socket. */
  readonly isShared: boolean;
}

const CLIMATE = ["TemperatureMeasurement", "RelativeHumidityMeasurement", "Battery", "Sensor"] as const;
const METER = ["PowerMeter", "EnergyMeter", "CurrentMeter", "VoltageMeasurement", "Refresh", "Sensor"] as const;

/**
 * The devices of a pottery studio that a hub sees: what is in the kiln room, at the door, under the sink.
 * The lock carries a made-up PIN in `lockCodes`, as real locks do (Maker API puts it into `devices/all` in clear).
 */
export const STUDIO_DEVICES: readonly SimulatedDevice[] = [
  device("101", "Kiln room climate", "Kiln room", CLIMATE, { battery: "88" }),
  device("102", "Glaze room climate", "Glaze room", [...CLIMATE, "PressureMeasurement", "IlluminanceMeasurement"], {
    battery: "71",
    pressure: null,
  }),
  device("103", "Kiln A power", "Kiln room", METER, { voltage: "239.6" }, ["refresh", "reset"]),
  device("104", "Kiln B power", "Kiln room", METER, { voltage: "240.1" }, ["refresh", "reset"]),
  device("105", "Kiln A shut-off contact", "Kiln room", ["ContactSensor", "Sensor"], {}),
  device("106", "Kiln B shut-off contact", "Kiln room", ["ContactSensor", "Sensor"], {}),
  device("107", "Front door", "Entrance", ["ContactSensor", "Battery", "TamperAlert", "Sensor"], {
    battery: "64",
    tamper: "clear",
  }),
  device(
    "108",
    "Front door lock",
    "Entrance",
    ["Lock", "LockCodes", "Battery", "Refresh", "Actuator"],
    {
      battery: "57",
      codeLength: "4",
      maxCodes: "30",
      lastCodeName: "Ana Pottery",
      lockCodes: '{"1":{"name":"Ana Pottery","code":"480613"},"2":{"name":"Night firing","code":"975310"}}',
    },
    ["lock", "unlock", "refresh", "setCode", "deleteCode"],
  ),
  device("109", "Sink leak sensor", "Glaze room", ["WaterSensor", "TemperatureMeasurement", "Battery", "Sensor"], {
    battery: "93",
  }),
  device("110", "Kiln room CO alarm", "Kiln room", ["CarbonMonoxideDetector", "Battery", "Sensor"], { battery: "100" }),
  device("111", "Kiln room smoke alarm", "Kiln room", ["SmokeDetector", "Battery", "Sensor"], { battery: "100" }),
  device("112", "Drying cabinet", "Glaze room", CLIMATE, { battery: "46" }),
  device("113", null, null, ["TemperatureMeasurement", "Sensor"], {}, [], "Outdoor Temperature Probe"),
  device("114", "Extractor fan", "Kiln room", ["Switch", "Outlet", "Actuator"], {}, ["on", "off"]),
  {
    ...device("190", "Office desk lamp", "Office", ["Switch", "Actuator"], {}, ["on", "off"]),
    isShared: false,
  },
];

function device(
  id: string,
  label: string | null,
  room: string | null,
  capabilities: readonly string[],
  fixed: Readonly<Record<string, string | null>>,
  commands: readonly string[] = [],
  name = "Generic Zigbee Device",
): SimulatedDevice {
  return { id, label, name, room, capabilities, commands, fixed, isShared: true };
}
