import type { ConnectorDevice, Reading, StatusSnapshot } from "../connector.js";
import { ATTRIBUTES, ATTRIBUTE_NAMES, typeAttribute } from "./attributes.js";
import type { AttributeName } from "./attributes.js";
import { kindOfDevice } from "./device-kind.js";
import type { HubitatConfig } from "./hubitat-config.js";
import type { PlaceAttribute } from "./live/live-event.js";
import type { HubMode, HubSafety } from "./schema-place.js";
import type { HubDevice } from "./schema.js";

export type SnapshotConfig = Pick<HubitatConfig, "temperatureUnit" | "pressureUnit" | "silentAfterMs">;

/** Units that devices were heard to state, by the hub's id. */
export type LearnedUnits = ReadonlyMap<string, ReadonlyMap<AttributeName, string>>;

/** The hub itself as a device, for what belongs to the place and to no sensor. */
const LOCATION_DEVICE_ID = "hubitat:location";
const NOTHING_LEARNED: LearnedUnits = new Map();

/**
 * Answers: what do these devices show? Pure. `nowMs` is when the answer arrived. A hub goes on listing the last values of
 * a dead device, so a value counts as `live` only while nothing speaks against the device (see `isSilent`).
 */
export function toSnapshot(
  devices: readonly HubDevice[],
  config: SnapshotConfig,
  nowMs: number,
  learned: LearnedUnits = NOTHING_LEARNED,
): StatusSnapshot {
  return {
    devices: devices.map(toConnectorDevice),
    readings: devices.flatMap((device) => readingsOf(device, config, nowMs, learned)),
  };
}

/**
 * Answers: which mode holds, and is the alarm system armed? Between two modes none may be active, and the hub may not share
 * them: null is unknown, and undefined was not asked for.
 */
export function placeStatus(
  place: { readonly modes?: readonly HubMode[] | null; readonly safety?: HubSafety | null },
  nowMs: number,
): StatusSnapshot {
  const { modes, safety } = place;
  const active = modes?.filter((mode) => mode.isActive) ?? [];
  const mode = active.length === 1 ? (active[0]?.name ?? null) : null;
  return {
    devices: [{ deviceId: LOCATION_DEVICE_ID, name: "Hub", kind: "location", room: null }],
    readings: [
      ...(modes === undefined ? [] : [placeReading("mode", mode, "poll", nowMs)]),
      ...(safety === undefined ? [] : [placeReading("hsmStatus", safety?.status ?? null, "poll", nowMs)]),
    ],
  };
}

export function placeReading(
  attribute: PlaceAttribute,
  value: string | null,
  source: Reading["source"],
  nowMs: number,
): Reading {
  const quality = value === null ? "unknown" : "live";
  const observedAt = new Date(nowMs).toISOString();
  return { deviceId: LOCATION_DEVICE_ID, attribute, value, unit: null, observedAt, source, quality };
}

/** One raw value as a reading of this moment. */
export function toReading(said: {
  readonly deviceId: string;
  readonly attribute: AttributeName;
  readonly raw: unknown;
  readonly stated: string | undefined;
  readonly config: SnapshotConfig;
  readonly nowMs: number;
  readonly source: Reading["source"];
  readonly isStale?: boolean;
}): Reading {
  const { attribute, source } = said;
  const { value, unit, isKnown } = typeAttribute(attribute, said.raw, said.config, said.stated);
  const quality = !isKnown ? "unknown" : said.isStale === true ? "stale" : "live";
  const observedAt = new Date(said.nowMs).toISOString();
  return { deviceId: connectorId(said.deviceId), attribute, value, unit, observedAt, source, quality };
}

export function connectorId(hubId: string): string {
  return `hubitat:${hubId}`;
}

function toConnectorDevice(device: HubDevice): ConnectorDevice {
  const kind = kindOfDevice(device.capabilities);
  return { deviceId: connectorId(device.id), name: device.name, kind, room: device.room };
}

/** One reading per attribute that is listed or that a capability promises: a promised one that is absent is unknown. */
function readingsOf(device: HubDevice, config: SnapshotConfig, nowMs: number, learned: LearnedUnits): Reading[] {
  const isStale = isSilent(device, config, nowMs);
  return ATTRIBUTE_NAMES.filter((name) => isExpected(device, name)).map((attribute) =>
    toReading({
      ...{ deviceId: device.id, attribute, raw: device.values.get(attribute), config, nowMs, source: "poll", isStale },
      stated: device.units.get(attribute) ?? learned.get(device.id)?.get(attribute),
    }),
  );
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
