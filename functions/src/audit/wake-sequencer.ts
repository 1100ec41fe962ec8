import { createHash } from "node:crypto";
import type { Transactor } from "../commit/transactor.js";

/** Asks for a run of the sequencer: once for each name, however often it is asked, and not before the moment. */
export type EnqueueRun = (run: {
  readonly tenantId: string;
  readonly taskId: string;
  readonly delaySeconds: number;
}) => Promise<void>;

/** Events of this long share one run: an event is under a checkpoint within seconds, and a burst costs one batch. */
const BUCKET_MS = 2_000;
/** How many studios one process remembers to have woken. */
const MAX_REMEMBERED = 1_000;

/**
 * Wakes a studio's sequencer, at most once in two seconds (M07.2). Nobody waits for it and its failure is nobody's: who is not woken is
 * found by the sweep of the minute.
 */
export function sequencerWaker(
  enqueue: EnqueueRun,
  nowMs: () => number,
  onFailure: (tenantId: string, error: unknown) => void,
): (tenantId: string) => void {
  const woken = new Map<string, number>();
  return (tenantId) => {
    const now = nowMs();
    const bucket = Math.floor(now / BUCKET_MS);
    if (woken.get(tenantId) === bucket) return;
    if (woken.size >= MAX_REMEMBERED) woken.clear();
    woken.set(tenantId, bucket);
    // A hash, because names that begin alike are slow in Cloud Tasks.
    const taskId = createHash("sha256").update(`${tenantId} ${bucket}`).digest("hex").slice(0, 40);
    const delaySeconds = Math.ceil(((bucket + 1) * BUCKET_MS - now) / 1_000);
    enqueue({ tenantId, taskId, delaySeconds }).catch((error: unknown) => {
      woken.delete(tenantId);
      onFailure(tenantId, error);
    });
  };
}

/** The same door to stored state, but that a commit with events wakes the sequencer of the studios that they belong to. */
export function wakingTransactor(transactor: Transactor, wake: (tenantId: string) => void): Transactor {
  return {
    transact: async (body) => {
      let tenants: readonly string[] = [];
      const answer = await transactor.transact(async (reads) => {
        const commit = await body(reads);
        tenants = commit.events.map(({ event }) => event.tenantId);
        return commit;
      });
      for (const tenantId of new Set(tenants)) wake(tenantId);
      return answer;
    },
  };
}
