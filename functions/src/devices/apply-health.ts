import type { AgentPayload, ConnectorHealth } from "../contracts/index.js";
import type { Arrival } from "./apply-observations.js";

type HealthPayload = Extract<AgentPayload, { kind: "health" }>;

/**
 * What do these reports change in the connectors' health? The newest `reportedAt` wins, whatever order they come in; a
 * report cannot have been made after it was received. `stored` holds what is known, by connector id. Returns the new
 * documents of those that change.
 */
export function applyHealth(
  stored: ReadonlyMap<string, ConnectorHealth>,
  payload: HealthPayload,
  { agentId, receivedAt }: Arrival,
): readonly ConnectorHealth[] {
  const newest = new Map(stored);
  const changed = new Set<string>();
  for (const report of payload.connectors) {
    const reportedAt = report.reportedAt > receivedAt ? receivedAt : report.reportedAt;
    const known = newest.get(report.connectorId);
    if (known !== undefined && known.reportedAt >= reportedAt) continue;
    newest.set(report.connectorId, { ...report, agentId, reportedAt, receivedAt });
    changed.add(report.connectorId);
  }
  return [...newest.values()].filter(({ connectorId }) => changed.has(connectorId));
}
