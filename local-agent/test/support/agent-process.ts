import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createKeyFile } from "../../src/uplink/agent-key.js";
import type { AgentSigningKey } from "../../src/uplink/agent-key.js";

const MAIN = join(import.meta.dirname, "..", "..", "src", "main.ts");

export interface LogLine {
  readonly event: string;
  readonly [field: string]: unknown;
}

export interface AgentHome {
  readonly folder: string;
  readonly configPath: string;
  readonly key: AgentSigningKey;
  remove(): Promise<void>;
}

/** A folder with a key and a configuration: what survives the agent's process. */
export async function makeAgentHome(config: Readonly<Record<string, unknown>>): Promise<AgentHome> {
  const folder = await mkdtemp(join(tmpdir(), "studio-agent-"));
  const key = createKeyFile(join(folder, "agent.pem"));
  const configPath = join(folder, "agent.json");
  const fixed = { tenantId: "mudworks", agentId: "agent-1", keyFile: "agent.pem", stateDir: "state" };
  await writeFile(configPath, JSON.stringify({ ...fixed, ...config }));
  return { folder, configPath, key, remove: () => rm(folder, { recursive: true, force: true }) };
}

export interface AgentProcess {
  readonly lines: readonly LogLine[];
  readonly output: readonly string[];
  /** Resolves at the first line with this event, or when the process has ended. */
  readonly sees: (event: string) => Promise<void>;
  /** Sends a signal that does not end it. */
  readonly signal: (signal: NodeJS.Signals) => void;
  readonly kill: (signal: NodeJS.Signals) => Promise<number | null>;
  readonly ended: Promise<number | null>;
}

/** The real program, in a process of its own: by its source, or as it was built. */
export function spawnAgent(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  program: readonly string[] = ["--import", "tsx", MAIN],
): AgentProcess {
  const child = spawn(process.execPath, [...program, ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: LogLine[] = [];
  const output: string[] = [];
  const waiting = new Map<string, () => void>();
  createInterface({ input: child.stdout }).on("line", (line) => output.push(line));
  const said = createInterface({ input: child.stderr }).on("line", (line) => {
    const parsed = toLogLine(line);
    lines.push(parsed);
    waiting.get(parsed.event)?.();
  });
  const ended = Promise.all([exitOf(child), new Promise((resolve) => said.once("close", resolve))]).then(
    ([code]) => code,
  );
  return {
    lines,
    output,
    ended,
    sees: (event) =>
      Promise.race([
        ended.then(() => undefined),
        new Promise<void>((resolve) => {
          if (lines.some((line) => line.event === event)) resolve();
          waiting.set(event, resolve);
        }),
      ]),
    signal: (signal) => void child.kill(signal),
    kill: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}

const exitOf = (child: ChildProcess): Promise<number | null> => new Promise((resolve) => child.once("exit", resolve));

/** A line that a kill cut off, or that is no log line, is kept as text. */
function toLogLine(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return { event: "text", text: line };
  }
}
