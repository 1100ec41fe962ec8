import { openAccountStore } from "./account/account-store.js";
import { createBrokerBlock } from "./broker-block.js";
import { CAPABILITIES, refuseIntent } from "./capabilities.js";
import { ConnectorError } from "../connector.js";
import type { Connector, Reading, StatusSnapshot } from "../connector.js";
import { parseBrokerUrl } from "./credentials.js";
import { createFleet } from "./fleet.js";
import type { RoborockTuning } from "./fleet.js";
import { parseOptions, RoborockOptions } from "./options.js";
import type { RoborockOptionsInput } from "./options.js";
import { systemRuntime } from "./runtime.js";

/**
 * A read-only connector for the vacuums that the configuration names, over their MQTT broker and their own network. Without
 * options it reports `not_configured` and opens nothing. With `tuning.folder`, a refusal by the broker is remembered over
 * restarts. Throws `NOT_CONFIGURED` for options that are not valid.
 */
export function createRoborockConnector(input: RoborockOptionsInput | null, tuning: RoborockTuning = {}): Connector {
  const options = input === null ? null : parseOptions(RoborockOptions, input);
  if (options === null || options.devices.length === 0) return unconfigured();
  const address = parseBrokerUrl(options.brokerUrl);
  if (address === null) throw new ConnectorError("NOT_CONFIGURED", "The broker's address is not valid");
  const runtime = tuning.runtime ?? systemRuntime;
  const listeners = new Set<(reading: Reading) => void>();
  const onReading = (reading: Reading): void => {
    for (const listener of listeners) listener(reading);
  };
  const store = tuning.folder === undefined ? null : openAccountStore(tuning.folder);
  const block = createBrokerBlock(store, options.rriot, runtime);
  const fleet = createFleet(
    { ...options, address, roomNames: new Map(), onReading, onConnection: (state) => block.note(state) },
    tuning,
    runtime,
  );
  let running: Promise<StatusSnapshot> | null = null;
  return {
    id: "roborock",
    capabilities: CAPABILITIES,
    start() {
      fleet.start(block.untilMs());
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
