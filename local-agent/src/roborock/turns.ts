import { ConnectorError } from "../connector.js";

/** Requests of one vacuum that run or wait for their turn; more are refused. */
export const MAX_QUEUED_PER_DEVICE = 4;

export interface Turns {
  /** Runs after everything queued before it for the same key has ended. Rejects with `RATE_LIMIT` when the queue is full. */
  take<T>(key: string, run: () => Promise<T>): Promise<T>;
}

/** One request at a time per vacuum; a slow vacuum delays no other. */
export function createTurns(): Turns {
  const queues = new Map<string, { length: number; tail: Promise<unknown> }>();
  return {
    async take(key, run) {
      const queue = queues.get(key) ?? { length: 0, tail: Promise.resolve() };
      if (queue.length >= MAX_QUEUED_PER_DEVICE) {
        throw new ConnectorError("RATE_LIMIT", `More than ${MAX_QUEUED_PER_DEVICE} requests wait for one vacuum`);
      }
      queue.length += 1;
      queues.set(key, queue);
      const turn = queue.tail.then(run).finally(() => {
        queue.length -= 1;
      });
      queue.tail = turn.catch(() => undefined);
      return turn;
    },
  };
}

/**
 * Answers: how long must this request wait so that requests leave `gapMs` apart? Each call takes a slot. A slot more than
 * `farthestMs` ahead means that the clock was set back; the row then starts again.
 */
export function createPacer(gapMs: number, farthestMs: number): (nowMs: number) => number {
  let nextMs = 0;
  return (nowMs) => {
    if (nextMs - nowMs > farthestMs) nextMs = nowMs;
    const sendMs = Math.max(nowMs, nextMs);
    nextMs = sendMs + gapMs;
    return sendMs - nowMs;
  };
}
