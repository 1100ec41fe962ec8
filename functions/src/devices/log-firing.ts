import { recordEvent } from "../audit/record-event.js";
import type { RecordedEvent } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import { toDocument } from "../commit/document-change.js";
import type { DocumentChange } from "../commit/document-change.js";
import type { TransactionReads } from "../commit/transactor.js";
import { COLLECTIONS, Firing, FiringLog, MAX_CLOCK_SKEW_MS, firingLogRef, inTenant } from "../contracts/index.js";
import type { Actor, AgentEnvelope, DeviceDescriptor, FiringAlarm, UtcInstant } from "../contracts/index.js";
import { addSamples, findAlarms, openFiringLog, updateAlarms } from "./firing-log.js";
import type { KilnSample } from "./firing-log.js";
import { readStored } from "../commit/read-stored.js";

/** Kilns that one envelope can bring samples of. */
const MAX_KILNS = 6;
/** Of one kiln the firings that are to have begun last; of those that were put off the one before them goes on cooling. */
const MAX_FIRINGS = 3;
/** The statuses of a firing that was begun. */
const BEGUN: ReadonlySet<string> = new Set(["firing", "cooling", "complete", "error", "aborted"]);
/** … and of one that is over. */
export const OVER: ReadonlySet<string> = new Set(["complete", "error", "aborted"]);
const LOGGER: Actor = { type: "system", id: "firing-log", name: "Firing log" };

export interface FiringWrites {
  readonly changes: readonly DocumentChange[];
  readonly events: readonly RecordedEvent[];
}

/**
 * What do the kilns' temperatures in this envelope add to the logs of their firings? For each kiln the firing that began
 * last before the samples gets them, with the alarms that follow; a kiln that is not fired is not logged. Reads in the
 * envelope's transaction, so each sample counts once however often it is delivered.
 */
export async function logFiring(
  deps: Deps,
  reads: TransactionReads,
  envelope: AgentEnvelope,
  means: { readonly now: UtcInstant; readonly requestId: string },
): Promise<FiringWrites> {
  const byKiln = samplesByKiln(envelope, means.now);
  const written: FiringWrites[] = [];
  for (const [kilnId, samples] of [...byKiln].slice(0, MAX_KILNS))
    for (const [firing, own] of await sortByFiring(reads, envelope.tenantId, kilnId, samples)) {
      const path = inTenant(envelope.tenantId, firingLogRef(firing.firingId));
      const stored = readStored(FiringLog, (await reads.get([path]))[0]);
      const log = addSamples(stored ?? openFiringLog(firing, means.now), own, means.now);
      if (log === null) continue;
      // What is heard late of a firing that is over is drawn; it alarms nobody any more.
      const findings = OVER.has(firing.status) ? [] : findAlarms(log, means.now, firing.status === "firing");
      const alarms = updateAlarms(log, findings, means.now);
      const after = FiringLog.parse(alarms?.log ?? log);
      written.push({
        changes: [{ op: "set", path, data: toDocument(after) }],
        events: (alarms?.raised ?? []).map((alarm) =>
          alarmEvent(deps, envelope.tenantId, after, alarm, means.requestId, means.now),
        ),
      });
    }
  return { changes: written.flatMap(({ changes }) => changes), events: written.flatMap(({ events }) => events) };
}

/** An alarm of a firing, on record. */
export function alarmEvent(
  deps: Deps,
  tenantId: string,
  { firingId, kilnId }: Pick<FiringLog, "firingId" | "kilnId">,
  { code, value, bound }: FiringAlarm,
  requestId: string,
  at: UtcInstant,
): RecordedEvent {
  const data = { firingId, kilnId, code, value, bound };
  return recordEvent(
    { tenantId, type: "firing.alarmed", severity: "alarm", at, actor: LOGGER, outcome: "done", requestId, data },
    eventMeans(deps),
  );
}

/** What a clock that runs ahead dates into the future was measured now; what lies further ahead is of no known time. */
function samplesByKiln({ payload }: AgentEnvelope, now: UtcInstant): Map<string, KilnSample[]> {
  const byKiln = new Map<string, KilnSample[]>();
  if (payload.kind !== "observations") return byKiln;
  const kilns = new Map(
    payload.devices.flatMap(({ deviceId, kiln }): [string, NonNullable<DeviceDescriptor["kiln"]>][] =>
      kiln === undefined ? [] : [[deviceId, kiln]],
    ),
  );
  for (const { deviceId, attribute, value, unit, observedAt, quality } of payload.observations) {
    const kiln = kilns.get(deviceId);
    const isUsable = quality === "live" || quality === "simulated";
    if (kiln === undefined || attribute !== "temperature" || unit !== "°C" || typeof value !== "number" || !isUsable)
      continue;
    if (Date.parse(observedAt) - Date.parse(now) > MAX_CLOCK_SKEW_MS) continue;
    const sample = { zone: kiln.zone, observedAt: observedAt > now ? now : observedAt, tempC: value };
    byKiln.set(kiln.kilnId, [...(byKiln.get(kiln.kilnId) ?? []), sample]);
  }
  return byKiln;
}

/** Each sample belongs to the firing that began last before it: an agent that was offline may tell of more than one. */
async function sortByFiring(
  reads: TransactionReads,
  tenantId: string,
  kilnId: string,
  samples: readonly KilnSample[],
): Promise<ReadonlyMap<Firing, readonly KilnSample[]>> {
  const newest = samples.map(({ observedAt }) => observedAt).reduce((a, b) => (a > b ? a : b));
  const found = await reads.query({
    collection: inTenant(tenantId, COLLECTIONS.firings),
    where: [
      { field: "kilnId", op: "==", value: kilnId },
      { field: "startAt", op: "<=", value: newest },
    ],
    orderBy: [{ field: "startAt", direction: "desc" }],
    limit: MAX_FIRINGS,
  });
  // The studio's own systems write firings: one that is not what it should be keeps no reading out.
  const begun = found
    .flatMap(({ data }) => Firing.safeParse(data).data ?? [])
    .filter(({ status }) => BEGUN.has(status));
  const sorted = new Map<Firing, KilnSample[]>();
  for (const sample of samples) {
    const firing = begun.find(({ startAt }) => startAt <= sample.observedAt);
    if (firing !== undefined) sorted.set(firing, [...(sorted.get(firing) ?? []), sample]);
  }
  return sorted;
}
