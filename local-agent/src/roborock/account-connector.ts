import { ConnectorError } from "../connector.js";
import type { Connector, ConnectorHealth, Reading, StatusSnapshot } from "../connector.js";
import { AccountError } from "./account/account-error.js";
import { createAccountSession } from "./account/account-session.js";
import type { LoggedIn } from "./account/account-session.js";
import { openAccountStore } from "./account/account-store.js";
import { protocolOf } from "./account/home-data.js";
import type { Home } from "./account/home-data.js";
import { pointAttributes } from "./attributes.js";
import { createBrokerBlock } from "./broker-block.js";
import { CAPABILITIES, refuseIntent } from "./capabilities.js";
import { parseBrokerUrl } from "./credentials.js";
import { createFleet } from "./fleet.js";
import type { Fleet, RoborockTuning } from "./fleet.js";
import { AccountOptions, parseOptions } from "./options.js";
import type { AccountOptionsInput, VacuumConfig } from "./options.js";
import { systemRuntime } from "./runtime.js";

/**
 * A read-only connector for every vacuum of one account. Needs a login, made once by `studio-agent roborock login` and kept in
 * `tuning.folder`; without one it says so and asks nothing. Throws `NOT_CONFIGURED` for options that are not valid.
 */
export function createAccountConnector(
  input: AccountOptionsInput,
  tuning: RoborockTuning & { readonly folder: string; readonly restTimeoutMs?: number },
): Connector {
  const options = parseOptions(AccountOptions, input);
  const runtime = tuning.runtime ?? systemRuntime;
  const store = openAccountStore(tuning.folder);
  let stopping = new AbortController();
  const access = { ...options, restTimeoutMs: tuning.restTimeoutMs, signal: () => stopping.signal };
  const session = createAccountSession(access, store, runtime);
  const listeners = new Set<(reading: Reading) => void>();
  let fleet: Fleet | null = null;
  /** What the fleet was made of: another makes a new one. */
  let madeOf = "";
  let home: Home | null = null;
  let toldHomeAtMs = 0;
  let failure: ConnectorError | null = null;
  let running: Promise<StatusSnapshot> | null = null;

  /** The fleet for who is logged in and what is there now. */
  async function assemble(loggedIn: LoggedIn): Promise<Fleet | null> {
    home = loggedIn.home.home;
    const devices = toDevices(home, options.without);
    const wanted = JSON.stringify([loggedIn.userData, devices, home.rooms]);
    if (wanted === madeOf) return fleet;
    await close();
    madeOf = wanted;
    if (devices.length === 0 || stopping.signal.aborted) return null;
    fleet = open(loggedIn, devices);
    return fleet;
  }

  async function close(): Promise<void> {
    const last = fleet;
    fleet = null;
    madeOf = "";
    await last?.stop();
  }

  function open({ userData }: LoggedIn, devices: readonly VacuumConfig[]): Fleet {
    const { rriot } = userData;
    const address = parseBrokerUrl(rriot.r.m);
    if (address === null) throw new ConnectorError("BAD_RESPONSE", "The account names no broker");
    const block = createBrokerBlock(store, rriot, runtime);
    const opened = createFleet(
      {
        ...options,
        address,
        rriot,
        devices,
        roomNames: new Map(home?.rooms.map(({ id, name }) => [id, name])),
        isOnline: (duid) => home?.devices.find((device) => device.duid === duid)?.isOnline ?? true,
        onReading: (reading) => {
          for (const listener of listeners) listener(reading);
        },
        onStaleKey: () => session.wantNewHome(),
        onConnection: (state) => block.note(state),
      },
      tuning,
      runtime,
    );
    opened.start(block.untilMs());
    return opened;
  }

  /** What the home data says of each vacuum, once for each home that was fetched. */
  function homeReadings({ home: stored }: LoggedIn, of: Fleet): Reading[] {
    if (stored.fetchedAtMs === toldHomeAtMs) return [];
    toldHomeAtMs = stored.fetchedAtMs;
    return of.vacuums.flatMap((vacuum) => {
      const device = stored.home.devices.find(({ duid }) => duid === vacuum.config.duid);
      if (device === undefined || vacuum.config.pv !== "1.0") return [];
      const points = new Map(Object.entries(device.points).map(([key, value]) => [Number(key), value]));
      const online = {
        attribute: "isOnline",
        value: device.isOnline,
        unit: null,
        source: "rpc",
        deviceTime: null,
      } as const;
      return [
        ...vacuum.keepAt([online], stored.fetchedAtMs),
        // The cloud's copy may be any age, so it only stands in where nothing better is known.
        ...vacuum.keepStale(pointAttributes(points, null), stored.fetchedAtMs),
      ];
    });
  }

  function requireRunning(): void {
    if (stopping.signal.aborted) throw new ConnectorError("UNREACHABLE", "The connector is stopped");
  }

  async function readAll(): Promise<StatusSnapshot> {
    requireRunning();
    try {
      const loggedIn = await session.current();
      requireRunning();
      const current = await assemble(loggedIn);
      requireRunning();
      failure = session.lastError();
      if (current === null) return { devices: [], readings: [] };
      const told = homeReadings(loggedIn, current);
      const { devices, readings } = await current.readAll();
      return { devices, readings: newestOfEach(told, readings) };
    } catch (error) {
      // Somebody logged out: what was opened with the old login is closed.
      if (error instanceof AccountError && error.refusal === "NOT_LOGGED_IN") await close();
      if (fleet === null)
        failure = error instanceof ConnectorError ? error : new ConnectorError("BAD_RESPONSE", "no home");
      throw error;
    }
  }

  function health(): ConnectorHealth {
    const base: ConnectorHealth = fleet?.health() ?? {
      state: failure === null ? "degraded" : "down",
      lastSuccessAt: null,
      lastError: null,
      consecutiveFailures: failure === null ? 0 : 1,
    };
    if (failure === null) return base;
    // What only a person can mend comes first.
    const lastError = failure.code === "AUTH" ? failure.code : (base.lastError ?? failure.code);
    return { ...base, state: base.state === "healthy" ? "degraded" : base.state, lastError };
  }

  return {
    id: "roborock",
    capabilities: CAPABILITIES,
    start() {
      stopping = new AbortController();
      return Promise.resolve();
    },
    async stop() {
      stopping.abort();
      await close();
    },
    health,
    readStatus() {
      running ??= readAll().finally(() => {
        running = null;
      });
      return running;
    },
    execute: refuseIntent,
    onReading(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** One reading an attribute: what a vacuum said goes before the home's copy, but whether it is online only the home knows. */
function newestOfEach(told: readonly Reading[], heard: readonly Reading[]): Reading[] {
  const byAttribute = new Map<string, Reading>();
  const key = ({ deviceId, attribute }: Reading): string => `${deviceId} ${attribute}`;
  for (const reading of told) byAttribute.set(key(reading), reading);
  for (const reading of heard)
    if (reading.attribute !== "isOnline" || !byAttribute.has(key(reading))) byAttribute.set(key(reading), reading);
  return [...byAttribute.values()];
}

/** Vacuums of another protocol come along, so that they say so; other products do not. */
function toDevices(home: Home, without: readonly string[]): VacuumConfig[] {
  return home.devices
    .filter((device) => protocolOf(device) !== "no_vacuum" && !without.includes(device.name))
    .map(({ duid, name, localKey, pv, model, room }) => ({
      ...{ duid, name, localKey, pv, model },
      ...(room !== null && { room }),
    }));
}
