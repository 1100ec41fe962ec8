import { ConnectorError } from "../connector.js";
import type { Connector, Reading, StatusSnapshot } from "../connector.js";
import { parseBrokerUrl } from "./credentials.js";
import { createFleet } from "./fleet.js";
import type { RoborockTuning } from "./fleet.js";
import { parseOptions } from "./options.js";
import type { RoborockOptionsInput } from "./options.js";
import { systemRuntime } from "./runtime.js";

const CAPABILITIES = [
  { id: "roborock.status.read", mode: "read", riskTier: "low" },
  { id: "roborock.consumables.read", mode: "read", riskTier: "low" },
  { id: "roborock.history.read", mode: "read", riskTier: "low" },
  { id: "roborock.setup.read", mode: "read", riskTier: "low" },
] as const;

/**
 * A read-only connector for the vacuums that the configuration names, over their MQTT broker and their own network. Without
 * options it reports `not_configured` and opens nothing. Throws `NOT_CONFIGURED` for options that are not valid.
 */
export function createRoborockConnector(input: RoborockOptionsInput | null, tuning: RoborockTuning = {}): Connector {
  const options = input === null ? null : parseOptions(input);
  if (options === null || options.devices.length === 0) return unconfigured();
  const address = parseBrokerUrl(options.brokerUrl);
  if (address === null) throw new ConnectorError("NOT_CONFIGURED", "The broker's address is not valid");
  const listeners = new Set<(reading: Reading) => void>();
  const onReading = (reading: Reading): void => {
    for (const listener of listeners) listener(reading);
  };
  const fleet = createFleet(
    { ...options, address, roomNames: new Map(), onReading },
    tuning,
    tuning.runtime ?? systemRuntime,
  );
  let running: Promise<StatusSnapshot> | null = null;
  return {
    id: "roborock",
    capabilities: CAPABILITIES,
    start() {
      fleet.start();
      return Promise.resolve();
    },
    stop: () => fleet.stop(),
    health: () => fleet.health(),
    readStatus() {
      running ??= fleet.readAll().finally(() => {
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
