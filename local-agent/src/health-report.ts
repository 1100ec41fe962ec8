import { ConnectorHealth as ReportedHealth } from "@studio-os/functions/contracts";
import type { ConnectorHealth } from "./connector.js";
import type { HealthReport, OutboxCounts } from "./outbox/outbox.js";

/** A report goes out when something changed, and at least this often. Milliseconds. */
const HEALTH_EVERY_MS = 60_000;
/** The agent's own queue is reported beside the connectors, under this id. */
const OUTBOX_HEALTH_ID = "outbox";
const MAX_CONNECTORS = 19;

type Entry = HealthReport["connectors"][number];
const Entry = ReportedHealth.omit({ agentId: true, receivedAt: true });

/**
 * The report of this moment: each connector by its own real calls, and the outbox. Dropped observations make the outbox
 * `degraded`, their number being its `consecutiveFailures`.
 */
export function toHealthReport(
  connectors: readonly { readonly id: string; readonly health: ConnectorHealth }[],
  outbox: OutboxCounts,
  nowMs: number,
): HealthReport {
  const at = new Date(nowMs).toISOString();
  const entries = connectors.slice(0, MAX_CONNECTORS).map(({ id, health }): Entry => {
    const { state, lastSuccessAt, lastError, consecutiveFailures } = health;
    return Entry.parse({ connectorId: id, state, lastSuccessAt, lastError, consecutiveFailures, reportedAt: at });
  });
  const drops = outbox.unreportedDrops;
  const own: Entry = {
    connectorId: OUTBOX_HEALTH_ID,
    state: drops > 0 ? "degraded" : "healthy",
    lastSuccessAt: at,
    lastError: drops > 0 ? "OBSERVATIONS_DROPPED" : null,
    consecutiveFailures: drops,
    reportedAt: at,
  };
  return { at, connectors: [...entries, own], reportedDrops: drops };
}

/** Answers: does the cloud have to hear of this report? A count of failures that grows is not a change by itself. */
export function isReportDue(last: HealthReport | null, next: HealthReport): boolean {
  if (last === null) return true;
  const elapsedMs = Date.parse(next.at) - Date.parse(last.at);
  return elapsedMs < 0 || elapsedMs >= HEALTH_EVERY_MS || essence(last) !== essence(next);
}

function essence(report: HealthReport): string {
  return JSON.stringify(report.connectors.map(({ connectorId, state, lastError }) => [connectorId, state, lastError]));
}
