import { sealLog } from "./seal-log.js";
import type { SealMeans } from "./seal-log.js";

export interface SealCounts {
  readonly logs: number;
  readonly entries: number;
  /** Logs of which more waits than this run had time for. */
  readonly unfinished: number;
  /** Logs that cannot be sealed: a person is needed, or a service was out of reach. */
  readonly stuck: number;
}

/** Seals of one log in one run: what is left waits for the next night. */
const MAX_SEALS_PER_RUN = 40;
/** Shorter than the run of the night may take. */
const WORK_MS = 25 * 60_000;

/** Seals the logs of these studios, one after the other. One that cannot be sealed keeps no other from it. */
export async function sealAllLogs(
  means: SealMeans,
  tenantIds: readonly string[],
  onFailure: (tenantId: string, error: unknown) => void,
): Promise<SealCounts> {
  const stopAt = Date.parse(means.deps.clock.now()) + WORK_MS;
  const isTimeUp = (): boolean => Date.parse(means.deps.clock.now()) >= stopAt;
  const counts = { logs: 0, entries: 0, unfinished: 0, stuck: 0 };
  for (const tenantId of tenantIds)
    try {
      let report = await sealLog(means, tenantId);
      counts.entries += report.entries;
      for (let seals = 1; report.outcome === "sealed" && seals < MAX_SEALS_PER_RUN && !isTimeUp(); seals++) {
        report = await sealLog(means, tenantId);
        counts.entries += report.entries;
      }
      if (report.outcome === "nothing") counts.logs += 1;
      else if (report.outcome === "sealed") counts.unfinished += 1;
      else counts.stuck += 1;
    } catch (error) {
      counts.stuck += 1;
      onFailure(tenantId, error);
    }
  return counts;
}
