import { checkLog } from "./check-log.js";
import type { CheckMeans } from "./check-log.js";

export interface CheckCounts {
  readonly logs: number;
  readonly entries: number;
  readonly findings: number;
  /** Logs that could not be checked to the end. */
  readonly failed: number;
}

/** Checks the logs of these studios, one after the other. One that cannot be checked keeps no other from it. */
export async function checkAllLogs(
  means: CheckMeans,
  tenantIds: readonly string[],
  onFailure: (tenantId: string, error: unknown) => void,
): Promise<CheckCounts> {
  const counts = { logs: 0, entries: 0, findings: 0, failed: 0 };
  for (const tenantId of tenantIds)
    try {
      const { size, count } = await checkLog(means, tenantId);
      counts.logs += 1;
      counts.entries += size;
      counts.findings += count;
    } catch (error) {
      counts.failed += 1;
      onFailure(tenantId, error);
    }
  return counts;
}
