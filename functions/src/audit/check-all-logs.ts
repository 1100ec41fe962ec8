import { checkLog } from "./check-log.js";
import type { CheckMeans, LogCheck } from "./check-log.js";
import { rebuildTiles } from "./rebuild-tiles.js";
import type { RebuildMeans } from "./rebuild-tiles.js";

export interface CheckCounts {
  readonly logs: number;
  readonly entries: number;
  /** What is still wrong at the end. */
  readonly findings: number;
  /** Tiles that were gone or damaged, and were put back. */
  readonly rebuilt: number;
  /** Logs that could not be checked to the end. */
  readonly failed: number;
}

/**
 * Checks the logs of these studios, one after the other, and puts back the tiles that are not what the events make. One that cannot be
 * checked keeps no other from it.
 */
export async function checkAllLogs(
  means: CheckMeans & RebuildMeans,
  tenantIds: readonly string[],
  onFailure: (tenantId: string, error: unknown) => void,
): Promise<CheckCounts> {
  const counts = { logs: 0, entries: 0, findings: 0, rebuilt: 0, failed: 0 };
  for (const tenantId of tenantIds)
    try {
      const { size, count, rebuilt } = await checkAndRebuild(means, tenantId);
      counts.logs += 1;
      counts.entries += size;
      counts.findings += count;
      counts.rebuilt += rebuilt.length;
    } catch (error) {
      counts.failed += 1;
      onFailure(tenantId, error);
    }
  return counts;
}

/** What a rebuilding of tiles may mend: everything else is an event that somebody changed, or a log that somebody forked. */
const OF_TILES: ReadonlySet<string> = new Set(["TILE_DIFFERS", "HEAD_DIFFERS"]);

/** Is this log what its events and its signer say, once its tiles are put back where that is all that is wrong? */
export async function checkAndRebuild(
  means: CheckMeans & RebuildMeans,
  tenantId: string,
): Promise<LogCheck & { readonly rebuilt: readonly string[] }> {
  const found = await checkLog(means, tenantId);
  if (!found.findings.some(({ kind }) => OF_TILES.has(kind))) return { ...found, rebuilt: [] };
  const { rebuilt } = await rebuildTiles(means, tenantId);
  return rebuilt.length === 0 ? { ...found, rebuilt } : { ...(await checkLog(means, tenantId)), rebuilt };
}
