import { AGENT_OFFLINE_AFTER_MS } from "@studio-os/functions/contracts";
import type { Agent, AgentHealth } from "@studio-os/functions/contracts";

export interface SilentAgent {
  readonly agentId: string;
  readonly name: string;
  /** When the cloud last received a report of it. */
  readonly lastHeardAt: string;
}

/**
 * Answers: which agents should be heard and are not? Those that the cloud calls offline, and those whose last report is so
 * old that it soon will; by what the cloud received, not by the agent's clock. Of a revoked agent nobody expects a word. An
 * agent that never reported is not silent: there is no view of its devices yet. The longest silence first.
 */
export function silentAgents(
  agents: readonly Agent[],
  health: readonly AgentHealth[],
  nowMs: number,
): readonly SilentAgent[] {
  const revoked = new Set(agents.filter(({ status }) => status === "revoked").map(({ agentId }) => agentId));
  return health
    .filter(({ agentId }) => !revoked.has(agentId))
    .filter(
      ({ availability, lastHeardAt }) =>
        availability === "offline" || nowMs - Date.parse(lastHeardAt) >= AGENT_OFFLINE_AFTER_MS,
    )
    .map(({ agentId, lastHeardAt }) => ({ agentId, name: nameOf(agents, agentId), lastHeardAt }))
    .sort((a, b) => (a.lastHeardAt < b.lastHeardAt ? -1 : 1));
}

const nameOf = (agents: readonly Agent[], agentId: string): string =>
  agents.find((agent) => agent.agentId === agentId)?.name ?? agentId;
