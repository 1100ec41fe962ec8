import { createHash } from "node:crypto";
import { ConnectorError } from "../connector.js";
import type { ConnectorDevice, Reading } from "../connector.js";
import { consumableAttributes, statusAttributes } from "./attributes.js";
import type { AttributeReading } from "./attributes.js";
import type { VacuumConfig } from "./options.js";
import type { Runtime } from "./runtime.js";
import { parseConsumables, parseStatus } from "./schema.js";
import type { RpcSession } from "./session.js";
import { afterFailure, afterSuccess, INITIAL_RECORD, requireCallable, toUnknownState } from "./vacuum-record.js";
import type { VacuumRecord } from "./vacuum-record.js";

/** Consumables wear over weeks. */
export const CONSUMABLES_INTERVAL_MS = 21_600_000;
const CONSUMABLES_RETRY_MS = 600_000;

/** One vacuum: what was last heard of it, and how asking it went. */
export interface Vacuum {
  readonly config: VacuumConfig;
  readonly device: ConnectorDevice;
  record(): VacuumRecord;
  /** Asks for what is due. Returns what it read; rejects with the failure. */
  read(session: RpcSession, consumablesIntervalMs: number): Promise<Reading[]>;
  /** Turns attributes into readings of this moment and remembers them. */
  keep(readings: readonly AttributeReading[]): Reading[];
  /** What is known, marked stale with its own time; without anything, that the state is unknown. */
  staleReadings(): Reading[];
  unknownState(): Reading;
}

export function createVacuum(config: VacuumConfig, isSimulated: boolean, runtime: Runtime): Vacuum {
  const deviceId = config.deviceId === undefined ? toDeviceId(config.duid) : `roborock:${config.deviceId}`;
  const known = new Map<string, Reading>();
  let record = INITIAL_RECORD;

  function keep(attributes: readonly AttributeReading[]): Reading[] {
    const observedAt = new Date(runtime.nowMs()).toISOString();
    return attributes.map(({ attribute, value, unit, source: origin }) => {
      const source = origin === "push" ? "push" : "poll";
      const quality = isSimulated ? "simulated" : "live";
      const reading: Reading = { deviceId, attribute, value, unit, observedAt, source, quality };
      known.set(attribute, reading);
      return reading;
    });
  }

  async function readStatusOf(session: RpcSession): Promise<Reading[]> {
    const { value, deviceTime } = await session.request(config.duid, "get_status");
    const status = parseStatus(value);
    if (status === null) throw new ConnectorError("BAD_RESPONSE", "get_status gave no status object");
    return keep(statusAttributes(status, deviceTime));
  }

  async function readConsumablesOf(session: RpcSession, intervalMs: number): Promise<Reading[]> {
    record = { ...record, consumablesDueMs: runtime.nowMs() + Math.min(CONSUMABLES_RETRY_MS, intervalMs) };
    const { value, deviceTime } = await session.request(config.duid, "get_consumable");
    const used = parseConsumables(value);
    if (used === null) throw new ConnectorError("BAD_RESPONSE", "get_consumable gave no object");
    record = { ...record, consumablesDueMs: runtime.nowMs() + intervalMs };
    return keep(consumableAttributes(used, deviceTime));
  }

  return {
    config,
    device: { deviceId, name: config.name, kind: "vacuum", room: config.room ?? null },
    record: () => record,
    keep,
    unknownState: () => toUnknownState(deviceId, runtime.nowMs()),
    staleReadings() {
      const stale = [...known.values()].map((reading): Reading => ({ ...reading, quality: "stale" }));
      return stale.length > 0 ? stale : [toUnknownState(deviceId, runtime.nowMs())];
    },
    async read(session, intervalMs) {
      record = requireCallable(record, runtime.nowMs());
      try {
        const readings = await readStatusOf(session);
        if (runtime.nowMs() >= record.consumablesDueMs)
          readings.push(...(await readConsumablesOf(session, intervalMs)));
        record = afterSuccess(record, runtime.nowMs());
        return readings;
      } catch (error) {
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
