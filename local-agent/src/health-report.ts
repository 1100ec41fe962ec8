import { ConnectorHealth as ReportedHealth } from "@studio-os/functions/contracts";
import type { AgentVitals } from "@studio-os/functions/contracts";
import type { ConnectorHealth } from "./connector.js";
import type { RulesStatus } from "./status/agent-status.js";
import { WRONG_CLOCK_MS } from "./status/agent-status.js";
import type { ClockSkew } from "./uplink/clock-skew.js";
import type { HealthReport, OutboxCounts } from "./outbox/outbox.js";
import { AGENT_VERSION } from "./version.js";

/** A report goes out when something changed, and at least this often. Milliseconds. */
const HEALTH_EVERY_MS = 300_000;
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
  own: { readonly startedAt: string; readonly clock: ClockSkew | null; readonly rules: RulesStatus },
  last: HealthReport | null,
  nowMs: number,
): HealthReport {
  const at = new Date(nowMs).toISOString();
  const entries = connectors.slice(0, MAX_CONNECTORS).map(({ id, health }): Entry => {
    const { state, lastSuccessAt, lastError, consecutiveFailures, breaker } = health;
    const said = { state, lastSuccessAt, lastError, consecutiveFailures, ...(breaker !== undefined && { breaker }) };
    return Entry.parse({ connectorId: id, ...said, reportedAt: at });
  });
  const drops = outbox.unreportedDrops;
  const queue: Entry = {
    connectorId: OUTBOX_HEALTH_ID,
    state: drops > 0 ? "degraded" : "healthy",
    lastSuccessAt: at,
    lastError: drops > 0 ? "OBSERVATIONS_DROPPED" : null,
    consecutiveFailures: drops,
    reportedAt: at,
  };
  const vitals: AgentVitals = {
    version: AGENT_VERSION,
    startedAt: own.startedAt,
    clock: own.clock,
    waiting: { observations: outbox.observations, proposals: outbox.proposals, bytes: outbox.bytes },
    gap: outbox.unreportedGap,
    rules: { count: own.rules.count, hasProblem: own.rules.problem !== null },
  };
  const report: HealthReport = { at, connectors: [...entries, queue], vitals, reportedDrops: drops };
  return last === null || essence(last) !== essence(report) ? { ...report, isUrgent: true } : report;
}

/** Answers: does the cloud have to hear of this report? A count of failures that grows is not a change by itself. */
export function isReportDue(last: HealthReport | null, next: HealthReport): boolean {
  if (last === null) return true;
  const elapsedMs = Date.parse(next.at) - Date.parse(last.at);
  return elapsedMs < 0 || elapsedMs >= HEALTH_EVERY_MS || essence(last) !== essence(next);
}

function essence(report: HealthReport): string {
  const connectors = report.connectors.map(({ connectorId, state, lastError, breaker = "closed" }) => [
    ...[connectorId, state, lastError],
    // A breaker that probes is still one that opened: else each probe would be news.
    breaker === "closed",
  ]);
  const skewMs = report.vitals?.clock?.skewMs ?? 0;
  return JSON.stringify([connectors, report.vitals?.rules.hasProblem, Math.abs(skewMs) > WRONG_CLOCK_MS]);
}
