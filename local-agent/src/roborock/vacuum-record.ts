import { INITIAL_BREAKER, mayCall, recordFailure, recordSuccess } from "../circuit-breaker.js";
import type { BreakerState } from "../circuit-breaker.js";
import { ConnectorError } from "../connector.js";
import type { ConnectorErrorCode, ConnectorHealth, Reading } from "../connector.js";

/** What the connector remembers of one vacuum: outcome of real calls, and the newest value of each attribute. */
export interface VacuumRecord {
  readonly breaker: BreakerState;
  readonly lastSuccessMs: number | null;
  readonly lastError: ConnectorErrorCode | null;
  readonly consecutiveFailures: number;
  /** Of a slower read that failed while the status could be read; null once it worked. */
  readonly slowError: ConnectorErrorCode | null;
}

export const INITIAL_RECORD: VacuumRecord = {
  breaker: INITIAL_BREAKER,
  lastSuccessMs: null,
  lastError: null,
  consecutiveFailures: 0,
  slowError: null,
};

/** Answers: may this vacuum be asked now? Throws the error of its last failure while its breaker is open. */
export function requireCallable(record: VacuumRecord, nowMs: number): VacuumRecord {
  const { allowed, state } = mayCall(record.breaker, nowMs);
  if (!allowed) {
    throw new ConnectorError(
      record.lastError ?? "UNREACHABLE",
      "The vacuum failed repeatedly and is left alone for a while",
    );
  }
  return { ...record, breaker: state };
}

export function afterSuccess(record: VacuumRecord, nowMs: number): VacuumRecord {
  const breaker = recordSuccess(record.breaker, nowMs);
  return { ...record, breaker, lastSuccessMs: nowMs, lastError: null, consecutiveFailures: 0 };
}

export function afterFailure(
  record: VacuumRecord,
  code: ConnectorErrorCode,
  nowMs: number,
  chance: number,
): VacuumRecord {
  const breaker = recordFailure(record.breaker, nowMs, chance);
  return { ...record, breaker, lastError: code, consecutiveFailures: record.consecutiveFailures + 1 };
}

/**
 * Answers: how well do the vacuums of one account answer? Healthy: every one answered its last call. Down: every one fails,
 * or none can be read at all. Degraded: anything between, a slower read that fails while the status comes, and before the
 * first call.
 */
export function toHealth(records: readonly VacuumRecord[]): ConnectorHealth {
  if (records.length === 0)
    return { state: "down", lastSuccessAt: null, lastError: "UNSUPPORTED", consecutiveFailures: 0 };
  const failing = records.filter(({ consecutiveFailures }) => consecutiveFailures > 0);
  const worst = failing.toSorted((a, b) => b.consecutiveFailures - a.consecutiveFailures)[0];
  const successes = records.flatMap(({ lastSuccessMs }) => lastSuccessMs ?? []);
  const partial = records.find(({ slowError }) => slowError !== null)?.slowError ?? null;
  const isHealthy = failing.length === 0 && successes.length === records.length && partial === null;
  return {
    state: isHealthy ? "healthy" : failing.length === records.length ? "down" : "degraded",
    lastSuccessAt: successes.length === 0 ? null : new Date(Math.max(...successes)).toISOString(),
    lastError: worst?.lastError ?? partial,
    consecutiveFailures: worst?.consecutiveFailures ?? 0,
    breaker: worstPhase(records),
  };
}

/** The reading of a vacuum of which nothing is known. */
export function toUnknownState(deviceId: string, nowMs: number): Reading {
  const observedAt = new Date(nowMs).toISOString();
  return { deviceId, attribute: "state", value: null, unit: null, observedAt, source: "poll", quality: "unknown" };
}

function worstPhase(records: readonly VacuumRecord[]): BreakerState["phase"] {
  const phases = records.map(({ breaker }) => breaker.phase);
  if (phases.includes("open")) return "open";
  return phases.includes("half_open") ? "half_open" : "closed";
}
