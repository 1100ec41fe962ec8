import * as z from "zod";
import { HubId, HubText, isRecord, tidy } from "./hub-text.js";
import { MAX_DEVICES, parseList } from "./schema.js";
import type { HubList } from "./schema.js";

const MAX_MODES = 200;
const MAX_ROOMS = 500;
const MAX_STATUS_CHARS = 40;

const HubModeEntry = z.object({ id: HubId, name: z.string(), active: z.boolean().nullish().catch(null) });
const HubRoomEntry = z.object({ id: HubId, name: HubText, deviceIds: z.array(z.unknown()).nullish().catch(null) });

export interface HubMode {
  readonly id: string;
  readonly name: string;
  readonly isActive: boolean;
}

/** The alarm system of the hub, in the vendor's words such as `armedAway` or `allDisarmed`; null: it is not installed. */
export interface HubSafety {
  readonly status: string | null;
}

export interface HubRoom {
  readonly id: string;
  readonly name: string;
  readonly deviceIds: readonly string[];
}

/** Reads `modes`. Very old firmware answers null for "no modes". */
export function parseModes(body: unknown): HubList<HubMode> | null {
  if (body === null) return { items: [], skipped: 0 };
  return parseList(body, MAX_MODES, (entry) => {
    const mode = HubModeEntry.safeParse(entry).data;
    return mode === undefined ? null : { id: mode.id, name: tidy(mode.name, 80), isActive: mode.active === true };
  });
}

/** Reads `hsm`. null: this is not its answer. */
export function parseHsm(body: unknown): HubSafety | null {
  if (!isRecord(body) || !Object.hasOwn(body, "hsm")) return null;
  if (body.hsm === null) return { status: null };
  return typeof body.hsm === "string" ? { status: tidy(body.hsm, MAX_STATUS_CHARS) || null } : null;
}

/** Reads `rooms`, which newer firmware has. A room without a name is skipped and counted. */
export function parseRooms(body: unknown): HubList<HubRoom> | null {
  return parseList(body, MAX_ROOMS, (entry) => {
    const room = HubRoomEntry.safeParse(entry).data;
    const name = tidy(room?.name ?? "", 80);
    if (room === undefined || name === "") return null;
    const ids = (room.deviceIds ?? []).slice(0, MAX_DEVICES).map((id) => HubId.safeParse(id).data);
    return { id: room.id, name, deviceIds: ids.filter((id) => id !== undefined) };
  });
}
