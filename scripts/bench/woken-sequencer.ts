import { setTimeout as sleep } from "node:timers/promises";
import { sequenceLog } from "../../functions/src/audit/sequence-log.js";
import type { SequencerMeans } from "../../functions/src/audit/sequencer-means.js";
import { sequencerWaker } from "../../functions/src/audit/wake-sequencer.js";

/** As the task queue tries again. */
const RETRY_MS = 2_000;

/** A sequencer in this process that is woken as in production, but by a timer instead of the task queue. */
export interface WokenSequencer {
  readonly wake: (tenantId: string) => void;
  /** Until whoever was woken so far has done. Throws what stopped one. */
  readonly settled: () => Promise<void>;
}

export function wokenSequencer(means: SequencerMeans): WokenSequencer {
  let running: Promise<void> = Promise.resolve();
  const run = async (tenantId: string): Promise<void> => {
    for (;;) {
      const { outcome } = await sequenceLog(means, tenantId);
      if (outcome === "done") return;
      if (outcome === "frozen" || outcome === "damaged") throw new Error(`the log is ${outcome}`);
      await sleep(RETRY_MS);
    }
  };
  const wake = sequencerWaker(
    ({ tenantId, delaySeconds }) => {
      running = Promise.all([running, sleep(delaySeconds * 1_000)]).then(() => run(tenantId));
      // Whoever asks `settled` hears of it.
      running.catch(() => undefined);
      return Promise.resolve();
    },
    Date.now,
    () => undefined,
  );
  return { wake, settled: () => running };
}
