import { randomUUID } from "node:crypto";
import type { Fault, HubFaults, LiveFault } from "./faults.js";
import type { RecordedRequest } from "./request-log.js";
import { writeJournal } from "../simulator-journal.js";
import type { SocketManner } from "./event-socket.js";
import { SimulatorServer } from "./simulator-server.js";

export { LIVE_FAULT_KINDS } from "./faults.js";
export type { Fault, HubFaults, LiveFault } from "./faults.js";
export type { RequestClass } from "./classify-request.js";
export type { RecordedRequest } from "./request-log.js";
export { HOT_ROOM_FROM, HOT_ROOM_UNTIL } from "./kiln-room-day.js";

export interface HubSimulatorOptions {
  /** 0 or absent: a free port. */
  readonly port?: number;
  readonly host?: string;
  readonly appId?: string;
  /** Absent: a random one, in the form of a real one. */
  readonly token?: string;
  /** Simulated seconds per real second; 0 stands still. Default 1. */
  readonly speed?: number;
  /** Time of day at the start, `HH:MM`. Default 13:30, half an hour before the kiln room gets hot. */
  readonly startAt?: string;
  /** Real hubs answer JSON under `text/html` now and then; a client must not care. */
  readonly contentType?: string;
  /** How often changes are pushed to the event socket, in real milliseconds. Default 250. */
  readonly tickMs?: number;
  /** False: modes and HSM are not shared, and the firmware knows no rooms. Default true. */
  readonly sharesPlace?: boolean;
  /** False: what reaches this hub is not a client under test, so it does not count in a run's proof. Default true. */
  readonly isJournalled?: boolean;
}

export interface HubSimulator {
  readonly origin: string;
  readonly appId: string;
  readonly token: string;
  /** Every request, the event socket's upgrades among them, oldest first; `/_sim` left out. */
  readonly requests: readonly RecordedRequest[];
  /** Those that this release must never send; what would actuate on a real hub did actuate here. */
  readonly violations: readonly RecordedRequest[];
  readonly faults: HubFaults;
  readonly live: HubLive;
  /** Holds a value against the script until the next `jumpTo`. Throws for a device that does not exist. */
  setAttribute(deviceId: string, attribute: string, value: string | null): void;
  /** The value that the hub holds now; undefined for an unknown device or attribute. */
  readAttribute(deviceId: string, attribute: string): string | null | undefined;
  /** Forward to the next `HH:MM`; overrides end. */
  jumpTo(clock: string): void;
  /** Time of day in the simulated studio. */
  wallClock(): string;
  stop(): Promise<void>;
}

/** What the hub tells unasked, and how that can go wrong. */
export interface HubLive {
  /** As a person enters it in the instance's page. null: none. */
  setPostUrl(url: string | null): void;
  /** Status of each POST so far; 0: it did not arrive. */
  readonly postStatuses: readonly number[];
  spoil(fault: LiveFault | null): void;
  /** How the event socket meets clients from now on; `redirect` leads to the hub's log. */
  setManner(manner: SocketManner): void;
  listeners(): number;
  dropListeners(): void;
  /** Half-open: the connections stay, and nothing comes through any more. */
  silenceListeners(): void;
  pingListeners(withinMs: number): Promise<number>;
  /** Sends a text on the socket as it is. */
  sendText(text: string): void;
  /** An event of the place: `mode`, `hsmStatus` (both then hold), `hsmAlert`, `systemStart`. */
  tellLocation(name: string, value: string): void;
  /** Several values change before any of them is told. Throws for a device that does not exist. */
  setAttributes(all: readonly (readonly [deviceId: string, attribute: string, value: string | null])[]): void;
}

/** Starts a Maker API hub with a kiln-room day on it. Rejects when the port is taken. */
export async function startHubSimulator(options: HubSimulatorOptions = {}): Promise<HubSimulator> {
  const server = new SimulatorServer({
    port: options.port ?? 0,
    host: options.host ?? "127.0.0.1",
    appId: options.appId ?? "37",
    token: options.token ?? randomUUID(),
    speed: options.speed ?? 1,
    startAt: options.startAt ?? "13:30",
    contentType: options.contentType ?? "application/json;charset=utf-8",
    tickMs: options.tickMs ?? 250,
    sharesPlace: options.sharesPlace ?? true,
  });
  await server.start();
  return {
    origin: server.origin(),
    appId: server.options.appId,
    token: server.options.token,
    requests: server.log.requests,
    violations: server.log.violations,
    faults: {
      set: (fault: Fault | Fault["kind"]) => server.setFault(typeof fault === "string" ? { kind: fault } : fault),
      clear: () => server.faults.clear(),
      current: () => server.faults.current(),
    },
    live: liveOf(server),
    setAttribute: (deviceId, attribute, value) => {
      if (!server.setAttribute(deviceId, attribute, value)) throw new Error(`no simulated device ${deviceId}`);
    },
    readAttribute: (deviceId, attribute) => server.readAttribute(deviceId, attribute),
    jumpTo: (clock) => server.jumpTo(clock),
    wallClock: () => server.clock.wallClock(),
    stop: async () => {
      await server.stop();
      const { requests, violations } = server.log;
      if (options.isJournalled !== false)
        writeJournal({
          simulator: "hub",
          requests: requests.length,
          violations: violations.map(({ method, path }) => `${method} ${path}`),
        });
    },
  };
}

function liveOf(server: SimulatorServer): HubLive {
  return {
    setPostUrl: (url) => server.postUrl.set(url),
    postStatuses: server.postUrl.statuses,
    spoil: (fault) => server.setLiveFault(fault),
    setManner: (manner) => server.socket.setManner(manner),
    listeners: () => server.socket.listeners(),
    dropListeners: () => server.socket.dropListeners(),
    silenceListeners: () => server.socket.silenceListeners(),
    pingListeners: (withinMs) => server.socket.pingListeners(withinMs),
    sendText: (text) => server.socket.send(text),
    tellLocation: (name, value) => server.tellLocation(name, value),
    setAttributes: (all) => {
      if (!server.setAttributes(all)) throw new Error("no such simulated device");
    },
  };
}
