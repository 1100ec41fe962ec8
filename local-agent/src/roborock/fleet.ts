import type { ConnectorError } from "../connector.js";
import type { ConnectorHealth, Reading, StatusSnapshot } from "../connector.js";
import { pointAttributes } from "./attributes.js";
import { DEFAULT_CADENCE } from "./cadence.js";
import type { Cadence } from "./cadence.js";
import { deriveEndpoint, deriveMqttCredentials, deriveTopics } from "./credentials.js";
import type { BrokerAddress, SessionSecrets } from "./credentials.js";
import { createLanChannel } from "./lan/lan-channel.js";
import type { LanChannel } from "./lan/lan-channel.js";
import { createMqttConnection } from "./mqtt-connection.js";
import type { ConnectionOptions, ConnectionState, VacuumConnection } from "./mqtt-connection.js";
import type { SharedOptions, VacuumConfig } from "./options.js";
import { unsupportedVersion } from "./rpc-channel.js";
import type { Runtime } from "./runtime.js";
import { createSession } from "./session.js";
import type { RpcSession, SessionOptions } from "./session.js";
import { toHealth } from "./vacuum-record.js";
import { createVacuum, toConnectorError } from "./vacuum.js";
import type { Vacuum } from "./vacuum.js";

/** Bounds and edges that a test, or a slow network, may set otherwise. */
export interface RoborockTuning extends Pick<SessionOptions, "timeoutMs" | "minGapMs" | "busyRetryMs"> {
  readonly runtime?: Runtime;
  readonly cadence?: Partial<Cadence>;
  /** Where login, home and limits of the account are kept. */
  readonly folder?: string;
  readonly openConnection?: (options: ConnectionOptions, runtime: Runtime) => VacuumConnection;
}

export interface FleetOptions extends SharedOptions {
  readonly address: BrokerAddress;
  readonly rriot: SessionSecrets;
  readonly devices: readonly VacuumConfig[];
  /** What the account's home data says; absent: nobody knows, so each counts as online. */
  readonly isOnline?: (duid: string) => boolean;
  /** Names of the home's rooms by id. */
  readonly roomNames: ReadonlyMap<string, string>;
  readonly onReading: (reading: Reading) => void;
  /** A vacuum's local key is probably an old one. */
  readonly onStaleKey?: () => void;
  readonly onConnection?: (state: ConnectionState) => void;
}

/** The vacuums of one account behind one connection. */
export interface Fleet {
  readonly vacuums: readonly Vacuum[];
  /** `blockedUntilMs`: the broker refused the account not long ago, and is not tried before. */
  start(blockedUntilMs: number | null): void;
  stop(): Promise<void>;
  /** Asks every vacuum for what is due. Rejects with the first failure when none could be read. */
  readAll(): Promise<StatusSnapshot>;
  health(): ConnectorHealth;
}

export function createFleet(options: FleetOptions, tuning: RoborockTuning, runtime: Runtime): Fleet {
  const byDuid = new Map<string, Vacuum>();
  const onPush: SessionOptions["onPush"] = (duid, points, deviceTime) => {
    for (const reading of byDuid.get(duid)?.keep(pointAttributes(points, deviceTime)) ?? []) options.onReading(reading);
  };
  const lan = openLan(options, onPush, runtime);
  const cadence = { ...DEFAULT_CADENCE, ...tuning.cadence };
  const reads = new Set(options.reads);
  for (const config of options.devices) {
    const onAddress = (address: string): void => lan?.setAddress(config, config.lanAddress ?? address);
    const isOnline = (): boolean => options.isOnline?.(config.duid) ?? true;
    const { isSimulated, roomNames } = options;
    const vacuum = createVacuum(config, { isSimulated, cadence, reads, roomNames, onAddress, isOnline }, runtime);
    byDuid.set(config.duid, vacuum);
  }
  const vacuums = [...byDuid.values()];
  const readable = vacuums.filter(({ config }) => config.pv === "1.0");
  const unsupported = vacuums.filter(({ config }) => config.pv !== "1.0");
  const { connection, session } = connect(readable, options, { ...tuning, lan, onPush }, runtime);

  return {
    vacuums,
    start(blockedUntilMs) {
      if (readable.length === 0) return;
      connection.start(blockedUntilMs);
      for (const { config } of readable)
        if (config.lanAddress !== undefined) lan?.setAddress(config, config.lanAddress);
    },
    async stop() {
      lan?.stop();
      await connection.stop();
    },
    async readAll() {
      if (readable.length === 0) throw unsupportedVersion(vacuums[0]?.config.pv ?? "");
      const errors: ConnectorError[] = [];
      const reading = readable.map(async (vacuum): Promise<Reading[]> => {
        try {
          return await vacuum.read(session);
        } catch (error) {
          errors.push(toConnectorError(error));
          return vacuum.staleReadings();
        }
      });
      const readings = (await Promise.all(reading)).flat();
      const [first] = errors;
      if (first !== undefined && errors.length === readable.length) throw first;
      return {
        devices: vacuums.map(({ device }) => device),
        readings: [...readings, ...unsupported.flatMap(toUnsupportedReadings)],
      };
    },
    health: () => toHealth(readable.map((vacuum) => vacuum.record())),
  };
}

function openLan(options: FleetOptions, onPush: SessionOptions["onPush"], runtime: Runtime): LanChannel | undefined {
  if (!options.lan.isEnabled) return undefined;
  const { port } = options.lan;
  // An address in the configuration is the operator's own word, and may be this machine.
  const isLoopbackAllowed = options.isSimulated || options.devices.some(({ lanAddress }) => lanAddress !== undefined);
  return createLanChannel({ port, isLoopbackAllowed, onPush, onStaleKey: options.onStaleKey }, runtime);
}

function connect(
  vacuums: readonly Vacuum[],
  options: FleetOptions,
  tuning: RoborockTuning & Pick<SessionOptions, "onPush" | "lan">,
  runtime: Runtime,
): { connection: VacuumConnection; session: RpcSession } {
  const { address, rriot, ca, protocolVersion } = options;
  const devices = vacuums.map(({ config }) => {
    const { publish, subscribe } = deriveTopics(rriot, config.duid);
    const isOnline = (): boolean => options.isOnline?.(config.duid) ?? true;
    return { ...config, publishTopic: publish, subscribeTopic: subscribe, isOnline };
  });
  const connection = (tuning.openConnection ?? createMqttConnection)(
    {
      ...deriveMqttCredentials(rriot),
      address,
      ca,
      protocolVersion,
      subscribeTopics: devices.map(({ subscribeTopic }) => subscribeTopic),
      publishTopics: devices.map(({ publishTopic }) => publishTopic),
      onMessage: (topic, payload) => session.handleMessage(topic, payload),
      onState(state) {
        session.handleState();
        options.onConnection?.(state);
      },
    },
    runtime,
  );
  const { timeoutMs, minGapMs, busyRetryMs, lan, onPush } = tuning;
  const { onStaleKey } = options;
  const endpoint = deriveEndpoint(rriot.k);
  const session = createSession(
    connection,
    { devices, endpoint, timeoutMs, minGapMs, busyRetryMs, lan, onPush, onStaleKey },
    runtime,
  );
  return { connection, session };
}

/** A vacuum of another protocol says so in its readings, and keeps none of the others from working. */
function toUnsupportedReadings(vacuum: Vacuum): Reading[] {
  const { pv } = vacuum.config;
  const told = vacuum.keep([
    { attribute: "unsupportedProtocol", value: pv, unit: null, source: "rpc", deviceTime: null },
  ]);
  return [...told, vacuum.unknownState()];
}
