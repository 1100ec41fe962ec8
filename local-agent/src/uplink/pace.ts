import { ENVELOPE_MAX_OBSERVATIONS } from "@studio-os/functions/contracts";
import { ROUTINE_EVERY_MS } from "../observe/report-policy.js";
import type { OutboxCounts } from "../outbox/outbox.js";

/** So many routine envelopes may go out at once before they have to keep the pace: after a start, or after a quiet time. */
const BURST = 30;
/** While a backlog is sent: at most five envelopes a second, so that catching up never drowns the cloud or the line. */
export const CATCH_UP_PAUSE_MS = 200;

export interface Pace {
  /** In how many milliseconds the next envelope may go; 0: now; null: nothing waits. */
  dueInMs(waiting: OutboxCounts, nowMs: number): number | null;
  /** An envelope went out. */
  sent(waiting: OutboxCounts, nowMs: number): void;
}

/**
 * Answers: when does the next envelope go? Each one costs the cloud a message and two writes, so routine news waits for
 * company: one envelope in `routineEveryMs` on average, the first `BURST` at once (a token bucket). What warns, what asks
 * for a decision, what was sealed before and what fills an envelope by itself waits for nothing.
 */
export function createPace(routineEveryMs: number = ROUTINE_EVERY_MS): Pace {
  let tokens = BURST;
  let filledAtMs: number | null = null;
  const fill = (nowMs: number): void => {
    const elapsedMs = filledAtMs === null ? 0 : Math.max(0, nowMs - filledAtMs);
    tokens = Math.min(BURST, tokens + elapsedMs / routineEveryMs);
    filledAtMs = nowMs;
  };
  const isPressing = ({ hasSealed, urgent, observations }: OutboxCounts): boolean =>
    hasSealed || urgent > 0 || observations >= ENVELOPE_MAX_OBSERVATIONS;
  return {
    dueInMs: (waiting, nowMs) => {
      if (isPressing(waiting)) return 0;
      if (waiting.observations === 0 && !waiting.hasHealth) return null;
      fill(nowMs);
      return tokens >= 1 - 1e-9 ? 0 : Math.ceil((1 - tokens) * routineEveryMs - 1e-3);
    },
    sent: (_waiting, nowMs) => {
      fill(nowMs);
      tokens = Math.max(0, tokens - 1);
    },
  };
}
