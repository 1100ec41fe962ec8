import type { ConnectorDevice, StatusSnapshot } from "../connector.js";
import type { HubAnswer } from "./hub-answer.js";
import type { HubitatClient } from "./hubitat-client.js";
import type { HubitatConfig } from "./hubitat-config.js";
import type { HubDevice } from "./schema.js";
import { connectorId, placeStatus, toSnapshot } from "./to-snapshot.js";
import type { LearnedUnits } from "./to-snapshot.js";

/** Rooms change when somebody rebuilds the studio. */
const ROOMS_EVERY_MS = 3_600_000;

interface StudioRead {
  readonly snapshot: StatusSnapshot;
  readonly devices: readonly HubDevice[];
  readonly skipped: number;
}

export interface StudioReader {
  /** Reads everything that the configuration asks for. `isProbe`: the hub just came back and is asked with care. */
  read(isProbe: boolean): Promise<HubAnswer<StudioRead>>;
}

/** Reads the studio one question after another: a hub answers errors when many come at once. */
export function createStudioReader(
  client: HubitatClient,
  config: HubitatConfig,
  nowMs: () => number,
  units: LearnedUnits,
): StudioReader {
  let roomOf: ReadonlyMap<string, string> = new Map();
  let roomsAtMs = -Infinity;

  /** Modes, alarm system and rooms that are not shared are no fault of the hub: they are then unknown. */
  async function readPlace(): Promise<StatusSnapshot> {
    const modes = config.readsModes ? await client.readModes() : undefined;
    const safety = config.readsSafety ? await client.readSafety() : undefined;
    const place = {
      ...(modes !== undefined && { modes: modes.kind === "ok" ? modes.value.items : null }),
      ...(safety !== undefined && { safety: safety.kind === "ok" ? safety.value : null }),
    };
    return modes === undefined && safety === undefined ? { devices: [], readings: [] } : placeStatus(place, nowMs());
  }

  async function refreshRooms(): Promise<void> {
    const ageMs = nowMs() - roomsAtMs;
    if (!config.readsRooms || (ageMs >= 0 && ageMs < ROOMS_EVERY_MS)) return;
    const rooms = await client.readRooms();
    roomsAtMs = nowMs();
    if (rooms.kind === "failed") return;
    roomOf = new Map(
      rooms.value.items.flatMap(({ name, deviceIds }) => deviceIds.map((id) => [connectorId(id), name])),
    );
  }

  return {
    read: async (isProbe) => {
      // The short list is the lightest question: a hub that just came back is not asked for everything at once.
      const probe = isProbe ? await client.readDevices() : null;
      if (probe?.kind === "failed") return probe;
      const all = await client.readAllDevices();
      if (all.kind === "failed") return all;
      const status = toSnapshot(all.value.items, config, nowMs(), units);
      await refreshRooms();
      const place = await readPlace();
      const devices = status.devices.map((device): ConnectorDevice => ({
        ...device,
        room: device.room ?? roomOf.get(device.deviceId) ?? null,
      }));
      const snapshot = {
        devices: [...devices, ...place.devices],
        readings: [...status.readings, ...place.readings],
      };
      return { kind: "ok", value: { snapshot, devices: all.value.items, skipped: all.value.skipped } };
    },
  };
}
