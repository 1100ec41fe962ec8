import type { ValueChange } from "./hub-state.js";
import type { LiveFault } from "./faults.js";

/** One event as the hub tells it, before its form on the socket or in a POST. */
export interface LiveEvent {
  readonly source: "DEVICE" | "LOCATION" | "APP";
  readonly name: string;
  readonly value: string | null;
  readonly unit: string | null;
  readonly displayName: string;
  /** null: the event belongs to no device. */
  readonly deviceId: string | null;
  readonly description: string | null;
  /** False for a device that is not shared with Maker API: its events come on the socket alone. */
  readonly isShared: boolean;
}

export function eventOfChange({ device, attribute, value, unit }: ValueChange): LiveEvent {
  const displayName = device.label ?? device.name;
  return {
    ...{ source: "DEVICE", name: attribute, value, unit, displayName, deviceId: device.id },
    description: device.capabilities.includes("LockCodes") ? `${displayName} by Ana Pottery` : null,
    isShared: device.isShared,
  };
}

export function eventOfLocation(name: string, value: string): LiveEvent {
  const displayName = "Studio";
  return {
    source: "LOCATION",
    name,
    value,
    unit: null,
    displayName,
    deviceId: null,
    description: null,
    isShared: true,
  };
}

/** The socket's text: glued by hand with the uneven blanks of the real one; absent fields are the word "null". */
export function socketText(event: LiveEvent): string {
  const [shownName, shownValue] = [JSON.stringify(event.displayName), JSON.stringify(event.value ?? "null")];
  const shownText = JSON.stringify(event.description ?? "null");
  return (
    `{ "source":"${event.source}","name":"${event.name}","displayName" : ${shownName}, "value" : ${shownValue}, ` +
    `"type" : "null", "unit":"${event.unit ?? "null"}","deviceId":${event.deviceId ?? 0},"hubId":0,` +
    `"installedAppId":0,"descriptionText" : ${shownText}}`
  );
}

/** The body of a POST: wrapped in `content`, ids as text, real nulls. */
export function postBody(event: LiveEvent): string {
  const { name, value, displayName, deviceId, description, unit } = event;
  const type = name === "mode" ? "LOCATION_MODE_CHANGE" : null;
  return JSON.stringify({
    content: { name, value, displayName, deviceId, descriptionText: description, unit, type, data: null },
  });
}

/** What leaves the hub for these events, in this order, under the fault in force; each entry is one message. */
export function spoilEvents(events: readonly LiveEvent[], fault: LiveFault | null): readonly LiveEvent[] {
  switch (fault) {
    case "duplicate":
      return events.flatMap((event) => [event, event]);
    case "reorder":
      return events.toReversed();
    case "drop":
      return [];
    case "nulls":
      return events.map((event) => ({ ...event, value: null }));
    default:
      return events;
  }
}

/** The messages of one event on the socket: mostly one. */
export function spoilText(text: string, fault: LiveFault | null): readonly string[] {
  if (fault === "unescaped") return [text.replace('"displayName" : "', '"displayName" : "12" vent ')];
  if (fault !== "split") return [text];
  const middle = Math.floor(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)];
}
