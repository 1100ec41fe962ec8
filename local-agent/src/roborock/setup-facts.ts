import * as z from "zod";
import { isIPv4 } from "./lan/lan-address.js";
import { Field, NameField, unwrap } from "./vendor-fields.js";

/** What changes rarely: quiet hours, network, rooms, maps (reference 10.9). */
export interface ParsedQuietHours {
  readonly enabledCode: number | undefined;
  /** Minutes after midnight, by the robot's own time zone. */
  readonly startMinute: number | undefined;
  readonly endMinute: number | undefined;
}

/** Name and hardware address of the network are personal data: they are dropped here. */
export interface ParsedNetwork {
  /** An IPv4 address as text, or undefined. */
  readonly ip: string | undefined;
  readonly rssi: number | undefined;
}

export interface ParsedRoom {
  readonly segmentId: number;
  /** The id of the room in the account's home. */
  readonly homeRoomId: string;
}

export interface ParsedMap {
  readonly mapFlag: number;
  readonly name: string | undefined;
}

const MAX_ROOMS = 100;
const MAX_MAPS = 32;

const QuietHours = z.object({
  start_hour: Field,
  start_minute: Field,
  end_hour: Field,
  end_minute: Field,
  enabled: Field,
});
const Network = z.object({ ip: z.unknown().optional(), ipAdress: z.unknown().optional(), rssi: Field });
const MapList = z.object({ map_info: z.array(z.unknown()) });
const MapInfo = z.object({ mapFlag: z.int().min(0).max(1_000), name: NameField });
const RoomPair = z.tuple([z.int().min(0).max(65_535), z.union([z.string().max(32), z.number()])]).rest(z.unknown());

/** Answers: when may the vacuum not make noise? Null when the result is no object. */
export function parseQuietHours(result: unknown): ParsedQuietHours | null {
  const parsed = QuietHours.safeParse(unwrap(result));
  if (!parsed.success) return null;
  const { start_hour, start_minute, end_hour, end_minute, enabled } = parsed.data;
  return {
    enabledCode: enabled,
    startMinute: toMinute(start_hour, start_minute),
    endMinute: toMinute(end_hour, end_minute),
  };
}

/** Answers: under which address is the vacuum, and how well does it hear the network? Null when the result is no object. */
export function parseNetwork(result: unknown): ParsedNetwork | null {
  const parsed = Network.safeParse(unwrap(result));
  if (!parsed.success) return null;
  const ip = parsed.data.ip ?? parsed.data.ipAdress;
  return { ip: typeof ip === "string" && isIPv4(ip) ? ip : undefined, rssi: parsed.data.rssi };
}

/** Answers: which rooms does the map hold? One room may come as a flat pair. Null when the result is no list. */
export function parseRooms(result: unknown): ParsedRoom[] | null {
  if (!Array.isArray(result)) return null;
  const list: readonly unknown[] = typeof result[0] === "number" ? [result] : result;
  return list.slice(0, MAX_ROOMS).flatMap((entry) => {
    const pair = RoomPair.safeParse(entry).data;
    return pair === undefined ? [] : [{ segmentId: pair[0], homeRoomId: String(pair[1]) }];
  });
}

/** Answers: which maps does the vacuum keep? Null when the result holds no list of maps. */
export function parseMaps(result: unknown): ParsedMap[] | null {
  const parsed = MapList.safeParse(unwrap(result));
  if (!parsed.success) return null;
  return parsed.data.map_info.slice(0, MAX_MAPS).flatMap((entry) => {
    const map = MapInfo.safeParse(entry).data;
    return map === undefined ? [] : [{ mapFlag: map.mapFlag, name: map.name }];
  });
}

function toMinute(hour: number | undefined, minute: number | undefined): number | undefined {
  if (hour === undefined || minute === undefined) return undefined;
  const isTime = Number.isInteger(hour) && hour >= 0 && hour < 24 && Number.isInteger(minute) && minute >= 0;
  return isTime && minute < 60 ? 60 * hour + minute : undefined;
}
