import type { ConnectorDevice, Reading, StatusSnapshot } from "../connector.js";
import { ATTRIBUTES, ATTRIBUTE_NAMES, typeAttribute } from "./attributes.js";
import type { AttributeName } from "./attributes.js";
import { kindOfDevice } from "./device-kind.js";
import type { HubitatConfig } from "./hubitat-config.js";
import type { HubMode } from "./schema-place.js";
import type { HubDevice } from "./schema.js";

type SnapshotConfig = Pick<HubitatConfig, "temperatureUnit" | "pressureUnit" | "silentAfterMs">;

/** The hub itself as a device, for what belongs to the place and to no sensor. */
const LOCATION_DEVICE_ID = "hubitat:location";

/**
 * Answers: what do these devices show? Pure. `nowMs` is when the answer arrived. A hub goes on listing the last values of
 * a dead device, so a value counts as `live` only while nothing speaks against the device (see `isSilent`).
 */
export function toSnapshot(devices: readonly HubDevice[], config: SnapshotConfig, nowMs: number): StatusSnapshot {
  const observedAt = new Date(nowMs).toISOString();
  return {
    devices: devices.map(toConnectorDevice),
    readings: devices.flatMap((device) => readingsOf(device, config, observedAt, isSilent(device, config, nowMs))),
  };
}

/** Answers: which mode holds? Between two modes none may be active, and the hub may not share them (`modes` null). */
export function modeStatus(modes: readonly HubMode[] | null, nowMs: number): StatusSnapshot {
  const active = modes?.filter((mode) => mode.isActive) ?? [];
  const value = active.length === 1 ? (active[0]?.name ?? null) : null;
  return {
    devices: [{ deviceId: LOCATION_DEVICE_ID, name: "Hub", kind: "location", room: null }],
    readings: [
      {
        deviceId: LOCATION_DEVICE_ID,
        attribute: "mode",
        value,
        unit: null,
        observedAt: new Date(nowMs).toISOString(),
        source: "poll",
        quality: value === null ? "unknown" : "live",
      },
    ],
  };
}

function toConnectorDevice(device: HubDevice): ConnectorDevice {
  const kind = kindOfDevice(device.capabilities);
  return { deviceId: connectorId(device), name: device.name, kind, room: device.room };
}

/** One reading per attribute that is listed or that a capability promises: a promised one that is absent is unknown. */
function readingsOf(device: HubDevice, config: SnapshotConfig, observedAt: string, isStale: boolean): Reading[] {
  return ATTRIBUTE_NAMES.filter((name) => isExpected(device, name)).map((attribute) => {
    const { value, unit, isKnown } = typeAttribute(
      attribute,
      device.values.get(attribute),
      config,
      device.units.get(attribute),
    );
    const quality = !isKnown ? "unknown" : isStale ? "stale" : "live";
    return { deviceId: connectorId(device), attribute, value, unit, observedAt, source: "poll", quality };
  });
}

function isExpected(device: HubDevice, name: AttributeName): boolean {
  return device.values.has(name) || device.capabilities.includes(ATTRIBUTES[name].capability);
}

/**
 * Answers: does something say that this device no longer speaks? Its driver says offline, its battery is at 0, or its last
 * activity is longer ago than allowed. No date at all is common on healthy devices and proves nothing.
 */
function isSilent(device: HubDevice, config: SnapshotConfig, nowMs: number): boolean {
  const battery = typeAttribute("battery", device.values.get("battery"), config);
  const silentForMs = device.lastActivityMs === null ? 0 : nowMs - device.lastActivityMs;
  return device.isOffline || battery.value === 0 || silentForMs > config.silentAfterMs;
}

function connectorId(device: HubDevice): string {
  return `hubitat:${device.id}`;
}
