import { MAX_GAPS } from "../contracts/index.js";
import type { AgentHealth, ConnectorHealth, HealthReportBody } from "../contracts/index.js";
import type { Arrival } from "./apply-observations.js";

/**
 * What does this report change in what is known of the agent? Of each connector the newest `reportedAt` wins, of the
 * agent's own vitals the newest sending, whatever order they come in; a report cannot have been made after it was
 * received. A gap is remembered however late it comes. Whoever reports is online, unless the report is late. null: nothing
 * is news.
 */
export function applyHealth(before: AgentHealth | null, body: HealthReportBody, arrival: Arrival): AgentHealth | null {
  const { agentId, receivedAt, isLate } = arrival;
  const connectors = newestConnectors(before?.connectors ?? [], body, arrival);
  const sentAt = arrival.sentAt > receivedAt ? receivedAt : arrival.sentAt;
  const isNewest = before?.vitalsAt == null || before.vitalsAt < sentAt;
  const { gap = null } = body.vitals ?? {};
  const known = before?.gaps ?? [];
  const isNewGap = gap !== null && !known.some((it) => it.fromAt === gap.fromAt && it.toAt === gap.toAt);
  if (before !== null && connectors === null && !isNewGap && (body.vitals === undefined || !isNewest)) return null;
  const isBack = before?.availability === "offline" && !isLate;
  return {
    agentId,
    connectors: [...(connectors ?? before?.connectors ?? [])],
    vitals: body.vitals !== undefined && isNewest ? body.vitals : (before?.vitals ?? null),
    vitalsAt: body.vitals !== undefined && isNewest ? sentAt : (before?.vitalsAt ?? null),
    gaps: isNewGap ? [...known, gap].slice(-MAX_GAPS) : known,
    availability: isLate ? (before?.availability ?? "offline") : "online",
    availableSince: before === null || isBack ? receivedAt : before.availableSince,
    lastHeardAt: isLate ? (before?.lastHeardAt ?? receivedAt) : receivedAt,
  };
}

/** null: none of the reports is newer than what is known. */
function newestConnectors(
  known: readonly ConnectorHealth[],
  { connectors }: HealthReportBody,
  { agentId, receivedAt }: Arrival,
): readonly ConnectorHealth[] | null {
  const newest = new Map(known.map((connector) => [connector.connectorId, connector]));
  let isChanged = false;
  for (const report of connectors) {
    const reportedAt = report.reportedAt > receivedAt ? receivedAt : report.reportedAt;
    const before = newest.get(report.connectorId);
    if (before !== undefined && before.reportedAt >= reportedAt) continue;
    newest.set(report.connectorId, { ...report, agentId, reportedAt, receivedAt });
    isChanged = true;
  }
  // A connector that is configured no longer is not reported any more; its last word stays until there is no room.
  return isChanged ? [...newest.values()].sort((a, b) => (a.receivedAt < b.receivedAt ? 1 : -1)).slice(0, 20) : null;
}
