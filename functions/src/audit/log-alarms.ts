import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import { toDocument } from "../commit/document-change.js";
import type { TransactionReads } from "../commit/transactor.js";
import { LogHealth, inTenant, logHealthRef } from "../contracts/index.js";
import type { Actor, LogAlarmCode, UtcInstant } from "../contracts/index.js";
import { recordEvent } from "./record-event.js";
import type { RecordedEvent } from "./record-event.js";

export const SEQUENCER: Actor = { type: "system", id: "audit-sequencer", name: "Audit sequencer" };

const HEALTHY: LogHealth = { v: 1, alarms: [], lastCheck: null };

/** What a run of the sequencer is asked to say about a log. */
export interface AlarmMeans {
  readonly deps: Deps;
  readonly requestId: string;
}

/** Raises an alarm on a studio's log, once: while it stands, saying it again changes nothing. False: it stood already. */
export function raiseAlarm(means: AlarmMeans, tenantId: string, code: LogAlarmCode, text: string): Promise<boolean> {
  return changeAlarms(means, tenantId, "log.alarm_raised", (health, now) => {
    if (health.alarms.some((alarm) => alarm.code === code)) return null;
    return { alarms: [...health.alarms, { code, text, raisedAt: now }], changed: [code] };
  });
}

/** Ends these alarms, where they stand. False: none stood. */
export function clearAlarms(means: AlarmMeans, tenantId: string, codes: readonly LogAlarmCode[]): Promise<boolean> {
  return changeAlarms(means, tenantId, "log.alarm_cleared", (health) => {
    const over = health.alarms.map(({ code }) => code).filter((code) => codes.includes(code));
    if (over.length === 0) return null;
    return { alarms: health.alarms.filter(({ code }) => !over.includes(code)), changed: over };
  });
}

/** The studio's log as it was last found; a missing or unreadable document says nothing is known, and hides no alarm. */
export async function readHealth(reads: TransactionReads, tenantId: string): Promise<LogHealth> {
  const [stored] = await reads.get([inTenant(tenantId, logHealthRef())]);
  const health = LogHealth.safeParse(stored?.data);
  return health.success ? health.data : HEALTHY;
}

function changeAlarms(
  { deps, requestId }: AlarmMeans,
  tenantId: string,
  type: "log.alarm_raised" | "log.alarm_cleared",
  change: (
    health: LogHealth,
    now: UtcInstant,
  ) => { readonly alarms: LogHealth["alarms"]; readonly changed: readonly LogAlarmCode[] } | null,
): Promise<boolean> {
  return deps.transactor.transact(async (reads) => {
    const now = deps.clock.now();
    const health = await readHealth(reads, tenantId);
    const next = change(health, now);
    if (next === null) return { changes: [], events: [], answer: false };
    const { v, lastCheck } = health;
    const { alarms } = next;
    const stored = LogHealth.parse({ v, alarms, lastCheck, ...(alarms.length > 0 && { needsSweep: true }) });
    const event: RecordedEvent = recordEvent(
      {
        tenantId,
        type,
        at: now,
        actor: SEQUENCER,
        outcome: "done",
        severity: type === "log.alarm_raised" ? "alarm" : "notice",
        requestId,
        data: { alarms: next.changed },
      },
      eventMeans(deps),
    );
    return {
      changes: [{ op: "set" as const, path: inTenant(tenantId, logHealthRef()), data: toDocument(stored) }],
      events: [event],
      answer: true,
    };
  });
}
