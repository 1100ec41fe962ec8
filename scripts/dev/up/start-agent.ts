import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createKeyFile } from "../../../local-agent/src/uplink/agent-key.js";
import { killTree } from "../emulators/process-tree.js";
import { startLoggedProcess } from "../emulators/logged-process.js";
import type { LoggedProcess } from "../emulators/logged-process.js";
import { startReaper } from "../emulators/reaper.js";

/** An agent that cannot use its configuration ends within this time. */
const EARLY_EXIT_MS = 2_000;

export interface StartAgentOptions {
  readonly root: string;
  /** Holds the agent's key, configuration and state. */
  readonly folder: string;
  readonly logFile: string;
  readonly settings: object;
  readonly env: Readonly<Record<string, string>>;
}

/** Makes the agent's folder anew, with a fresh key: the emulators start empty, so an old outbox would tell of nothing. */
export function prepareAgentFolder(folder: string): { publicKeyBase64: string } {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return createKeyFile(join(folder, "agent.pem"));
}

/**
 * Starts the agent as its own process, as it runs in the studio, and waits long enough to see it refuse its
 * configuration. It ends with this program, however that ends.
 */
export async function startAgent(options: StartAgentOptions): Promise<LoggedProcess & { stop(): void }> {
  const { root, folder, logFile, settings, env } = options;
  const configFile = join(folder, "agent.json");
  writeFileSync(configFile, JSON.stringify(settings, undefined, 2), { mode: 0o600 });
  const agent = startLoggedProcess({
    command: process.execPath,
    args: ["--import", "tsx", join(root, "local-agent", "src", "main.ts"), "run", "--config", configFile],
    cwd: root,
    env: { ...process.env, ...env },
    logFile,
    onLine: () => undefined,
  });
  const reaper = startReaper(agent.pid);
  const stop = (): void => {
    process.removeListener("exit", stop);
    killTree(agent.pid);
    reaper.stop();
  };
  process.once("exit", stop);
  const early = await Promise.race([
    agent.ended,
    new Promise<null>((resolve) => setTimeout(resolve, EARLY_EXIT_MS, null)),
  ]);
  if (early !== null) throw new Error(`The agent ${early}. Its last lines:\n${agent.lastLines()}`);
  return { ...agent, stop };
}
