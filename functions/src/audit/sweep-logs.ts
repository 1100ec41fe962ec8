import type { LogHead } from "../contracts/index.js";
import { clearAlarms, raiseAlarm } from "./log-alarms.js";
import type { AlarmMeans } from "./log-alarms.js";
import { sequenceLog } from "./sequence-log.js";
import type { SequenceReport } from "./sequence-log.js";
import type { SequencerMeans } from "./sequencer-means.js";

/** An event that waits, of whatever studio. */
interface WaitingEvent {
  readonly tenantId: string;
  /** Microseconds since 1970 in decimal. */
  readonly createTime: string;
}

/** Finds what is not done, in all studios. */
export interface LogWork {
  /** Pages of waiting events, the oldest first, as long as they are asked for. */
  waiting(pageSize: number): AsyncIterable<readonly WaitingEvent[]>;
  /** Logs that somebody left in the middle (with their head), and logs with alarms (without). */
  unfinished(limit: number): Promise<readonly { readonly tenantId: string; readonly head: LogHead | null }[]>;
}

export interface SweepMeans {
  readonly alarms: AlarmMeans;
  readonly work: LogWork;
  /** Makes the means of a run. Alarms are raised also where it fails. */
  readonly open: () => Promise<SequencerMeans>;
  readonly onFailure: (tenantId: string, error: unknown) => void;
}

export interface SweepCounts {
  readonly logs: number;
  readonly sequenced: number;
  readonly refused: number;
  readonly checkpoints: number;
  readonly late: number;
  /** Logs that no run got through with: a service was out of reach, or a person is needed. */
  readonly stuck: number;
}

/** An event is under a signed checkpoint within seconds; after this long somebody has to look (M07.5). */
const LATE_AFTER_MS = 5 * 60_000;
/** Less than the minute after which the next sweep begins. */
const SWEEP_MS = 40_000;
const PAGE_SIZE = 20;
const MAX_PAGES = 50;
const MAX_UNFINISHED = 50;

/**
 * Sequences what nobody was woken for, finishes what somebody left in the middle, and raises an alarm on a log that is behind. What keeps
 * one studio's log from going on keeps no other's.
 */
export async function sweepLogs({ alarms, work, open, onFailure }: SweepMeans): Promise<SweepCounts> {
  const startedMs = Date.parse(alarms.deps.clock.now());
  const tried = new Map<string, SequenceReport | null>();
  let late = 0;
  const take = async (tenantId: string, sinceMs: number | null): Promise<void> => {
    if (tried.has(tenantId)) return;
    if (sinceMs !== null && startedMs - sinceMs > LATE_AFTER_MS) {
      late += 1;
      const since = new Date(sinceMs).toISOString();
      await raiseAlarm(alarms, tenantId, "LOG_LATE", `What happened since ${since} is under no signed checkpoint.`);
    }
    tried.set(tenantId, await trySequencing(open, tenantId, onFailure));
  };
  for (const { tenantId, head } of await work.unfinished(MAX_UNFINISHED)) {
    await take(tenantId, head === null ? null : Date.parse(head.sequencedAt));
    if (head === null && tried.get(tenantId)?.outcome === "done")
      await clearAlarms(alarms, tenantId, ["LOG_LATE", "LOG_FROZEN"]);
  }
  let pages = 0;
  for await (const page of work.waiting(PAGE_SIZE)) {
    for (const { tenantId, createTime } of page) await take(tenantId, Math.floor(Number(createTime) / 1_000));
    pages += 1;
    if (pages === MAX_PAGES || Date.parse(alarms.deps.clock.now()) - startedMs > SWEEP_MS) break;
  }
  return { ...countsOf([...tried.values()]), late };
}

/** Null: a service could not be reached. The next sweep tries again, and the alarm comes by itself. */
async function trySequencing(
  open: SweepMeans["open"],
  tenantId: string,
  onFailure: SweepMeans["onFailure"],
): Promise<SequenceReport | null> {
  try {
    return await sequenceLog(await open(), tenantId);
  } catch (error) {
    onFailure(tenantId, error);
    return null;
  }
}

function countsOf(reports: readonly (SequenceReport | null)[]): Omit<SweepCounts, "late"> {
  const sum = (key: "sequenced" | "refused" | "checkpoints"): number =>
    reports.reduce((total, report) => total + (report?.[key] ?? 0), 0);
  const isStuck = (report: SequenceReport | null): boolean =>
    report === null || ["frozen", "damaged", "lost"].includes(report.outcome);
  return {
    logs: reports.length,
    sequenced: sum("sequenced"),
    refused: sum("refused"),
    checkpoints: sum("checkpoints"),
    stuck: reports.filter(isStuck).length,
  };
}
