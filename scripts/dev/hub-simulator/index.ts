import { randomUUID } from "node:crypto";
import type { Fault, HubFaults } from "./faults.js";
import type { RecordedRequest } from "./request-log.js";
import { writeJournal } from "../simulator-journal.js";
import { SimulatorServer } from "./simulator-server.js";

export type { Fault, HubFaults } from "./faults.js";
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
  /** False: what reaches this hub is not a client under test, so it does not count in a run's proof. Default true. */
  readonly isJournalled?: boolean;
}

export interface HubSimulator {
  readonly origin: string;
  readonly appId: string;
  readonly token: string;
  /** Every request of the Maker API and of anything else, oldest first; `/_sim` and the event socket left out. */
  readonly requests: readonly RecordedRequest[];
  /** Those that this release must never send; what would actuate on a real hub did actuate here. */
  readonly violations: readonly RecordedRequest[];
  readonly faults: HubFaults;
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
