import { loadConfig } from "../load-config.js";
import { hindrances } from "../status/agent-status.js";
import type { AgentStatus } from "../status/agent-status.js";
import { readStatus } from "../status/read-status.js";
import { statusLines } from "../status/status-page.js";
import { Unusable } from "./unusable.js";

export interface StatusOptions {
  readonly config: string;
  readonly json?: boolean;
}

/** `studio-agent status`: what the running agent says of itself; ends with 1 when something keeps it from its work. */
export async function showStatus(options: StatusOptions): Promise<void> {
  const config = loadConfig(options.config, process.env);
  if (config.status === null)
    throw new Unusable('The agent has no status page: add "status": {} to its configuration.');
  const status = await ask(config.status.port);
  console.log(options.json === true ? JSON.stringify(status, null, 2) : statusLines(status).join("\n"));
  process.exit(hindrances(status).length === 0 ? 0 : 1);
}

async function ask(port: number): Promise<AgentStatus> {
  try {
    return await readStatus(port);
  } catch {
    throw new Unusable(`Nobody answers on port ${port} of this machine: the agent does not run.`);
  }
}
