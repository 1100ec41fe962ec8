import { createHash } from "node:crypto";
import { ConnectorError } from "../connector.js";
import type { ConnectorDevice, ConnectorErrorCode, Reading } from "../connector.js";
import type { AttributeReading } from "./attribute-values.js";
import { statusAttributes } from "./attributes.js";
import { ALL_DUE, DEFAULT_CADENCE, intervalOf, isDue, SLOW_READS, statusIntervalMs } from "./cadence.js";
import type { Cadence, DueTimes, SlowRead } from "./cadence.js";
import type { VacuumConfig } from "./options.js";
import type { ReadMethod } from "./read-only.js";
import type { Runtime } from "./runtime.js";
import { parseStatus } from "./schema.js";
import type { RpcSession } from "./session.js";
import { SLOW_READ_RUNS } from "./slow-reads.js";
import { isActiveState } from "./state-names.js";
import { afterFailure, afterSuccess, INITIAL_RECORD, requireCallable, toUnknownState } from "./vacuum-record.js";
import type { VacuumRecord } from "./vacuum-record.js";

export interface VacuumOptions {
  readonly isSimulated: boolean;
  readonly cadence: Cadence;
  readonly reads: ReadonlySet<ReadMethod>;
  readonly roomNames: ReadonlyMap<string, string>;
  readonly onAddress: (address: string) => void;
  /** By the account's home data. One that is offline never answers, so it is asked rarely. */
  readonly isOnline: () => boolean;
}

/** One vacuum: what was last heard of it, and how asking it went. */
export interface Vacuum {
  readonly config: VacuumConfig;
  readonly device: ConnectorDevice;
  record(): VacuumRecord;
  /** Asks for what is due. Returns what it read, which may be nothing; rejects with the failure of the status. */
  read(session: RpcSession): Promise<Reading[]>;
  /** Turns attributes into readings of this moment and remembers them. */
  keep(readings: readonly AttributeReading[]): Reading[];
  /** The same for what was true at another time. */
  keepAt(readings: readonly AttributeReading[], observedAtMs: number): Reading[];
  /** Remembers what is not current, such as the account's copy of the data points, unless something is known already. */
  keepStale(readings: readonly AttributeReading[], observedAtMs: number): Reading[];
  /** What is known, marked stale with its own time; without anything, that the state is unknown. */
  staleReadings(): Reading[];
  unknownState(): Reading;
}

/** Nothing is put off for longer, whatever the cadence: beyond it the clock was set back. */
const LONGEST_MS = 2 * DEFAULT_CADENCE.setupMs;

export function createVacuum(config: VacuumConfig, options: VacuumOptions, runtime: Runtime): Vacuum {
  const { cadence } = options;
  const deviceId = config.deviceId === undefined ? toDeviceId(config.duid) : `roborock:${config.deviceId}`;
  const quality = options.isSimulated ? "simulated" : "live";
  const known = new Map<string, Reading>();
  let record = INITIAL_RECORD;
  let due: DueTimes = ALL_DUE;
  let isRunning = false;
  const slowErrors = new Map<SlowRead, ConnectorErrorCode>();

  function toReadings(attributes: readonly AttributeReading[], atMs: number, as: Reading["quality"]): Reading[] {
    const observedAt = new Date(atMs).toISOString();
    return attributes.map(({ attribute, value, unit, source: origin }) => {
      const source = origin === "push" ? "push" : "poll";
      const reading: Reading = { deviceId, attribute, value, unit, observedAt, source, quality: as };
      known.set(attribute, reading);
      return reading;
    });
  }

  function keep(attributes: readonly AttributeReading[]): Reading[] {
    const told = (name: string): AttributeReading["value"] | undefined =>
      attributes.find(({ attribute }) => attribute === name)?.value;
    const state = told("state");
    // A status says it outright; a push names the state alone.
    if (state !== undefined) noteRun(told("isRunning") === true || isActiveState(String(state)));
    return toReadings(attributes, runtime.nowMs(), quality);
  }

  /** A run that ends changes the history and the wear, so both are worth asking for. */
  function noteRun(runs: boolean): void {
    if (isRunning && !runs) due = { ...due, consumables: 0, history: 0 };
    if (runs && !isRunning) due = { ...due, status: Math.min(due.status, runtime.nowMs() + cadence.statusActiveMs) };
    isRunning = runs;
  }

  async function readStatusOf(session: RpcSession): Promise<Reading[]> {
    const { value, deviceTime } = await session.request(config.duid, "get_status");
    const status = parseStatus(value);
    if (status === null) throw new ConnectorError("BAD_RESPONSE", "get_status gave no status object");
    const readings = keep(statusAttributes(status, deviceTime));
    const intervalMs = statusIntervalMs(cadence, isRunning, session.isLocal(config.duid));
    due = { ...due, status: runtime.nowMs() + intervalMs };
    return readings;
  }

  /** A slower read that fails costs nothing else: it is asked again later. */
  async function readSlow(session: RpcSession, read: SlowRead): Promise<Reading[]> {
    const { reads, roomNames, onAddress } = options;
    due = { ...due, [read]: runtime.nowMs() + Math.min(cadence.retryMs, intervalOf(read, cadence)) };
    try {
      const deps = { session, duid: config.duid, reads, roomNames, onAddress };
      const readings = keep(await SLOW_READ_RUNS[read].run(deps));
      due = { ...due, [read]: runtime.nowMs() + intervalOf(read, cadence) };
      slowErrors.delete(read);
      return readings;
    } catch (error) {
      const { code } = toConnectorError(error);
      // Old firmware does not know every method, and some parts are not fitted: that is no fault.
      if (code === "UNSUPPORTED" || code === "REFUSED") due = { ...due, [read]: runtime.nowMs() + cadence.setupMs };
      else slowErrors.set(read, code);
      return [];
    }
  }

  function dueReads(): SlowRead[] {
    const isWanted = (read: SlowRead): boolean =>
      options.reads.has(SLOW_READ_RUNS[read].method) && isDue(due[read], runtime.nowMs(), LONGEST_MS);
    return SLOW_READS.filter(isWanted).slice(0, cadence.maxSlowReads);
  }

  return {
    config,
    device: { deviceId, name: config.name, kind: "vacuum", room: config.room ?? null },
    record: () => record,
    keep,
    keepAt: (attributes, observedAtMs) => toReadings(attributes, observedAtMs, quality),
    keepStale(attributes, observedAtMs) {
      return toReadings(
        attributes.flatMap((it) => (known.has(it.attribute) ? [] : [{ ...it, source: "rpc" as const }])),
        observedAtMs,
        "stale",
      );
    },
    unknownState: () => toUnknownState(deviceId, runtime.nowMs()),
    staleReadings() {
      const stale = [...known.values()].map((reading): Reading => ({ ...reading, quality: "stale" }));
      return stale.length > 0 ? stale : [toUnknownState(deviceId, runtime.nowMs())];
    },
    async read(session) {
      const isFailing = record.consecutiveFailures > 0;
      const isStatusDue = (isFailing && options.isOnline()) || isDue(due.status, runtime.nowMs(), LONGEST_MS);
      if (isFailing && !isStatusDue) return this.staleReadings();
      const slow = dueReads();
      if (!isStatusDue && slow.length === 0) return [];
      record = requireCallable(record, runtime.nowMs());
      try {
        const readings = isStatusDue ? await readStatusOf(session) : [];
        if (isStatusDue) record = afterSuccess(record, runtime.nowMs());
        for (const read of slow) readings.push(...(await readSlow(session, read)));
        record = { ...record, slowError: [...slowErrors.values()][0] ?? null };
        return readings;
      } catch (error) {
        due = { ...due, status: runtime.nowMs() + cadence.statusIdleMs };
        record = afterFailure(record, toConnectorError(error).code, runtime.nowMs(), runtime.chance());
        throw error;
      }
    },
  };
}

/** The name of a vacuum outside this package, its connector's id in front: the duid is personal data and stays here. */
export function toDeviceId(duid: string): string {
  return `roborock:vacuum-${createHash("sha256").update(duid, "utf8").digest("hex").slice(0, 12)}`;
}

export function toConnectorError(error: unknown): ConnectorError {
  return error instanceof ConnectorError
    ? error
    : new ConnectorError("BAD_RESPONSE", "The vacuum's answer could not be handled");
}
