import { isAtDock, shownBattery } from "./robot.js";
import type { RobotState } from "./robot.js";

/** The rooms of the simulated home; the robots' maps name the first two. */
export const HOME_ROOMS = [
  { id: 3_031_886, name: "Glaze room" },
  { id: 3_031_880, name: "Throwing room" },
] as const;

interface HomeVacuum {
  readonly duid: string;
  readonly name: string;
  readonly localKey: string;
  readonly pv: string;
  readonly model: string;
  readonly room?: string;
}

/** The `result` of the home data: the first vacuum is the account's own, every other one is shared with it. */
export function toHomeData(
  vacuums: readonly HomeVacuum[],
  robots: ReadonlyMap<string, RobotState>,
  offline: ReadonlySet<string>,
): unknown {
  const models = [...new Set(vacuums.map(({ model }) => model))];
  const devices = vacuums.map((vacuum) => deviceOf(vacuum, robots.get(vacuum.duid), !offline.has(vacuum.duid)));
  return {
    id: 123_456,
    name: "Studio",
    lon: 8.68,
    lat: 50.11,
    geoName: null,
    products: models.map((model) => ({
      id: `product-${model}`,
      name: "扫地机器人",
      code: model.split(".").at(-1),
      model,
      category: "robot.vacuum.cleaner",
      capability: 0,
      schema: [
        { id: "121", name: "状态", code: "state", mode: "ro", type: "ENUM", property: '{"range": []}', desc: null },
      ],
    })),
    devices: devices.slice(0, 1),
    receivedDevices: devices.slice(1),
    rooms: HOME_ROOMS,
  };
}

function deviceOf(vacuum: HomeVacuum, robot: RobotState | undefined, online: boolean): object {
  const { duid, name, localKey, pv, model, room } = vacuum;
  return {
    duid,
    name,
    localKey,
    productId: `product-${model}`,
    pv,
    online,
    fv: "02.56.02",
    sn: "SIMULATED0001",
    timeZoneId: "Europe/Berlin",
    roomId: HOME_ROOMS.find((candidate) => candidate.name === room)?.id ?? null,
    share: false,
    activeTime: 1_672_364_449,
    featureSet: "2234201184108543",
    newFeatureSet: "0000000000002041",
    extra: '{"RRPhotoPrivacyVersion": "1"}',
    ...(robot !== undefined && {
      deviceStatus: {
        "120": robot.errorCode,
        "121": robot.stateCode,
        "122": shownBattery(robot),
        "123": 102,
        "125": 19,
        "126": 15,
        "127": 3,
        "128": 0,
        "133": isAtDock(robot) ? 1 : 0,
      },
    }),
  };
}
