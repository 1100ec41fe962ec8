#!/usr/bin/env node
import { writeSync } from "node:fs";
import { Command } from "commander";
import { createAgent } from "./agent.js";
import { assemble } from "./assemble.js";
import { secretsOf } from "./config.js";
import type { AgentConfig } from "./config.js";
import { InvalidConfig, loadConfig } from "./load-config.js";
import { createLogger } from "./logger.js";
import type { Logger } from "./logger.js";
import { OutboxInUse } from "./outbox/open-level.js";
import { UnusableKey, createKeyFile } from "./uplink/agent-key.js";

/** A single run sends what it read for at most this long; what is left is sent by the next run. Milliseconds. */
const ONCE_DRAIN_MS = 30_000;
/** Host and port of an emulator on this machine or network. */
const EMULATOR_HOST = /^[A-Za-z0-9.-]{1,253}:\d{1,5}$/;

interface RunOptions {
  readonly config: string;
  readonly once?: boolean;
  readonly dryRun?: boolean;
}

/** A problem that the person at the terminal can mend. */
class Unusable extends Error {
  override readonly name = "Unusable";
}

/** Ends with 0 when all was read and sent, with 1 otherwise. */
async function run(options: RunOptions): Promise<void> {
  const config = loadConfig(options.config, process.env);
  const logger = openLog(config);
  endOnDefects(logger);
  const emulatorHost = readEmulatorHost(config, options);
  const agent = await createAgent(
    await assemble(config, logger, {
      isDryRun: options.dryRun === true,
      emulatorHost,
      print: (line) => console.log(line),
    }),
  );
  if (options.once === true) {
    const { isComplete } = await agent.runOnce();
    const isDrained = await agent.stop(ONCE_DRAIN_MS);
    process.exit(isComplete && isDrained ? 0 : 1);
  }
  let isStopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (isStopping) process.exit(1); // asked twice: now
    isStopping = true;
    logger.info("agent_stopping", { signal });
    // What could not be sent stays in the outbox: a stop that leaves something there is still a clean stop.
    void agent.stop().then(() => process.exit(0));
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  agent.start();
}

/** Log lines go to standard error one after another, so that a crash loses none and a dry run's output stays clean. */
function openLog(config: AgentConfig): Logger {
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

function readEmulatorHost(config: AgentConfig, options: RunOptions): string | undefined {
  const host = process.env["PUBSUB_EMULATOR_HOST"];
  if (host !== undefined && !EMULATOR_HOST.test(host)) throw new Unusable("PUBSUB_EMULATOR_HOST is not host:port.");
  if (host === undefined && config.pubsub.projectId.startsWith("demo-") && options.dryRun !== true) {
    throw new Unusable("A demo- project exists in the emulator alone: set PUBSUB_EMULATOR_HOST, or use --dry-run.");
  }
  return host;
}

function keygen(options: { readonly out: string }): void {
  const { publicKeyBase64, keyId } = createKeyFile(options.out);
  console.log(JSON.stringify({ keyId, publicKey: publicKeyBase64 }));
}

const program = new Command("studio-agent")
  .description("Reads devices and publishes signed observations and proposals. It cannot actuate anything.")
  .showHelpAfterError();
program
  .command("run")
  .description("poll, listen and publish until stopped")
  .requiredOption("--config <file>", "the configuration file (JSON)")
  .option("--once", "poll each device once, send, and end")
  .option("--dry-run", "print what would be published; publish and keep nothing")
  .action(run);
program
  .command("keygen")
  .description("make the agent's key pair; prints the public half for the enrolment")
  .requiredOption("--out <file>", "where to write the private key (never overwritten)")
  .action(keygen);

program.parseAsync().catch((error: unknown) => {
  const isExplained =
    error instanceof InvalidConfig ||
    error instanceof Unusable ||
    error instanceof UnusableKey ||
    error instanceof OutboxInUse;
  // Anything else is a defect; its message may hold what nobody checked, so only its name is shown.
  console.error(isExplained ? error.message : `Could not start: ${error instanceof Error ? error.name : "defect"}.`);
  process.exit(1);
});
