import type { LogCheckpoint } from "../contracts/index.js";
import type { LogReader } from "./log-store.js";

/** The log that a studio writes now: its newest signed checkpoint; null while nothing of it is signed. */
export async function readCurrentLog(
  log: Pick<LogReader, "head" | "newestCheckpoint">,
  tenantId: string,
): Promise<LogCheckpoint | null> {
  const head = await log.head(tenantId);
  return head === null ? null : log.newestCheckpoint(tenantId, head.epoch);
}
