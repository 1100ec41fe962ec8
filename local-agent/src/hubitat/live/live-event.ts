import * as z from "zod";
import { isAttributeName } from "../attributes.js";
import type { AttributeName } from "../attributes.js";
import { HubId, isRecord, tidy } from "../hub-text.js";
import { unitText } from "../schema.js";

/** What the hub told unasked, as far as this client cares. Descriptions and data are never looked at: a lock's tell who came. */
export type LiveEvent =
  | {
      readonly kind: "value";
      readonly deviceId: string;
      readonly attribute: AttributeName;
      readonly raw: unknown;
      readonly unit: string | null;
    }
  | { readonly kind: "place"; readonly attribute: PlaceAttribute; readonly value: string | null }
  /** The hub is up again after a restart: what happened in between was told to nobody. */
  | { readonly kind: "started" }
  | { readonly kind: "ignored" };

const PLACE_ATTRIBUTES = ["mode", "hsmStatus", "hsmAlert"] as const;
export type PlaceAttribute = (typeof PLACE_ATTRIBUTES)[number];

const IGNORED: LiveEvent = { kind: "ignored" };
const MAX_WORD_CHARS = 80;

const HubEvent = z.object({ name: z.string(), value: z.unknown(), unit: z.unknown(), deviceId: z.unknown() });
type HubEvent = z.infer<typeof HubEvent>;

/** Reads one message of the event socket: `deviceId` a number, 0 for none, nulls written as the word. null: no event. */
export function parseSocketEvent(message: unknown): LiveEvent | null {
  const event = HubEvent.safeParse(message).data;
  if (event === undefined || !isRecord(message)) return null;
  if (message.source === "DEVICE") return toValue(event);
  return message.source === "LOCATION" ? toPlace(event) : IGNORED;
}

/** Reads the body of one POST: everything in `content`, `deviceId` a text, or null for the place. null: no event. */
export function parsePostedEvent(body: unknown): LiveEvent | null {
  const event = HubEvent.safeParse(isRecord(body) ? body.content : undefined).data;
  if (event === undefined) return null;
  return event.deviceId === null || event.deviceId === undefined ? toPlace(event) : toValue(event);
}

function toValue({ name, value, unit, deviceId }: HubEvent): LiveEvent {
  const id = HubId.safeParse(deviceId).data;
  if (id === undefined || !isAttributeName(name)) return IGNORED;
  return { kind: "value", deviceId: id, attribute: name, raw: value, unit: unitText(unit) };
}

function toPlace({ name, value }: HubEvent): LiveEvent {
  if (name === "systemStart") return { kind: "started" };
  const attribute = PLACE_ATTRIBUTES.find((known) => known === name);
  if (attribute === undefined) return IGNORED;
  const word = typeof value === "string" && value !== "null" ? tidy(value, MAX_WORD_CHARS) : "";
  return { kind: "place", attribute, value: word || null };
}
