import { recordEvent } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import { toDocument } from "../commit/document-change.js";
import type { StoredDocument } from "../commit/transactor.js";
import {
  AGENT_OFFLINE_AFTER_MS,
  AgentHealth,
  Firing,
  FiringLog,
  FIRING_THIN_AFTER_MS,
  FIRING_STEP_S,
  firingLogRef,
  inTenant,
} from "../contracts/index.js";
import type { Actor } from "../contracts/index.js";
import { findAlarms, openFiringLog, thinFiringLog, updateAlarms } from "./firing-log.js";
import { OVER, alarmEvent } from "./log-firing.js";
import { readStored } from "../commit/read-stored.js";

/** Read in pages of so many, and at most so many pages of each kind in one run. */
const AT_ONCE = 50;
const MAX_PAGES = 20;
const WATCH: Actor = { type: "system", id: "device-watch", name: "Device watch" };

/**
 * Puts on record what silence alone says: agents that have not reported for `AGENT_OFFLINE_AFTER_MS` are offline, firings
 * without a sample for five minutes have an alarm, and logs of firings that are over end. Each document is one transaction
 * of its own, and reads what it concludes from, so a report that was there first stands; and one that cannot be read, of
 * whichever studio, keeps no other from being watched.
 */
export async function watchDevices(deps: Deps, requestId: string): Promise<Record<string, number>> {
  const silentSince = new Date(Date.parse(deps.clock.now()) - AGENT_OFFLINE_AFTER_MS).toISOString();
  const firing = await findAll(deps, "firings", "firing");
  const running = await findAll(deps, "firingLogs", "running");
  const counts = { agentsOffline: 0, alarmsRaised: 0, logsEnded: 0, failed: 0 };
  const attempt = async <T>(look: () => Promise<T>): Promise<T | null> => {
    try {
      return await look();
    } catch {
      counts.failed += 1;
      return null;
    }
  };
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const silent = await find(deps, "connectorHealth", [
      { field: "availability", op: "==", value: "online" },
      { field: "lastHeardAt", op: "<=", value: silentSince },
    ]);
    for (const { path } of silent)
      counts.agentsOffline += (await attempt(() => markOffline(deps, path, silentSince, requestId))) ?? 0;
    if (silent.length < AT_ONCE) break;
  }
  const refs = new Set([...firing, ...running].map(({ path }) => path.replace("/firingLogs/", "/firings/")));
  for (const path of refs) {
    const seen = await attempt(() => watchFiring(deps, path, requestId));
    counts.alarmsRaised += seen?.raised ?? 0;
    counts.logsEnded += seen?.isEnded === true ? 1 : 0;
  }
  return counts;
}

/** Thins the logs of firings that ended a week ago: from two samples a minute to one every two minutes. */
export async function thinFiringLogs(deps: Deps): Promise<Record<string, number>> {
  const before = new Date(Date.parse(deps.clock.now()) - FIRING_THIN_AFTER_MS).toISOString();
  let thinned = 0;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const due = await find(deps, "firingLogs", [
      { field: "stepS", op: "==", value: FIRING_STEP_S },
      { field: "endedAt", op: "<=", value: before },
    ]);
    for (const { path } of due) thinned += await thinOne(deps, path);
    if (due.length < AT_ONCE) break;
  }
  return { thinned };
}

function thinOne(deps: Deps, path: string): Promise<number> {
  return deps.transactor.transact(async (reads) => {
    const log = readStored(FiringLog, (await reads.get([path]))[0]);
    if (log === null) return { changes: [], events: [], answer: 0 };
    const thinned = FiringLog.parse(thinFiringLog(log, deps.clock.now()));
    return { changes: [{ op: "set", path, data: toDocument(thinned) }], events: [], answer: 1 };
  });
}

type Where = Parameters<Parameters<Parameters<Deps["transactor"]["transact"]>[0]>[0]["query"]>[0]["where"];

function find(deps: Deps, collection: string, where: Where, after?: string): Promise<readonly StoredDocument[]> {
  const page = after === undefined ? {} : { after };
  return deps.transactor.transact(async (reads) => ({
    changes: [],
    events: [],
    answer: await reads.query({ collection, isGroup: true, where, limit: AT_ONCE, ...page }),
  }));
}

/** Whatever has this status, page by page: no studio is left out because fifty others come before it. */
async function findAll(deps: Deps, collection: string, status: string): Promise<readonly StoredDocument[]> {
  const found: StoredDocument[] = [];
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const next = await find(deps, collection, [{ field: "status", op: "==", value: status }], found.at(-1)?.path);
    found.push(...next);
    if (next.length < AT_ONCE) break;
  }
  return found;
}

function markOffline(deps: Deps, path: string, silentSince: string, requestId: string): Promise<number> {
  return deps.transactor.transact(async (reads) => {
    const health = readStored(AgentHealth, (await reads.get([path]))[0]);
    if (health === null || health.availability === "offline" || health.lastHeardAt > silentSince)
      return { changes: [], events: [], answer: 0 };
    const now = deps.clock.now();
    const { agentId, lastHeardAt } = health;
    const event = recordEvent(
      {
        tenantId: tenantOf(path),
        type: "agent.went_offline",
        severity: "warning",
        at: now,
        actor: WATCH,
        outcome: "done",
        requestId,
        data: { agentId, lastHeardAt },
      },
      eventMeans(deps),
    );
    const after: AgentHealth = { ...health, availability: "offline", availableSince: now };
    return { changes: [{ op: "set", path, data: toDocument(after) }], events: [event], answer: 1 };
  });
}

/** A kiln of which no log ever held a sample has no sensor, and its silence is no news. */
function watchFiring(
  deps: Deps,
  firingPath: string,
  requestId: string,
): Promise<{ readonly raised: number; readonly isEnded: boolean }> {
  const nothing = { changes: [], events: [], answer: { raised: 0, isEnded: false } };
  const tenantId = tenantOf(firingPath);
  return deps.transactor.transact(async (reads) => {
    const now = deps.clock.now();
    const path = inTenant(tenantId, firingLogRef(firingPath.split("/").at(-1) ?? ""));
    const [firingDocument, logDocument] = await reads.get([firingPath, path]);
    const firing = readStored(Firing, firingDocument);
    const stored = readStored(FiringLog, logDocument);
    if (firing === null || (stored === null && firing.status !== "firing")) return nothing;
    const log = stored ?? openFiringLog(firing, now);
    if (log.lastSampleAt === null) {
      const logs = inTenant(tenantId, "firingLogs");
      const where: Where = [
        { field: "kilnId", op: "==", value: firing.kilnId },
        { field: "lastSampleAt", op: ">", value: "1970-01-01T00:00:00.000Z" },
      ];
      const sensed = await reads.query({ collection: logs, where, limit: 1 });
      if (sensed.length === 0) return nothing;
    }
    const isOver = OVER.has(firing.status);
    const alarms = updateAlarms(log, isOver ? [] : findAlarms(log, now, firing.status === "firing"), now);
    if (alarms === null && !isOver && stored !== null) return nothing;
    const judged = alarms?.log ?? log;
    const after: FiringLog = isOver ? { ...judged, status: "ended", endedAt: now, updatedAt: now } : judged;
    const raised = alarms?.raised ?? [];
    return {
      changes: [{ op: "set", path, data: toDocument(FiringLog.parse(after)) }],
      events: raised.map((alarm) => alarmEvent(deps, tenantId, after, alarm, requestId, now)),
      answer: { raised: raised.length, isEnded: isOver },
    };
  });
}

const tenantOf = (path: string): string => path.split("/")[1] ?? "";
