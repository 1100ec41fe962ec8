import { mkdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connectorsOf } from "../assemble.js";
import { ConnectorError } from "../connector.js";
import type { Connector } from "../connector.js";
import type { AgentConfig } from "../config.js";
import { loadConfig } from "../load-config.js";
import { readOutbox } from "../outbox/inspect-level.js";
import { OutboxInUse } from "../outbox/open-level.js";
import { hindrances, WRONG_CLOCK_MS } from "../status/agent-status.js";
import { readStatus } from "../status/read-status.js";
import { statusLines } from "../status/status-page.js";
import { createSkewMeter } from "../uplink/clock-skew.js";
import { googleTokens } from "../uplink/google-tokens.js";
import { PublishError } from "../uplink/publisher.js";
import { mayPublish } from "../uplink/pubsub-publisher.js";
import { openLog, readEmulatorHost } from "./run-agent.js";

export interface DoctorOptions {
  readonly config: string;
  readonly offline?: boolean;
}

interface Finding {
  readonly what: string;
  readonly verdict: "ok" | "warn" | "fail";
  readonly detail: string;
}

/** The outbox at its bound, twice over, and the room that a database needs to tidy up. Bytes. */
const ENOUGH_DISK_BYTES = 256 * 1024 * 1024;

/**
 * `studio-agent doctor`: would the agent work here? Looks at the configuration, the key, the disk, the outbox, the clock,
 * the right to publish, the agent that runs here, if one does, and reads each device once. It changes nothing. Ends with 1 when something would keep the agent
 * from its work.
 */
export async function doctor(options: DoctorOptions): Promise<void> {
  const config = loadConfig(options.config, process.env);
  const findings = [
    ok("configuration", `studio ${config.tenantId}, agent ${config.agentId}`),
    ok("key", `${config.keyFile.keyId}, readable by its owner alone`),
    ok("rules", `${config.rules.length} rules`),
    examineDisk(config.stateDir),
    await examineOutbox(config.stateDir),
    ...(await examineRunning(config)),
    ...(options.offline === true ? [] : await examineNetwork(config)),
  ];
  for (const { what, verdict, detail } of findings) console.log(`${verdict.padEnd(4)}  ${what}: ${detail}`);
  process.exit(findings.some(({ verdict }) => verdict === "fail") ? 1 : 0);
}

/** Can the state folder be written, and is there room? */
function examineDisk(stateDir: string): Finding {
  try {
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    const probe = join(stateDir, `.doctor-${process.pid}`);
    writeFileSync(probe, "x", { flag: "wx" });
    rmSync(probe);
    const { bavail, bsize } = statfsSync(stateDir);
    const free = bavail * bsize;
    const detail = `${Math.floor(free / 1024 / 1024)} MiB free`;
    return free < ENOUGH_DISK_BYTES
      ? warn("state folder", `${detail}, 256 MiB are wanted`)
      : ok("state folder", detail);
  } catch (error) {
    return fail("state folder", `it cannot be written (${codeOf(error)})`);
  }
}

async function examineOutbox(stateDir: string): Promise<Finding> {
  try {
    const found = await readOutbox(join(stateDir, "outbox"), 0);
    if (found === null) return ok("outbox", "none yet: the agent makes it at its first start");
    const { waiting, parked } = found;
    return parked > 0 ? warn("outbox", `${parked} set aside as unreadable`) : ok("outbox", `${waiting} wait`);
  } catch (error) {
    if (error instanceof OutboxInUse) return ok("outbox", "in use: the agent runs");
    return fail("outbox", `it cannot be opened (${codeOf(error)})`);
  }
}

/** What the agent on this machine says of itself, its live counts included. Nothing where none runs or it has no page. */
async function examineRunning({ status: page, agentId }: AgentConfig): Promise<Finding[]> {
  if (page === null) return [];
  const status = await readStatus(page.port).catch(() => null);
  if (status === null) return [];
  if (status.agentId !== agentId) return [warn("running agent", `${status.agentId} answers on port ${page.port}`)];
  const verdict = hindrances(status).length === 0 ? ok : warn;
  return statusLines(status).map((line) => verdict("running agent", line));
}

async function examineNetwork(config: AgentConfig): Promise<Finding[]> {
  const connectors = await connectorsOf(config, openLog({ ...config, logLevel: "error" }));
  const read = connectors.map(({ connector }) => examineConnector(connector));
  const none = connectors.length === 0 ? [warn("connectors", "none is configured")] : [];
  return [...(await examineUplink(config)), ...none, ...(await Promise.all(read))];
}

/** Reads once, through the same allow-list as ever. */
async function examineConnector(connector: Connector): Promise<Finding> {
  const what = `connector ${connector.id}`;
  try {
    await connector.start();
    const { devices, readings } = await connector.readStatus();
    const detail = `${devices.length} devices, ${readings.length} readings`;
    return devices.length === 0 ? warn(what, `${detail}: is any device selected there?`) : ok(what, detail);
  } catch (error) {
    return fail(what, error instanceof ConnectorError ? `${error.code}: ${error.message}` : codeOf(error));
  } finally {
    await connector.stop().catch(() => undefined);
  }
}

async function examineUplink(config: AgentConfig): Promise<Finding[]> {
  const meter = createSkewMeter();
  try {
    const emulatorHost = readEmulatorHost(config, false);
    const { projectId, topic, region } = config.pubsub;
    const target = { projectId, topic, ...(region !== undefined && { region }) };
    const isAllowed =
      emulatorHost === undefined
        ? await mayPublish(target, googleTokens(), meter.hear)
        : await mayPublish({ ...target, emulatorHost }, null, meter.hear);
    const right = isAllowed
      ? ok("uplink", `may publish to ${projectId}/${topic}`)
      : fail("uplink", `the credentials of this machine may not publish to ${projectId}/${topic}`);
    return [right, examineClock(meter.read())];
  } catch (error) {
    return [fail("uplink", error instanceof PublishError ? `${error.code}: ${error.message}` : codeOf(error))];
  }
}

function examineClock(skew: { readonly skewMs: number; readonly uncertaintyMs: number } | null): Finding {
  if (skew === null) return warn("clock", "the cloud did not say its time");
  const detail = `${skew.skewMs} ms ahead of the cloud, ± ${skew.uncertaintyMs} ms`;
  const isWrong = Math.abs(skew.skewMs) - skew.uncertaintyMs > WRONG_CLOCK_MS;
  return isWrong ? fail("clock", `${detail}: set it, or envelopes are late or refused`) : ok("clock", detail);
}

const ok = (what: string, detail: string): Finding => ({ what, verdict: "ok", detail });
const warn = (what: string, detail: string): Finding => ({ what, verdict: "warn", detail });
const fail = (what: string, detail: string): Finding => ({ what, verdict: "fail", detail });
const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : error instanceof Error ? error.name : "defect";
