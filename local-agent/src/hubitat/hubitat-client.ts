import type { HubRead } from "./allow-list.js";
import { hubFailed } from "./hub-answer.js";
import type { HubAnswer } from "./hub-answer.js";
import type { HubitatConfig } from "./hubitat-config.js";
import { parseHsm, parseModes, parseRooms } from "./schema-place.js";
import type { HubMode, HubRoom, HubSafety } from "./schema-place.js";
import { parseCommands, parseEvents } from "./schema-records.js";
import type { HubEventRecord } from "./schema-records.js";
import { parseAllDevices, parseCapabilities, parseDeviceDetails, parseDeviceList } from "./schema.js";
import type { HubDevice, HubDeviceDetails, HubList, HubListedDevice } from "./schema.js";
import { openTransport, sendRead } from "./send-read.js";

/** Reads that may wait for one of the hub's two connections; one more is answered `busy` at once. */
const MAX_READS_AT_ONCE = 32;

/**
 * Reads one Maker API instance. Every call answers with data; none rejects, none carries the token. Reads of one device
 * are sent only for a device that the hub itself has listed; any other is `notFound`.
 */
export interface HubitatClient {
  readDevices(): Promise<HubAnswer<HubList<HubListedDevice>>>;
  readAllDevices(): Promise<HubAnswer<HubList<HubDevice>>>;
  readDevice(deviceId: string): Promise<HubAnswer<HubDeviceDetails>>;
  /** A query on the hub's database: for a person who asks, never for a loop. */
  readEvents(deviceId: string): Promise<HubAnswer<HubList<HubEventRecord>>>;
  readCapabilities(deviceId: string): Promise<HubAnswer<readonly string[]>>;
  /** What the token could make this device do, so that a person can share less. */
  readCommands(deviceId: string): Promise<HubAnswer<readonly string[]>>;
  /** `notAvailable` where the instance does not share modes. */
  readModes(): Promise<HubAnswer<HubList<HubMode>>>;
  /** `notAvailable` where the instance does not share the alarm system. */
  readSafety(): Promise<HubAnswer<HubSafety>>;
  /** `notFound` on firmware without rooms; devices name theirs all the same. */
  readRooms(): Promise<HubAnswer<HubList<HubRoom>>>;
  /** Ends every request in flight with `stopped`; later calls answer `stopped` too. */
  close(): void;
}

/** Makes a client. Nothing is sent until something is read. */
export function createHubitatClient(config: HubitatConfig): HubitatClient {
  const transport = openTransport(config.pinnedCertificatePem);
  const stopping = new AbortController();
  let listedIds: ReadonlySet<string> | null = null;
  let atOnce = 0;

  async function read<T>(path: HubRead, parse: (body: unknown) => T | null): Promise<HubAnswer<T>> {
    if (atOnce >= MAX_READS_AT_ONCE) return hubFailed("busy");
    atOnce += 1;
    try {
      const answer = await sendTwiceIfCut(path);
      if (answer.kind === "failed") return answer;
      const value = parse(answer.value);
      return value === null ? hubFailed("unexpectedShape") : { kind: "ok", value };
    } finally {
      atOnce -= 1;
    }
  }

  /** Hubs cut JSON off under load; the same question is then asked once more, within the same deadline. */
  async function sendTwiceIfCut(path: HubRead): Promise<HubAnswer<unknown>> {
    const endsAtMs = performance.now() + config.timeoutMs;
    const first = await sendRead(transport, config, path, config.timeoutMs, stopping.signal);
    const isCut = first.kind === "failed" && (first.failure === "notJson" || first.failure === "cutShort");
    const remainingMs = endsAtMs - performance.now();
    if (!isCut || remainingMs <= 0) return first;
    return sendRead(transport, config, path, remainingMs, stopping.signal);
  }

  async function readList<T extends { readonly id: string }>(
    template: "devices" | "devices/all",
    parse: (body: unknown) => HubList<T> | null,
  ): Promise<HubAnswer<HubList<T>>> {
    const answer = await read({ template }, parse);
    if (answer.kind === "ok") listedIds = new Set(answer.value.items.map(({ id }) => id));
    return answer;
  }

  async function readOf<T>(
    template: Extract<HubRead, { readonly deviceId: string }>["template"],
    deviceId: string,
    parse: (body: unknown) => T | null,
  ): Promise<HubAnswer<T>> {
    if (listedIds === null) {
      const list = await readList("devices", parseDeviceList);
      if (list.kind === "failed") return list;
    }
    if (listedIds?.has(deviceId) !== true) return hubFailed("notFound");
    return read({ template, deviceId }, parse);
  }

  return {
    readDevices: () => readList("devices", parseDeviceList),
    readAllDevices: () => readList("devices/all", parseAllDevices),
    readDevice: (id) => readOf("devices/{id}", id, (body) => ofDevice(parseDeviceDetails(body), id)),
    readEvents: (id) => readOf("devices/{id}/events", id, parseEvents),
    readCapabilities: (id) => readOf("devices/{id}/capabilities", id, parseCapabilities),
    readCommands: (id) => readOf("devices/{id}/commands", id, parseCommands),
    readModes: () => read({ template: "modes" }, parseModes),
    readSafety: () => read({ template: "hsm" }, parseHsm),
    readRooms: () => read({ template: "rooms" }, parseRooms),
    close: () => stopping.abort(),
  };
}

/** The record of another device than the one asked for is no answer. */
function ofDevice(details: HubDeviceDetails | null, id: string): HubDeviceDetails | null {
  return details?.id === id ? details : null;
}
