import * as z from "zod";
import { ATTRIBUTE_NAMES, isAttributeName } from "./attributes.js";
import type { AttributeName } from "./attributes.js";
import { HubId, HubText, isRecord, parseHubDate, tidy } from "./hub-text.js";

/** A hub runs a few hundred devices at most; a longer list is not a hub's. */
export const MAX_DEVICES = 2_000;
const MAX_ATTRIBUTES = 500;
const MAX_UNIT_CHARS = 16;

const HubListEntry = z.object({ id: HubId, name: HubText, label: HubText, room: HubText });
const HubDetailedEntry = HubListEntry.extend({
  date: z.unknown().optional(),
  capabilities: z.array(z.unknown()).catch([]),
  attributes: z.unknown().optional(),
});

/** A device of the short list. */
export interface HubListedDevice {
  readonly id: string;
  /** What staff call it; the driver's name where they gave none. For display only: the id is the key. */
  readonly name: string;
  readonly room: string | null;
}

/** A device with the raw values of those attributes that this client reads, and of no others. */
export interface HubDevice extends HubListedDevice {
  readonly capabilities: readonly string[];
  /** `has` without a usable value means that the device has never reported it. */
  readonly values: ReadonlyMap<AttributeName, unknown>;
  /** Units that the hub stated. `devices/all` states none. */
  readonly units: ReadonlyMap<AttributeName, string>;
  /** The driver's own word: true only when it says offline. */
  readonly isOffline: boolean;
  /** Last activity of the device, not of each attribute. null: the hub does not say, which is common. */
  readonly lastActivityMs: number | null;
}

/** What `devices/{id}` says beyond the list. */
export interface HubDeviceDetails extends HubDevice {
  /** Attributes that came twice with different values: the first one counts. */
  readonly conflicting: readonly AttributeName[];
  /** How many other attributes the device has. Their values, and so the PINs in `lockCodes`, end in the parser. */
  readonly otherAttributes: number;
}

/** What could be read, and how many entries could not. */
export interface HubList<T> {
  readonly items: readonly T[];
  readonly skipped: number;
}

/** Reads `devices`. null: this is not a device list. An entry without a usable id is skipped and counted. */
export function parseDeviceList(body: unknown): HubList<HubListedDevice> | null {
  return parseList(body, MAX_DEVICES, (entry) => toListed(HubListEntry.safeParse(entry).data));
}

/**
 * Reads `devices/all`, and the array form of attributes that `devices/{id}` records use. Of the attributes only those of
 * `ATTRIBUTES` are taken: PINs and names in `lockCodes` end here, and so do the stray keys `dataType` and `values`.
 */
export function parseAllDevices(body: unknown): HubList<HubDevice> | null {
  return parseList(body, MAX_DEVICES, (entry) => toDevice(HubDetailedEntry.safeParse(entry).data));
}

/** Reads `devices/{id}`. null: this is not a device. */
export function parseDeviceDetails(body: unknown): HubDeviceDetails | null {
  const entry = HubDetailedEntry.safeParse(body).data;
  const device = toDevice(entry);
  if (entry === undefined || device === null) return null;
  const listed = listAttributes(entry.attributes);
  const conflicting = ATTRIBUTE_NAMES.filter((name) => {
    const said = listed.filter((each) => each.name === name).map((each) => each.value);
    return said.some((value) => !Object.is(value, said[0]));
  });
  const others = new Set(listed.map(({ name }) => name).filter((name) => !isAttributeName(name)));
  return { ...device, conflicting, otherAttributes: others.size };
}

/** Names the capabilities in a list of strings, between which objects may list attributes. null: this is no list. */
export function parseCapabilities(body: unknown): readonly string[] | null {
  const list = isRecord(body) ? body.capabilities : body;
  return Array.isArray(list) ? namesOf(list) : null;
}

/** The first entry of a key wins. A list of which nothing can be read is no list: it must not pass for "no devices". */
export function parseList<T>(
  body: unknown,
  limit: number,
  toItem: (entry: unknown) => T | null,
  keyOf: (item: T) => unknown = (item) => (isRecord(item) ? item.id : item),
): HubList<T> | null {
  if (!Array.isArray(body) || body.length > limit) return null;
  const items = new Map<unknown, T>();
  let skipped = 0;
  for (const entry of body as unknown[]) {
    const item = toItem(entry);
    if (item === null) skipped += 1;
    else if (!items.has(keyOf(item))) items.set(keyOf(item), item);
  }
  return items.size === 0 && skipped > 0 ? null : { items: [...items.values()], skipped };
}

function toListed(entry: z.infer<typeof HubListEntry> | undefined): HubListedDevice | null {
  if (entry === undefined) return null;
  const name = tidy(entry.label ?? "", 120) || tidy(entry.name ?? "", 120) || `Device ${entry.id}`;
  return { id: entry.id, name, room: tidy(entry.room ?? "", 80) || null };
}

function toDevice(entry: z.infer<typeof HubDetailedEntry> | undefined): HubDevice | null {
  const listed = toListed(entry);
  if (entry === undefined || listed === null) return null;
  const said = listAttributes(entry.attributes);
  const values = new Map<AttributeName, unknown>();
  const units = new Map<AttributeName, string>();
  for (const { name, value, unit } of said) {
    if (!isAttributeName(name) || values.has(name)) continue;
    values.set(name, value);
    if (unit !== null) units.set(name, unit);
  }
  return {
    ...listed,
    capabilities: namesOf(entry.capabilities),
    values,
    units,
    isOffline: said.find(({ name }) => name === "healthStatus")?.value === "offline",
    lastActivityMs: parseHubDate(entry.date),
  };
}

interface SaidAttribute {
  readonly name: string;
  readonly value: unknown;
  readonly unit: string | null;
}

/** Both forms of attributes as one list: name to value in `devices/all`, an array of records in `devices/{id}`. */
function listAttributes(attributes: unknown): SaidAttribute[] {
  if (Array.isArray(attributes)) {
    return (attributes as unknown[]).slice(0, MAX_ATTRIBUTES).flatMap((each) => {
      if (!isRecord(each) || typeof each.name !== "string") return [];
      return [{ name: each.name, value: each.currentValue ?? null, unit: unitText(each.unit) }];
    });
  }
  if (!isRecord(attributes)) return [];
  return Object.entries(attributes)
    .slice(0, MAX_ATTRIBUTES)
    .map(([name, value]) => ({ name, value, unit: null }));
}

/** null where nothing usable is said; the hub writes an absent unit as the word "null" here and there. */
export function unitText(unit: unknown): string | null {
  if (typeof unit !== "string") return null;
  const text = unit.trim();
  return text === "" || text === "null" || text.length > MAX_UNIT_CHARS ? null : text;
}

function namesOf(list: readonly unknown[]): string[] {
  return list.filter((each) => typeof each === "string").map((each) => tidy(each, 80));
}
