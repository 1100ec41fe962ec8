import { randomBytes } from "node:crypto";
import { statSync } from "node:fs";
import { join } from "node:path";
import type { AgentDeps } from "./agent.js";
import { revealAccount, revealHubitat, revealRoborock } from "./config.js";
import type { AgentConfig } from "./config.js";
import { readBounded } from "./load-config.js";
import type { Logger } from "./logger.js";
import { createMemoryOutbox } from "./outbox/memory-outbox.js";
import type { Outbox } from "./outbox/outbox.js";
import type { RulesFile } from "./rules/watch-rules.js";
import { createSkewMeter } from "./uplink/clock-skew.js";
import type { SkewMeter } from "./uplink/clock-skew.js";
import { googleTokens } from "./uplink/google-tokens.js";
import type { Publisher } from "./uplink/publisher.js";
import { createPubSubPublisher } from "./uplink/pubsub-publisher.js";

const BOOT_ID_BYTES = 12;

export interface AssembleOptions {
  /** Prints what would be published, keeps nothing on disk and publishes nothing. */
  readonly isDryRun: boolean;
  /** `host:port` of the Pub/Sub emulator; undefined: the real Pub/Sub. */
  readonly emulatorHost: string | undefined;
  readonly print: (line: string) => void;
  /** The file that the rules come from; null: they stand in the configuration. */
  readonly rulesPath: string | null;
}

/** Builds the agent's parts out of its configuration. Each device client is loaded only where it is configured. */
export async function assemble(config: AgentConfig, logger: Logger, options: AssembleOptions): Promise<AgentDeps> {
  const skew = createSkewMeter();
  return {
    tenantId: config.tenantId,
    agentId: config.agentId,
    key: config.keyFile,
    connectors: await connectorsOf(config, logger),
    rules: config.rules,
    policy: config.deadbands,
    isSimulated: config.simulated,
    kilnSensors: config.kilnSensors,
    routineEveryMs: config.routineEveryMs,
    outbox: options.isDryRun ? createMemoryOutbox(newBootId()) : await openOutbox(config, logger),
    publisher: options.isDryRun ? printingPublisher(options.print) : publisherOf(config, options.emulatorHost, skew),
    rulesFile: options.rulesPath === null ? null : rulesFileAt(options.rulesPath),
    skew,
    logger,
  };
}

/** The connectors that are configured, with the pace at which each is polled. */
export async function connectorsOf(config: AgentConfig, logger: Logger): Promise<AgentDeps["connectors"]> {
  const connectors: AgentDeps["connectors"][number][] = [];
  if (config.hubitat !== null) {
    const { createHubitatConnector } = await import("./hubitat/index.js");
    const onSkipped = (skipped: number): void => logger.for("hubitat").warn("entries_skipped", { skipped });
    const deps = { nowMs: Date.now, chance: Math.random, onSkipped };
    const connector = createHubitatConnector(revealHubitat(config.hubitat), deps);
    connectors.push({ connector, pollIntervalMs: config.hubitat.pollIntervalMs });
  }
  if (config.roborock !== null) {
    const { createRoborockConnector } = await import("./roborock/index.js");
    const folder = roborockFolder(config);
    const connector = createRoborockConnector(revealRoborock(config.roborock, config.simulated), { folder });
    connectors.push({ connector, pollIntervalMs: config.roborock.pollIntervalMs });
  }
  if (config.roborockAccount !== null) {
    const { createAccountConnector } = await import("./roborock/index.js");
    const options = revealAccount(config.roborockAccount, config.simulated);
    const connector = createAccountConnector(options, { folder: roborockFolder(config) });
    connectors.push({ connector, pollIntervalMs: config.roborockAccount.pollIntervalMs });
  }
  return connectors;
}

/** Login, home and limits of the vacuums' account. */
export function roborockFolder(config: AgentConfig): string {
  return join(config.stateDir, "roborock");
}

async function openOutbox(config: AgentConfig, logger: Logger): Promise<Outbox> {
  const { openLevelOutbox } = await import("./outbox/level-outbox.js");
  return openLevelOutbox({
    folder: join(config.stateDir, "outbox"),
    newBootId,
    nowMs: Date.now,
    onLost: (movedTo) => logger.error("outbox_unreadable", { movedTo }),
    onParked: (count) => logger.error("outbox_entries_set_aside", { count }),
  });
}

function rulesFileAt(path: string): RulesFile {
  return {
    read: () => readBounded(path),
    version: () => {
      const { size, mtimeMs, ino } = statSync(path);
      return `${size} ${mtimeMs} ${ino}`;
    },
  };
}

function publisherOf(config: AgentConfig, emulatorHost: string | undefined, skew: SkewMeter): Publisher {
  const { projectId, topic, region } = config.pubsub;
  const target = { projectId, topic, ...(region !== undefined && { region }) };
  return emulatorHost === undefined
    ? createPubSubPublisher(target, googleTokens(), undefined, skew.hear)
    : createPubSubPublisher({ ...target, emulatorHost }, null, undefined, skew.hear);
}

function printingPublisher(print: (line: string) => void): Publisher {
  return {
    publish: ({ text }) => {
      print(text);
      return Promise.resolve();
    },
    close: () => undefined,
  };
}

/** Random, so that a new outbox never counts on in the sequence of an old one. */
const newBootId = (): string => randomBytes(BOOT_ID_BYTES).toString("hex");
