import { ConnectorError } from "../connector.js";
import type { Connector, Reading, StatusSnapshot } from "../connector.js";
import { pointAttributes } from "./attributes.js";
import { deriveEndpoint, deriveMqttCredentials, deriveTopics, parseBrokerUrl } from "./credentials.js";
import { createMqttConnection } from "./mqtt-connection.js";
import type { ConnectionOptions, VacuumConnection } from "./mqtt-connection.js";
import { parseOptions } from "./options.js";
import type { RoborockOptions, RoborockOptionsInput } from "./options.js";
import { systemRuntime } from "./runtime.js";
import type { Runtime } from "./runtime.js";
import { createSession, unsupportedVersion } from "./session.js";
import type { RpcSession, SessionOptions } from "./session.js";
import { toHealth } from "./vacuum-record.js";
import { CONSUMABLES_INTERVAL_MS, createVacuum, toConnectorError } from "./vacuum.js";
import type { Vacuum } from "./vacuum.js";

/** Bounds and edges that a test, or a slow network, may set otherwise. */
export interface RoborockTuning extends Pick<SessionOptions, "timeoutMs" | "minGapMs" | "busyRetryMs"> {
  readonly runtime?: Runtime;
  readonly consumablesIntervalMs?: number;
  readonly openConnection?: (options: ConnectionOptions, runtime: Runtime) => VacuumConnection;
}

const CAPABILITIES = [
  { id: "roborock.status.read", mode: "read", riskTier: "low" },
  { id: "roborock.consumables.read", mode: "read", riskTier: "low" },
] as const;

/**
 * A read-only connector for the vacuums of one Roborock account, over its MQTT broker. Without options it reports
 * `not_configured` and opens nothing. Throws `NOT_CONFIGURED` for options that are not valid.
 */
export function createRoborockConnector(input: RoborockOptionsInput | null, tuning: RoborockTuning = {}): Connector {
  if (input === null) return unconfigured();
  const options = parseOptions(input);
  const runtime = tuning.runtime ?? systemRuntime;
  const vacuums = options.devices.map((config) => createVacuum(config, options.isSimulated, runtime));
  const readable = vacuums.filter(({ config }) => config.pv === "1.0");
  const unsupported = vacuums.filter(({ config }) => config.pv !== "1.0");
  if (vacuums.length === 0) return unconfigured();
  const listeners = new Set<(reading: Reading) => void>();
  const { connection, session } = connectVacuums(readable, options, tuning, runtime, (reading) => {
    for (const listener of listeners) listener(reading);
  });
  let running: Promise<StatusSnapshot> | null = null;

  async function readAll(): Promise<StatusSnapshot> {
    if (readable.length === 0) throw unsupportedVersion(vacuums[0]?.config.pv ?? "");
    const errors: ConnectorError[] = [];
    const reads = readable.map(async (vacuum): Promise<Reading[]> => {
      try {
        return await vacuum.read(session, tuning.consumablesIntervalMs ?? CONSUMABLES_INTERVAL_MS);
      } catch (error) {
        errors.push(toConnectorError(error));
        return vacuum.staleReadings();
      }
    });
    const readings = (await Promise.all(reads)).flat();
    const [first] = errors;
    if (first !== undefined && errors.length === readable.length) throw first;
    return {
      devices: vacuums.map(({ device }) => device),
      readings: [...readings, ...unsupported.flatMap(toUnsupportedReadings)],
    };
  }

  return {
    id: "roborock",
    capabilities: CAPABILITIES,
    start() {
      if (readable.length > 0) connection.start();
      return Promise.resolve();
    },
    stop: () => connection.stop(),
    health: () => toHealth(readable.map((vacuum) => vacuum.record())),
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

function connectVacuums(
  vacuums: readonly Vacuum[],
  options: RoborockOptions,
  tuning: RoborockTuning,
  runtime: Runtime,
  emit: (reading: Reading) => void,
): { connection: VacuumConnection; session: RpcSession } {
  const { rriot, ca, protocolVersion } = options;
  const address = parseBrokerUrl(options.brokerUrl);
  if (address === null) throw new ConnectorError("NOT_CONFIGURED", "The broker's address is not valid");
  const byDuid = new Map(vacuums.map((vacuum) => [vacuum.config.duid, vacuum]));
  const devices = vacuums.map(({ config }) => {
    const { publish, subscribe } = deriveTopics(rriot, config.duid);
    return { ...config, publishTopic: publish, subscribeTopic: subscribe };
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
      onState: () => session.handleState(),
    },
    runtime,
  );
  const { timeoutMs, minGapMs, busyRetryMs } = tuning;
  const session = createSession(
    connection,
    {
      devices,
      endpoint: deriveEndpoint(rriot.k),
      timeoutMs,
      minGapMs,
      busyRetryMs,
      onPush: (duid, points, deviceTime) => {
        for (const reading of byDuid.get(duid)?.keep(pointAttributes(points, deviceTime)) ?? []) emit(reading);
      },
    },
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

function unconfigured(): Connector {
  return {
    id: "roborock",
    capabilities: CAPABILITIES,
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    health: () => ({ state: "not_configured", lastSuccessAt: null, lastError: null, consecutiveFailures: 0 }),
    readStatus: () => Promise.reject(new ConnectorError("NOT_CONFIGURED", "No vacuum is configured")),
    execute: refuseIntent,
  };
}

function refuseIntent(): Promise<never> {
  return Promise.reject(new ConnectorError("READ_ONLY", "The vacuum client reads; it has no way to act"));
}
