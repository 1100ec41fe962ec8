import { STUDIO_DEVICES } from "./devices.js";
import type { SimulatedDevice } from "./devices.js";
import { MODE_STEPS, modeAt, valuesAt } from "./kiln-room-day.js";

export type HubValue = string | null;

/** One value that differs from what the hub last told its listeners. */
export interface ValueChange {
  readonly device: SimulatedDevice;
  readonly attribute: string;
  readonly value: HubValue;
  readonly unit: string | null;
}

/** One event as the hub's database keeps it. */
export interface PastEvent {
  readonly attribute: string;
  readonly value: HubValue;
  readonly unit: string | null;
  readonly atMs: number;
}

/** Events that the hub keeps of each device; the newest stay. */
const MAX_EVENTS_OF_DEVICE = 100;

export interface HubMode {
  readonly id: number;
  readonly name: string;
}

const MODES: readonly HubMode[] = [...new Set(MODE_STEPS.points.map(([, name]) => name))].map((name, index) => ({
  id: index + 1,
  name,
}));

/** What a device does when a command reaches it: which attribute takes which value. */
const COMMAND_EFFECTS: Readonly<Record<string, readonly [attribute: string, value: string]>> = {
  on: ["switch", "on"],
  off: ["switch", "off"],
  lock: ["lock", "locked"],
  unlock: ["lock", "unlocked"],
  open: ["contact", "open"],
  close: ["contact", "closed"],
};

/**
 * The values of the simulated hub: script, then fixed values, then overrides by `set` or by a command that got through.
 * A command that no device knows is still kept, as attribute `lastCommand`, so that a test sees the damage.
 */
export class HubState {
  private readonly overrides = new Map<string, HubValue>();
  private readonly told = new Map<string, HubValue>();
  private readonly changedAtMs = new Map<string, number>();
  private readonly events = new Map<string, PastEvent[]>();
  private modeOverride: string | null = null;
  private hsmStatus = "allDisarmed";
  private postUrl: string | null = null;

  /** Answers: what does this device show now, by attribute name? */
  valuesOf(device: SimulatedDevice, elapsedSeconds: number): Record<string, HubValue> {
    const values: Record<string, HubValue> = { ...device.fixed };
    for (const each of valuesAt(elapsedSeconds)) {
      if (each.deviceId === device.id) values[each.attribute] = each.value;
    }
    for (const [key, value] of this.overrides) {
      const [id, attribute] = splitKey(key);
      if (id === device.id) values[attribute] = value;
    }
    return values;
  }

  /** Holds a value against the script until `release`. */
  set(deviceId: string, attribute: string, value: HubValue): void {
    this.overrides.set(keyOf(deviceId, attribute), value);
  }

  release(): void {
    this.overrides.clear();
    this.modeOverride = null;
  }

  /** Answers: what changed since the last call? Each change is told once; `nowMs` becomes the device's last activity. */
  takeChanges(elapsedSeconds: number, nowMs: number): ValueChange[] {
    const units = new Map(valuesAt(elapsedSeconds).map((each) => [keyOf(each.deviceId, each.attribute), each.unit]));
    const changes: ValueChange[] = [];
    for (const device of STUDIO_DEVICES) {
      for (const [attribute, value] of Object.entries(this.valuesOf(device, elapsedSeconds))) {
        const key = keyOf(device.id, attribute);
        if (this.told.get(key) === value) continue;
        this.told.set(key, value);
        this.changedAtMs.set(device.id, nowMs);
        const unit = units.get(key) ?? null;
        changes.push({ device, attribute, value, unit });
        this.keepEvent(device.id, { attribute, value, unit, atMs: nowMs });
      }
    }
    return changes;
  }

  /** Newest first. */
  eventsOf(deviceId: string): readonly PastEvent[] {
    return (this.events.get(deviceId) ?? []).toReversed();
  }

  /** The unit that the driver states for an attribute; most state none. */
  unitOf(deviceId: string, attribute: string, elapsedSeconds: number): string | null {
    const found = valuesAt(elapsedSeconds).find((each) => each.deviceId === deviceId && each.attribute === attribute);
    return found?.unit ?? null;
  }

  private keepEvent(deviceId: string, event: PastEvent): void {
    const kept = [...(this.events.get(deviceId) ?? []), event];
    this.events.set(deviceId, kept.slice(-MAX_EVENTS_OF_DEVICE));
  }

  lastActivityMs(deviceId: string): number | null {
    return this.changedAtMs.get(deviceId) ?? null;
  }

  modes(elapsedSeconds: number): (HubMode & { readonly active: boolean })[] {
    const active = this.modeOverride ?? modeAt(elapsedSeconds);
    return MODES.map((mode) => ({ ...mode, active: mode.name === active }));
  }

  hsm(): string {
    return this.hsmStatus;
  }

  /** Does what a real hub would do for a write, so that a request which should never have been sent leaves a mark. */
  actuate(segments: readonly string[]): void {
    const [root, target, command] = segments;
    if (root === "devices" && target !== undefined && command !== undefined) {
      const [attribute, value] = COMMAND_EFFECTS[command] ?? ["lastCommand", command];
      this.set(target, attribute, value);
    }
    if (root === "modes") this.modeOverride = MODES.find((mode) => String(mode.id) === target)?.name ?? null;
    if (root === "hsm" && target !== undefined) this.hsmStatus = target;
    if (root === "postURL") this.postUrl = target ?? null;
  }

  /** As a person arms the alarm system at its keypad. */
  setHsm(status: string): void {
    this.hsmStatus = status;
  }

  setMode(name: string): void {
    this.modeOverride = name;
  }

  eventPostUrl(): string | null {
    return this.postUrl;
  }
}

function keyOf(deviceId: string, attribute: string): string {
  return `${deviceId}/${attribute}`;
}

function splitKey(key: string): [string, string] {
  const slash = key.indexOf("/");
  return [key.slice(0, slash), key.slice(slash + 1)];
}
