import { STUDIO_DEVICES } from "./devices.js";
import type { SimulatedDevice } from "./devices.js";
import type { HubState, HubValue } from "./hub-state.js";

/** A metadata pair that real hubs leave inside the `attributes` object of `devices/all`; it is no attribute. */
const STRAY_METADATA = [
  { dataType: "ENUM", values: ["on", "off"] },
  { dataType: "NUMBER", values: null },
] as const;

const WORDS: Readonly<Record<string, readonly string[]>> = {
  switch: ["on", "off"],
  contact: ["closed", "open"],
  lock: ["locked", "unlocked with timeout", "unlocked", "unknown"],
  water: ["wet", "dry"],
  smoke: ["clear", "tested", "detected"],
  carbonMonoxide: ["clear", "tested", "detected"],
  tamper: ["clear", "detected"],
};

/** The devices that this Maker API instance shares. */
export const SHARED_DEVICES = STUDIO_DEVICES.filter((device) => device.isShared);

/** `devices`: the short list. Newer firmware adds `type` and `room`. */
export function deviceList(): unknown[] {
  return SHARED_DEVICES.map(({ id, name, label, room }) => ({ label, id, name, type: name, room }));
}

/** `devices/all`: attributes as an object, numbers as strings, two stray keys among them, a date without a colon. */
export function allDevices(state: HubState, elapsedSeconds: number): unknown[] {
  return SHARED_DEVICES.map((device, index) => {
    const { dataType, values } = STRAY_METADATA[index % 2] ?? STRAY_METADATA[0];
    return {
      name: device.name,
      label: device.label,
      type: device.name,
      id: device.id,
      date: hubDate(state.lastActivityMs(device.id)),
      model: null,
      manufacturer: null,
      room: device.room,
      capabilities: device.capabilities,
      attributes: { ...state.valuesOf(device, elapsedSeconds), dataType, values },
      commands: device.commands.map((command) => ({ command })),
    };
  });
}

/** `devices/{id}`: attributes as an array, typed numbers, one attribute twice, capabilities mixed with objects, no date. */
export function deviceDetails(device: SimulatedDevice, state: HubState, elapsedSeconds: number): unknown {
  const attributes = Object.entries(state.valuesOf(device, elapsedSeconds)).map(([name, value]) =>
    detail(name, value, state.unitOf(device.id, name, elapsedSeconds)),
  );
  return {
    id: device.id,
    name: device.name,
    label: device.label,
    type: device.name,
    room: device.room,
    attributes: [...attributes, ...attributes.slice(-1)],
    capabilities: device.capabilities.flatMap((capability) => [capability, { attributes: [] }]),
    commands: [...device.commands, ...device.commands.slice(-1)],
  };
}

/** `devices/{id}/events`: newest first, with `device_id` in snake case, and descriptions that tell who came in. */
export function deviceEvents(device: SimulatedDevice, state: HubState): unknown[] {
  return state.eventsOf(device.id).map(({ attribute, value, unit, atMs }) => ({
    device_id: device.id,
    label: device.label,
    name: attribute,
    value,
    unit,
    displayName: device.label,
    descriptionText: device.capabilities.includes("LockCodes") ? "unlocked by Ana Pottery" : null,
    date: hubDate(atMs),
    isStateChange: true,
    source: "DEVICE",
  }));
}

/** `rooms`, which newer firmware has. Ids of devices are numbers here. */
export function rooms(): unknown[] {
  const names = [...new Set(SHARED_DEVICES.map(({ room }) => room).filter((room) => room !== null))];
  return names.map((name, index) => ({
    id: index + 1,
    name,
    deviceIds: SHARED_DEVICES.filter(({ room }) => room === name).map(({ id }) => Number(id)),
  }));
}

function detail(name: string, value: HubValue, unit: string | null): unknown {
  const words = WORDS[name];
  if (words !== undefined) return { name, currentValue: value, dataType: "ENUM", values: words };
  const isNumber = value !== null && /^-?\d+(\.\d+)?$/.test(value);
  return { name, currentValue: isNumber ? Number(value) : value, dataType: isNumber ? "NUMBER" : "STRING", unit };
}

/** `2026-11-21T08:15:00+0000`: an offset without a colon, which not every parser of dates accepts. */
function hubDate(atMs: number | null): string | null {
  return atMs === null ? null : `${new Date(atMs).toISOString().slice(0, 19)}+0000`;
}
