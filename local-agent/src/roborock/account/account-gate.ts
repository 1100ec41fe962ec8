import { AccountError } from "./account-error.js";
import type { AccountStore } from "./account-store.js";
import { accountBlockedUntilMs, blockAccount, callableAtMs, DAY_MS, recordCall, settleClock } from "./limits.js";
import type { BudgetKind } from "./limits.js";

export interface GateDeps {
  readonly store: AccountStore;
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** How long a call may wait for its budget, in milliseconds; absent: about a second. */
  readonly longestWaitMs?: number;
}

/** Two calls may follow each other within the second: the later one waits for it. */
const SHORT_WAIT_MS = 1_500;

/**
 * Makes a call of the account if its budget and its past refusals allow it, and remembers the call before it goes out. After
 * "too many requests" the account is left alone for a day, whoever asks and however often the process restarts.
 */
export async function throughGate<T>(deps: GateDeps, kind: BudgetKind, call: () => Promise<T>): Promise<T> {
  await pass(deps, kind);
  try {
    return await call();
  } catch (error) {
    if (error instanceof AccountError && error.refusal === "TOO_MANY_REQUESTS") {
      const nowMs = deps.nowMs();
      await deps.store.updateLimits(nowMs, (limits) => blockAccount(limits, nowMs, DAY_MS));
    }
    throw error;
  }
}

/** One for each window of a budget. */
const MAX_WAITS = 5;

async function pass({ store, nowMs, sleep, longestWaitMs = SHORT_WAIT_MS }: GateDeps, kind: BudgetKind): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const at = nowMs();
    let waitMs = 0;
    await store.updateLimits(at, (stored) => {
      const limits = settleClock(stored, at);
      const blockedUntilMs = accountBlockedUntilMs(limits, at);
      if (blockedUntilMs !== null) throw new AccountError("BLOCKED", `until ${instantOf(blockedUntilMs)}`);
      const callableMs = callableAtMs(limits, kind, at);
      waitMs = Math.max(0, callableMs - at);
      if (waitMs > longestWaitMs || (waitMs > 0 && attempt === MAX_WAITS))
        throw new AccountError("BUDGET_SPENT", `again from ${instantOf(callableMs)}`);
      return waitMs > 0 ? limits : recordCall(limits, kind, at);
    });
    if (waitMs === 0) return;
    await sleep(waitMs);
  }
}

function instantOf(ms: number): string {
  return new Date(ms).toISOString();
}
