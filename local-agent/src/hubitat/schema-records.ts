import * as z from "zod";
import { isAttributeName } from "./attributes.js";
import type { AttributeName } from "./attributes.js";
import { HubText, isRecord, parseHubDate, tidy } from "./hub-text.js";
import { parseList, unitText } from "./schema.js";
import type { HubList } from "./schema.js";

/** A hub keeps a few days of events of one device; a longer list is cut by the time-out and the size of a body first. */
const MAX_EVENTS = 20_000;
const MAX_COMMANDS = 500;

const HubEventEntry = z.object({
  name: z.string(),
  value: z.unknown(),
  unit: HubText,
  date: z.unknown(),
  isStateChange: z.boolean().nullish().catch(null),
});

/** One past event of a device. Descriptions are left out: a lock's tell who came in. */
export interface HubEventRecord {
  readonly attribute: AttributeName;
  readonly raw: unknown;
  readonly unit: string | null;
  readonly atMs: number | null;
  /** null: the hub does not say. */
  readonly isStateChange: boolean | null;
}

/**
 * Reads `devices/{id}/events`, in the order of the hub (newest first by most sources, confirmed by none). Events of
 * attributes that are not read here are skipped and counted, so that names and PINs in `codeChanged` end in the parser.
 */
export function parseEvents(body: unknown): HubList<HubEventRecord> | null {
  if (!Array.isArray(body) || body.length > MAX_EVENTS) return null;
  const items = (body as unknown[]).flatMap((entry): HubEventRecord[] => {
    const event = HubEventEntry.safeParse(entry).data;
    if (event === undefined || !isAttributeName(event.name)) return [];
    const { name: attribute, value: raw, date, isStateChange } = event;
    return [
      { attribute, raw, unit: unitText(event.unit), atMs: parseHubDate(date), isStateChange: isStateChange ?? null },
    ];
  });
  return { items, skipped: body.length - items.length };
}

/** Reads `devices/{id}/commands`: what the token could make the device do. Names alone, for a person to look at. */
export function parseCommands(body: unknown): readonly string[] | null {
  const list = parseList(body, MAX_COMMANDS, (entry) => {
    const name = isRecord(entry) ? entry.command : entry;
    return typeof name === "string" ? tidy(name, 80) || null : null;
  });
  return list?.items ?? null;
}
