import { setTimeout as sleep } from "node:timers/promises";
import { firestoreLogStore } from "../../functions/src/audit/firestore-log-store.js";
import type { LogStore } from "../../functions/src/audit/log-store.js";
import { recordEvent } from "../../functions/src/audit/record-event.js";
import { wakingTransactor } from "../../functions/src/audit/wake-sequencer.js";
import { eventMeans } from "../../functions/src/commit/deps.js";
import { anOwner } from "../../functions/test/support/builders.js";
import { openLogStudio } from "../../functions/test/support/log-studio.js";
import { wokenSequencer } from "./woken-sequencer.js";

const EVENTS_PER_SECOND = 50;
const SECONDS = 60;
/** Then something is wrong, and the benchmark says so. */
const MAX_WAIT_MS = 60_000;

/**
 * How long does an event wait until a published checkpoint covers it, in milliseconds each? Fifty actions a second for a minute, each a
 * transaction of its own; the sequencer is woken as in production, but by a timer in this process instead of the task queue.
 */
export async function measureMergeDelay(): Promise<readonly number[]> {
  const studio = openLogStudio();
  const delays: number[] = [];
  const means = studio.means({ store: timing(firestoreLogStore(studio.firestore), delays) });
  const { wake, settled } = wokenSequencer(means);
  const deps = { ...studio.deps, transactor: wakingTransactor(studio.deps.transactor, wake) };
  const act = (): Promise<void> => {
    const event = recordEvent(
      {
        tenantId: studio.tenantId,
        type: "proposal.submitted",
        at: deps.clock.now(),
        actor: anOwner(),
        outcome: "done",
        requestId: "bench-merge-delay",
      },
      eventMeans(deps, deps.ids.random()),
    );
    return deps.transactor.transact(() => Promise.resolve({ changes: [], events: [event], answer: undefined }));
  };
  const acts: Promise<void>[] = [];
  const total = EVENTS_PER_SECOND * SECONDS;
  const startedMs = performance.now();
  while (acts.length < total) {
    const due = Math.floor(((performance.now() - startedMs) / 1_000) * EVENTS_PER_SECOND) + 1;
    while (acts.length < Math.min(due, total)) acts.push(act());
    await sleep(5);
  }
  await Promise.all(acts);
  for (const endMs = performance.now() + MAX_WAIT_MS; delays.length < total && performance.now() < endMs;) {
    await settled();
    await sleep(100);
  }
  await studio.close();
  if (delays.length !== total) throw new Error(`${delays.length} of ${total} events came under a checkpoint`);
  return delays;
}

/** A log's store that notes, when a checkpoint is published, how old each event is that it is the first to cover. */
function timing(store: LogStore, delays: number[]): LogStore {
  let waiting: { readonly seq: number; readonly committedMs: number }[] = [];
  return {
    ...store,
    commitBatch: async (tenantId, batch, version) => {
      const committed = await store.commitBatch(tenantId, batch, version);
      if (committed !== null)
        for (const { event, seq } of batch.stamps) waiting.push({ seq, committedMs: Number(event.createTime) / 1_000 });
      return committed;
    },
    publish: async (tenantId, checkpoint) => {
      await store.publish(tenantId, checkpoint);
      const now = Date.now();
      for (const { seq, committedMs } of waiting) if (seq < checkpoint.size) delays.push(now - committedMs);
      waiting = waiting.filter(({ seq }) => seq >= checkpoint.size);
    },
  };
}
