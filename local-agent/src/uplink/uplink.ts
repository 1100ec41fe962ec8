import type { Logger } from "../logger.js";
import type { EnvelopeDraft, Outbox } from "../outbox/outbox.js";
import type { UplinkStatus } from "../status/agent-status.js";
import { backOffMs } from "./back-off.js";
import { CATCH_UP_PAUSE_MS, createPace } from "./pace.js";
import type { Publisher } from "./publisher.js";
import { PublishError } from "./publisher.js";

/** Readings of one moment come in several calls; waiting this long puts them into one envelope. */
const UPLINK_LINGER_MS = 200;
/** An idle uplink looks again by itself this often, should a nudge ever be lost. */
const IDLE_MS = 5_000;
/** How long a stopping agent goes on sending what waits. What is left is sent at the next start. */
export const DRAIN_MS = 5_000;

export interface UplinkDeps {
  readonly outbox: Outbox;
  readonly publisher: Publisher;
  readonly seal: (draft: EnvelopeDraft) => string;
  readonly identity: { readonly tenantId: string; readonly agentId: string };
  readonly logger: Logger;
  readonly nowMs: () => number;
  /** How long a routine envelope waits for more to carry. Milliseconds. */
  readonly routineEveryMs?: number;
  /** In [0, 1): jitters the back-off. */
  readonly chance: () => number;
  /** Resolves after so many milliseconds, or at once when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface Uplink {
  start(): void;
  /** Something was queued. */
  wake(): void;
  /** Sends what waits for at most `boundMs`, then lets go. True: nothing is left. Call once. */
  stop(boundMs?: number): Promise<boolean>;
  status(): UplinkStatus;
}

/**
 * Carries the outbox to Pub/Sub: one envelope at a time, in order, each until it is acknowledged. A failure is retried
 * with back-off and never skipped, because the next envelope must not overtake it.
 */
export function createUplink(deps: UplinkDeps): Uplink {
  const { outbox, publisher, logger, sleep } = deps;
  /** Ends what is in flight. */
  const aborted = new AbortController();
  /** Ends waiting: what is left is sent without a pause. */
  const stopped = new AbortController();
  const pace = createPace(deps.routineEveryMs);
  let isStopping = false;
  let failures = 0;
  let lastErrorCode: string | null = null;
  let lastPublishedAtMs: number | null = null;
  let nudge = new AbortController();
  let loop: Promise<void> = Promise.resolve();

  /** True: an envelope was acknowledged. */
  async function sendNext(): Promise<boolean> {
    const sealed = await outbox.nextSealed(deps.seal);
    if (sealed === null) return false;
    const requestId = `${outbox.bootId}.${sealed.seq}`;
    const attributes = { ...deps.identity, requestId };
    await publisher.publish({ text: sealed.text, orderingKey: deps.identity.agentId, attributes }, aborted.signal);
    await outbox.acknowledge(sealed.seq);
    logger.debug("envelope_published", { requestId, seq: sealed.seq });
    return true;
  }

  async function run(): Promise<void> {
    while (!aborted.signal.aborted) {
      // Taken before looking: what is queued from here on wakes the sleep below.
      nudge = new AbortController();
      const dueInMs = isStopping ? 0 : pace.dueInMs(outbox.counts(), deps.nowMs());
      if (dueInMs !== 0) {
        await sleep(Math.min(dueInMs ?? IDLE_MS, IDLE_MS), nudge.signal);
        await sleep(UPLINK_LINGER_MS, stopped.signal);
        continue;
      }
      const outcome = await attempt();
      if (outcome === "failed") await waitToRetry();
      else if (outcome === "empty" && isStopping) return;
      else if (outcome === "sent") {
        pace.sent(outbox.counts(), deps.nowMs());
        await sleep(CATCH_UP_PAUSE_MS, stopped.signal);
      } else await sleep(UPLINK_LINGER_MS, stopped.signal);
    }
  }

  /** The first attempt of a stopping agent comes at once; after that it keeps the pace. */
  function waitToRetry(): Promise<void> {
    return sleep(backOffMs(failures, deps.chance()), isStopping ? aborted.signal : stopped.signal);
  }

  async function attempt(): Promise<"sent" | "empty" | "failed"> {
    try {
      const isSent = await sendNext();
      if (failures > 0) logger.info("uplink_recovered", { afterFailures: failures });
      failures = 0;
      if (isSent) lastPublishedAtMs = deps.nowMs();
      return isSent ? "sent" : "empty";
    } catch (error) {
      failures += 1;
      const code = error instanceof PublishError ? error.code : "DEFECT";
      lastErrorCode = code;
      if (!aborted.signal.aborted) logger.warn("publish_failed", { failures, code, error });
      return "failed";
    }
  }

  return {
    start: () => {
      loop = run();
    },
    wake: () => nudge.abort(),
    stop: async (boundMs = DRAIN_MS) => {
      isStopping = true;
      stopped.abort();
      nudge.abort();
      const giveUp = setTimeout(() => aborted.abort(), boundMs);
      await loop;
      clearTimeout(giveUp);
      publisher.close();
      const left = outbox.counts();
      return left.observations === 0 && left.proposals === 0 && !left.hasSealed;
    },
    status: () => ({
      failuresInARow: failures,
      lastErrorCode,
      lastPublishedAt: lastPublishedAtMs === null ? null : new Date(lastPublishedAtMs).toISOString(),
    }),
  };
}
