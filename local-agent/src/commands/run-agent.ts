import { writeSync } from "node:fs";
import { createAgent } from "../agent.js";
import type { Agent } from "../agent.js";
import { assemble } from "../assemble.js";
import { secretsOf } from "../config.js";
import type { AgentConfig } from "../config.js";
import { loadConfig, rulesFileOf } from "../load-config.js";
import { createLogger } from "../logger.js";
import type { Logger } from "../logger.js";
import type { StatusServer } from "../status/status-server.js";
import { Unusable, explain } from "./unusable.js";

/** A single run sends what it read for at most this long; what is left is sent by the next run. Milliseconds. */
const ONCE_DRAIN_MS = 30_000;
/** Host and port of an emulator on this machine or network. */
const EMULATOR_HOST = /^[A-Za-z0-9.-]{1,253}:\d{1,5}$/;

export interface RunOptions {
  readonly config: string;
  readonly once?: boolean;
  readonly dryRun?: boolean;
}

/** `studio-agent run`: ends with 0 when all was read and sent (`--once`) or the stop was clean, with 1 otherwise. */
export async function runAgent(options: RunOptions): Promise<void> {
  const config = loadConfig(options.config, process.env);
  const logger = openLog(config);
  endOnDefects(logger);
  const agent = await createAgent(
    await assemble(config, logger, {
      isDryRun: options.dryRun === true,
      emulatorHost: readEmulatorHost(config, options.dryRun === true),
      rulesPath: rulesFileOf(options.config),
      print: (line) => console.log(line),
    }),
  );
  if (options.once === true) {
    const { isComplete } = await agent.runOnce();
    const isDrained = await agent.stop(ONCE_DRAIN_MS);
    process.exit(isComplete && isDrained ? 0 : 1);
  }
  await runUntilStopped(agent, options.config, config, logger);
}

async function runUntilStopped(agent: Agent, path: string, config: AgentConfig, logger: Logger): Promise<void> {
  let page: StatusServer | null = null;
  let isStopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (isStopping) process.exit(1); // asked twice: now
    isStopping = true;
    logger.info("agent_stopping", { signal });
    // What could not be sent stays in the outbox: a stop that leaves something there is still a clean stop.
    void Promise.all([agent.stop(), page?.close()]).then(() => process.exit(0));
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  process.on("SIGHUP", () => {
    useNewKey(agent, path, logger);
    agent.reloadRules().catch((error: unknown) => logger.error("rules_not_applied", { error }));
  });
  agent.start();
  if (config.status !== null) page = await openStatusPage(config.status.port, agent, logger);
}

/** After a rotation the file holds another key. A configuration that is no longer good changes nothing. */
function useNewKey(agent: Agent, path: string, logger: Logger): void {
  try {
    agent.useKey(loadConfig(path, process.env).keyFile);
  } catch (error) {
    logger.error("key_not_reloaded", { problem: explain(error) });
  }
}

/** Without its page the agent still does its work, so a port that is taken is said and borne. */
async function openStatusPage(port: number, agent: Agent, logger: Logger): Promise<StatusServer | null> {
  const { startStatusServer } = await import("../status/status-server.js");
  try {
    const page = await startStatusServer(port, () => agent.status());
    logger.info("status_page_open", { port: page.port });
    return page;
  } catch (error) {
    logger.error("status_page_failed", { port, error });
    return null;
  }
}

/** Log lines go to standard error one after another, so that a crash loses none and a dry run's output stays clean. */
export function openLog(config: AgentConfig): Logger {
  return createLogger({
    minLevel: config.logLevel,
    write: (line) => void writeSync(process.stderr.fd, line),
    nowMs: Date.now,
    secrets: secretsOf(config),
  });
}

/** A defect ends the process: the service manager starts it again, and the outbox has what was queued. */
function endOnDefects(logger: Logger): void {
  for (const kind of ["unhandledRejection", "uncaughtException"] as const) {
    process.on(kind, (error: unknown) => {
      logger.error("defect", { kind, error });
      process.exit(1);
    });
  }
}

/** The Pub/Sub emulator that the environment names; undefined: the real Pub/Sub. Throws `Unusable`. */
export function readEmulatorHost(config: AgentConfig, isDryRun: boolean): string | undefined {
  const host = process.env["PUBSUB_EMULATOR_HOST"];
  if (host !== undefined && !EMULATOR_HOST.test(host)) throw new Unusable("PUBSUB_EMULATOR_HOST is not host:port.");
  if (host === undefined && config.pubsub.projectId.startsWith("demo-") && !isDryRun) {
    throw new Unusable("A demo- project exists in the emulator alone: set PUBSUB_EMULATOR_HOST, or use --dry-run.");
  }
  return host;
}
