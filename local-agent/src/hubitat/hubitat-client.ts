import type { HubRead } from "./allow-list.js";
import { hubFailed } from "./hub-answer.js";
import type { HubAnswer } from "./hub-answer.js";
import type { HubitatConfig } from "./hubitat-config.js";
import { parseAllDevices, parseDeviceList, parseModes } from "./schema.js";
import type { HubDevice, HubList, HubListedDevice, HubMode } from "./schema.js";
import { openTransport, sendRead } from "./send-read.js";

/** Reads one Maker API instance. Every call answers with data; none rejects, none carries the token. */
export interface HubitatClient {
  readDevices(): Promise<HubAnswer<HubList<HubListedDevice>>>;
  readAllDevices(): Promise<HubAnswer<HubList<HubDevice>>>;
  readModes(): Promise<HubAnswer<HubList<HubMode>>>;
  /** Ends every request in flight with `stopped`; later calls answer `stopped` too. */
  close(): void;
}

/** Makes a client. Nothing is sent until something is read. */
export function createHubitatClient(config: HubitatConfig): HubitatClient {
  const transport = openTransport(config.pinnedCertificatePem);
  const stopping = new AbortController();

  async function read<T>(path: HubRead, parse: (body: unknown) => T | null): Promise<HubAnswer<T>> {
    const endsAtMs = performance.now() + config.timeoutMs;
    const first = await sendRead(transport, config, path, config.timeoutMs, stopping.signal);
    const remainingMs = endsAtMs - performance.now();
    const mayRepeat = isCut(first) && remainingMs > 0;
    const answer = mayRepeat ? await sendRead(transport, config, path, remainingMs, stopping.signal) : first;
    if (answer.kind === "failed") return answer;
    const value = parse(answer.value);
    return value === null ? hubFailed("unexpectedShape") : { kind: "ok", value };
  }

  return {
    readDevices: () => read("devices", parseDeviceList),
    readAllDevices: () => read("devices/all", parseAllDevices),
    readModes: () => read("modes", parseModes),
    close: () => stopping.abort(),
  };
}

/** Hubs cut JSON off under load; the same question is then asked once more, within the same deadline. */
function isCut(answer: HubAnswer<unknown>): boolean {
  return answer.kind === "failed" && (answer.failure === "notJson" || answer.failure === "cutShort");
}
