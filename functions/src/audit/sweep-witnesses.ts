import { COLLECTIONS, LogHead } from "../contracts/index.js";
import { parseOrigin } from "./origin.js";
import { witnessLog } from "./witness-logs.js";
import type { WitnessDeps } from "./witness-logs.js";

/** How long after its publication a checkpoint is still brought to witnesses that did not answer. */
const ASK_WITHIN_MS = 15 * 60_000;
/** Logs of one sweep; more would not get through a minute. */
const MAX_LOGS = 200;

/** Brings the checkpoints of the last quarter of an hour to the configured witnesses, in all studios. Without witnesses it reads nothing. */
export async function sweepWitnesses(
  deps: WitnessDeps,
): Promise<{ readonly logs: number; readonly cosigned: number; readonly contradicted: number }> {
  const counts = { logs: 0, cosigned: 0, contradicted: 0 };
  if (deps.witnesses.length === 0) return counts;
  const since = new Date(Date.parse(deps.clock.now()) - ASK_WITHIN_MS).toISOString();
  const heads = await deps.transactor.transact(async (reads) => ({
    changes: [],
    events: [],
    answer: await reads.query({
      collection: COLLECTIONS.auditLog,
      isGroup: true,
      where: [{ field: "publishedAt", op: ">", value: since }],
      limit: MAX_LOGS,
    }),
  }));
  for (const { data } of heads) {
    const { tenantId } = parseOrigin(LogHead.parse(data).origin);
    const { cosigned, contradicted } = await witnessLog(deps, tenantId);
    counts.logs++;
    counts.cosigned += cosigned;
    counts.contradicted += contradicted;
  }
  return counts;
}
