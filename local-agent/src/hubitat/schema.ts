import * as z from "zod";
import { ATTRIBUTE_NAMES } from "./attributes.js";
import type { AttributeName } from "./attributes.js";

/** A hub runs a few hundred devices at most; a longer list is not a hub's. */
const MAX_DEVICES = 2_000;
const MAX_MODES = 200;

/** Decimal text in Maker API, a number on the event socket; 0 stands for "no device". */
const HubId = z
  .union([z.string(), z.int()])
  .transform(String)
  .pipe(z.string().regex(/^[1-9]\d{0,8}$/));
const HubText = z.string().nullish().catch(null);

const HubListEntry = z.object({ id: HubId, name: HubText, label: HubText, room: HubText });
const HubDetailedEntry = HubListEntry.extend({
  date: z.unknown().optional(),
  capabilities: z.array(z.unknown()).catch([]),
  attributes: z.unknown().optional(),
});
const HubModeEntry = z.object({ id: HubId, name: z.string(), active: z.boolean().nullish().catch(null) });

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
  /** The driver's own word: true only when it says offline. */
  readonly isOffline: boolean;
  /** Last activity of the device, not of each attribute. null: the hub does not say, which is common. */
  readonly lastActivityMs: number | null;
}

export interface HubMode {
  readonly id: string;
  readonly name: string;
  readonly isActive: boolean;
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

/** Reads `modes`. Very old firmware answers null for "no modes". */
export function parseModes(body: unknown): HubList<HubMode> | null {
  if (body === null) return { items: [], skipped: 0 };
  return parseList(body, MAX_MODES, (entry) => {
    const mode = HubModeEntry.safeParse(entry).data;
    return mode === undefined ? null : { id: mode.id, name: tidy(mode.name, 80), isActive: mode.active === true };
  });
}

/** The first entry of an id wins. A list of which nothing can be read is no list: it must not pass for "no devices". */
function parseList<T extends { readonly id: string }>(
  body: unknown,
  limit: number,
  toItem: (entry: unknown) => T | null,
): HubList<T> | null {
  if (!Array.isArray(body) || body.length > limit) return null;
  const items = new Map<string, T>();
  let skipped = 0;
  for (const entry of body as unknown[]) {
    const item = toItem(entry);
    if (item === null) skipped += 1;
    else if (!items.has(item.id)) items.set(item.id, item);
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
  return {
    ...listed,
    // Objects between the names list the attributes of the preceding capability.
    capabilities: entry.capabilities.filter((each) => typeof each === "string"),
    values: pickValues(entry.attributes),
    isOffline: readAttribute(entry.attributes, "healthStatus") === "offline",
    lastActivityMs: parseHubDate(entry.date),
  };
}

function pickValues(attributes: unknown): ReadonlyMap<AttributeName, unknown> {
  const values = new Map<AttributeName, unknown>();
  for (const name of ATTRIBUTE_NAMES) {
    const value = readAttribute(attributes, name);
    if (value !== undefined) values.set(name, value);
  }
  return values;
}

/** undefined: not listed. In the array form one name can occur once per capability; the first counts. */
function readAttribute(attributes: unknown, name: string): unknown {
  if (Array.isArray(attributes)) {
    const found = (attributes as unknown[]).find((each) => isRecord(each) && each.name === name);
    return isRecord(found) ? (found.currentValue ?? null) : undefined;
  }
  return isRecord(attributes) && Object.hasOwn(attributes, name) ? attributes[name] : undefined;
}

/** `2026-11-21T08:15:00+0000`: JavaScript promises to read the offset only with its colon. */
function parseHubDate(date: unknown): number | null {
  if (typeof date !== "string" || date.length > 40) return null;
  const parsed = Date.parse(date.replace(/([+-]\d{2})(\d{2})$/, "$1:$2"));
  return Number.isNaN(parsed) ? null : parsed;
}

/** Names are typed by people: no control characters, one line, bounded, no half of a surrogate pair at the cut. */
function tidy(text: string, maxChars: number): string {
  const line = text.replace(/\p{Cc}+/gu, " ").trim();
  return line.length <= maxChars ? line : line.slice(0, maxChars).replace(/[\uD800-\uDBFF]$/, "");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
