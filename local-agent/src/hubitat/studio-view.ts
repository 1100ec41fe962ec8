import type { Reading, StatusSnapshot } from "../connector.js";
import { ATTRIBUTES, isCalming } from "./attributes.js";
import type { AttributeName } from "./attributes.js";
import { mergeHeard } from "./held-value.js";
import type { Heard, HeldValue } from "./held-value.js";
import type { HubDeviceDetails } from "./schema.js";
import { connectorId, toReading, toSnapshot } from "./to-snapshot.js";
import type { LearnedUnits, SnapshotConfig } from "./to-snapshot.js";
import { unitOf } from "./units.js";

/** One value that was pushed; `order` is when it came, as `nextOrder` counts: it may have waited since. */
export interface PushedValue {
  readonly deviceId: string;
  readonly attribute: AttributeName;
  readonly raw: unknown;
  readonly unit: string | null;
  readonly order: number;
}

/** What a push came to. `changed` readings are to be told; `isUnproved`: a GET has to say it (again) before it is believed. */
interface PushOutcome {
  readonly changed: Reading | null;
  readonly isUnproved: boolean;
}

const NOTHING: PushOutcome = { changed: null, isUnproved: false };

/** What the connector holds of the studio, put together from polls and pushes; no I/O, no clock. */
export interface StudioView {
  /** A number for the next question or push; each is greater than all before. */
  nextOrder(): number;
  /** Takes a whole answer: what it does not list is gone. Gives what holds now, and what of it changed. */
  takePoll(snapshot: StatusSnapshot, askedOrder: number): { snapshot: StatusSnapshot; changed: Reading[] };
  /** Takes the details of one device, and the units that it states. Gives what changed. */
  takeDetails(details: HubDeviceDetails, askedOrder: number, nowMs: number): Reading[];
  takePush(push: PushedValue, nowMs: number): PushOutcome;
  /** Takes what was said of the place itself. null: nothing new, or not asked for by the configuration. */
  takePlace(reading: Reading, order: number): Reading | null;
  readonly units: LearnedUnits;
}

export function createStudioView(config: SnapshotConfig): StudioView {
  const units = new Map<string, Map<AttributeName, string>>();
  let order = 0;
  let held = new Map<string, HeldValue>();
  let devices: StatusSnapshot["devices"] = [];

  /** True: it changed something. */
  function hear(into: Map<string, HeldValue>, heard: Heard): boolean {
    const key = `${heard.reading.deviceId}/${heard.reading.attribute}`;
    const merged = mergeHeard(held.get(key), heard);
    into.set(key, merged.held);
    return merged.isChange;
  }

  function learnUnits(deviceId: string, stated: ReadonlyMap<AttributeName, string>): void {
    const known = units.get(deviceId) ?? new Map<AttributeName, string>();
    for (const [name, unit] of stated) {
      const rule = ATTRIBUTES[name];
      if (rule.type === "number" && unitOf(rule.quantity, unit) !== null) known.set(name, unit);
    }
    if (known.size > 0) units.set(deviceId, known);
  }

  return {
    units,
    nextOrder: () => (order += 1),
    takePoll: (snapshot, askedOrder) => {
      const next = new Map<string, HeldValue>();
      const changed = snapshot.readings.filter((reading) => hear(next, { kind: "poll", askedOrder, reading }));
      held = next;
      devices = snapshot.devices;
      const listed = new Set(devices.map(({ deviceId }) => deviceId));
      for (const id of units.keys()) if (!listed.has(connectorId(id))) units.delete(id);
      return { snapshot: { devices, readings: [...held.values()].map(({ reading }) => reading) }, changed };
    },
    takeDetails: (details, askedOrder, nowMs) => {
      if (!devices.some(({ deviceId }) => deviceId === connectorId(details.id))) return [];
      learnUnits(details.id, details.units);
      const { readings } = toSnapshot([details], config, nowMs, units);
      return readings.filter((reading) => hear(held, { kind: "poll", askedOrder, reading }));
    },
    takePush: ({ deviceId, attribute, raw, unit, order: pushOrder }, nowMs) => {
      const before = held.get(`${connectorId(deviceId)}/${attribute}`)?.reading;
      const isShared = devices.some((device) => device.deviceId === connectorId(deviceId));
      // A driver that learned something new: the device itself says what it is.
      if (before === undefined) return isShared ? { changed: null, isUnproved: true } : NOTHING;
      const stated = unit ?? units.get(deviceId)?.get(attribute);
      const reading = toReading({ deviceId, attribute, raw, stated, config, nowMs, source: "push" });
      const isRelied = "calm" in ATTRIBUTES[attribute];
      if (isCalming(attribute, reading.value) && before.value !== reading.value)
        return { changed: null, isUnproved: true };
      const isChange = hear(held, { kind: "push", order: pushOrder, reading });
      return { changed: isChange ? reading : null, isUnproved: isChange && isRelied };
    },
    takePlace: (reading, pushOrder) => (hear(held, { kind: "push", order: pushOrder, reading }) ? reading : null),
  };
}
