import { flag, toReadings } from "./attribute-values.js";
import type { AttributeReading } from "./attribute-values.js";
import type { ParsedMap, ParsedNetwork, ParsedQuietHours, ParsedRoom } from "./setup-facts.js";

/** What a reading's text may hold; a flat with more rooms is cut. */
const MAX_LIST_CHARS = 190;
const MIN_RSSI_DBM = -127;

/** Answers: when is the vacuum quiet? Times are the robot's own local ones, `HH:MM`, and may cross midnight. */
export function quietHoursAttributes(quiet: ParsedQuietHours, deviceTime: number | null): AttributeReading[] {
  return toReadings("rpc", deviceTime, [
    ["isQuietTimeSet", flag(quiet.enabledCode), null],
    ["quietFrom", clock(quiet.startMinute), null],
    ["quietUntil", clock(quiet.endMinute), null],
  ]);
}

/** The signal alone: addresses are personal data and stay inside. */
export function networkAttributes({ rssi }: ParsedNetwork, deviceTime: number | null): AttributeReading[] {
  const isSignal = rssi !== undefined && rssi >= MIN_RSSI_DBM && rssi <= 0;
  return toReadings("rpc", deviceTime, [["wifiSignalDbm", isSignal ? rssi : undefined, "dBm"]]);
}

/** Answers: which rooms does the vacuum know? Names come from the account's home, where it is known. */
export function roomAttributes(
  rooms: readonly ParsedRoom[],
  names: ReadonlyMap<string, string>,
  deviceTime: number | null,
): AttributeReading[] {
  const known = rooms.flatMap(({ homeRoomId }) => names.get(homeRoomId) ?? []);
  return toReadings("rpc", deviceTime, [
    ["roomCount", rooms.length, null],
    ["rooms", listed(known), null],
  ]);
}

/** Answers: which maps does the vacuum keep? */
export function mapAttributes(maps: readonly ParsedMap[], deviceTime: number | null): AttributeReading[] {
  return toReadings("rpc", deviceTime, [
    ["mapCount", maps.length, null],
    ["maps", listed(maps.flatMap(({ name }) => name ?? [])), null],
  ]);
}

function clock(minutes: number | undefined): string | undefined {
  if (minutes === undefined) return undefined;
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

function listed(names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const text = names.join(", ");
  return text.length <= MAX_LIST_CHARS ? text : `${text.slice(0, MAX_LIST_CHARS)}…`;
}
