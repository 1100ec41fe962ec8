import * as z from "zod";

const Instant = z.int().min(0);
const Block = z.strictObject({ fromMs: Instant, untilMs: Instant });
type Block = z.infer<typeof Block>;

/**
 * What the account was asked, and until when it is left alone. Stored, because a process that restarts in a loop would
 * otherwise get the account banned; holds no secret. Times are milliseconds since the epoch, newest last.
 */
export const AccountLimits = z.strictObject({
  schemaVersion: z.literal(1),
  login: z.array(Instant).max(100),
  home: z.array(Instant).max(100),
  /** After "too many requests": nothing at all is asked of the account. */
  account: Block.nullable(),
  /** After the broker refused the account. `credentials` names which ones, so that new ones start afresh. */
  broker: Block.extend({ credentials: z.string().max(64) }).nullable(),
});
export type AccountLimits = z.infer<typeof AccountLimits>;

export type BudgetKind = "login" | "home";

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** Calls within a window of so many milliseconds (reference 2.8). */
const BUDGETS: Readonly<Record<BudgetKind, readonly (readonly [windowMs: number, calls: number])[]>> = {
  login: [
    [SECOND_MS, 1],
    [MINUTE_MS, 3],
    [HOUR_MS, 10],
    [DAY_MS, 20],
  ],
  home: [
    [SECOND_MS, 1],
    [MINUTE_MS, 3],
    [HOUR_MS, 5],
    [DAY_MS, 40],
  ],
};

export const NO_LIMITS: AccountLimits = { schemaVersion: 1, login: [], home: [], account: null, broker: null };

/** Answers: from when on may such a call be made? `nowMs` or earlier means now. */
export function callableAtMs(limits: AccountLimits, kind: BudgetKind, nowMs: number): number {
  const waits = BUDGETS[kind].map(([windowMs, calls]) => {
    const within = inWindow(limits[kind], nowMs, windowMs);
    const oldest = within.at(-calls);
    // A time ahead of now means that the clock was set back: the window then begins now, and no later.
    return oldest === undefined ? 0 : Math.min(oldest, nowMs) + windowMs;
  });
  return Math.max(...waits);
}

/** Answers: what is remembered once such a call goes out? Called before it does, so that a crash counts too. */
export function recordCall(limits: AccountLimits, kind: BudgetKind, nowMs: number): AccountLimits {
  return { ...limits, [kind]: [...inWindow(limits[kind], nowMs, DAY_MS), nowMs] };
}

export function blockAccount(limits: AccountLimits, nowMs: number, forMs: number): AccountLimits {
  return { ...limits, account: { fromMs: nowMs, untilMs: nowMs + forMs } };
}

export function blockBroker(limits: AccountLimits, credentials: string, nowMs: number, untilMs: number): AccountLimits {
  return { ...limits, broker: { fromMs: nowMs, untilMs: Math.max(nowMs, untilMs), credentials } };
}

export function admitBroker(limits: AccountLimits): AccountLimits {
  return { ...limits, broker: null };
}

/** Answers: until when is the account left alone? Null: it may be asked. */
export function accountBlockedUntilMs(limits: AccountLimits, nowMs: number): number | null {
  return effectiveEnd(limits.account, nowMs);
}

/** Answers: until when is the broker left alone with these credentials? Null: it may be tried. */
export function brokerBlockedUntilMs(limits: AccountLimits, credentials: string, nowMs: number): number | null {
  return limits.broker?.credentials === credentials ? effectiveEnd(limits.broker, nowMs) : null;
}

/** A block that begins in the future means that the clock was set back: it then lasts as long as it was meant to, from now on. */
function effectiveEnd(block: Block | null, nowMs: number): number | null {
  if (block === null) return null;
  const untilMs = block.fromMs > nowMs ? nowMs + (block.untilMs - block.fromMs) : block.untilMs;
  return untilMs > nowMs ? untilMs : null;
}

/** Answers: what counts once the clock was set back? Calls that seem to lie ahead count as made now. */
export function settleClock(limits: AccountLimits, nowMs: number): AccountLimits {
  const settled = (times: readonly number[]): number[] => times.map((at) => Math.min(at, nowMs));
  return { ...limits, login: settled(limits.login), home: settled(limits.home) };
}

function inWindow(times: readonly number[], nowMs: number, windowMs: number): number[] {
  return times.filter((at) => at > nowMs - windowMs);
}
