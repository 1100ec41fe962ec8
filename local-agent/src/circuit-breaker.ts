/**
 * A circuit breaker as a pure state machine: time and chance are arguments, state is plain data (M12.5).
 *
 * closed ──5 failures in 60 s──▶ open ──back-off over──▶ half open (one probe) ──success──▶ closed
 *                                 ▲──────────────── probe failed, back-off doubled ──────┘
 */
export interface BreakerState {
  readonly phase: "closed" | "open" | "half_open";
  /** Times of the newest failures, oldest first, at most `BREAKER_FAILURE_LIMIT` of them. */
  readonly failuresAtMs: readonly number[];
  /** Openings since the breaker was last closed: the exponent of the back-off. */
  readonly trips: number;
  /** While open: the first instant at which a probe may go out. */
  readonly retryAtMs: number;
  /** While half open: when the probe went out. */
  readonly probeAtMs: number;
}

export const BREAKER_FAILURE_LIMIT = 5;
export const BREAKER_WINDOW_MS = 60_000;
export const BREAKER_MIN_BACKOFF_MS = 1_000;
export const BREAKER_MAX_BACKOFF_MS = 60_000;
/** A probe whose outcome is never reported must not close the door for good. */
export const BREAKER_PROBE_LEASE_MS = 60_000;

export const INITIAL_BREAKER: BreakerState = {
  phase: "closed",
  failuresAtMs: [],
  trips: 0,
  retryAtMs: 0,
  probeAtMs: 0,
};

/**
 * Answers: may a call go out at `nowMs`? Keep the returned state: granting the single half-open probe is a transition.
 * `retryAtMs` itself counts as due. A `retryAtMs` further away than the longest back-off means that the clock was set
 * back; it is then due at once.
 */
export function mayCall(
  state: BreakerState,
  nowMs: number,
): { readonly allowed: boolean; readonly state: BreakerState } {
  switch (state.phase) {
    case "closed":
      return { allowed: true, state };
    case "open":
      return isDue(state.retryAtMs, nowMs, BREAKER_MAX_BACKOFF_MS)
        ? grantProbe(state, nowMs)
        : { allowed: false, state };
    case "half_open":
      return isDue(state.probeAtMs + BREAKER_PROBE_LEASE_MS, nowMs, BREAKER_PROBE_LEASE_MS)
        ? grantProbe(state, nowMs)
        : { allowed: false, state };
  }
}

/** Answers: what is the state after a call succeeded? Only the probe closes an opened breaker; late answers do not. */
export function recordSuccess(state: BreakerState, nowMs: number): BreakerState {
  if (state.phase === "half_open") return INITIAL_BREAKER;
  if (state.phase === "open" || state.failuresAtMs.length === 0) return state;
  return { ...state, failuresAtMs: inWindow(state.failuresAtMs, nowMs) };
}

/**
 * Answers: what is the state after a call failed? `chance` in [0, 1) jitters the back-off, so that agents which lost the
 * same hub do not come back in step.
 */
export function recordFailure(state: BreakerState, nowMs: number, chance: number): BreakerState {
  if (state.phase === "open") return state;
  if (state.phase === "half_open") return open(state, nowMs, chance);
  const failuresAtMs = [...inWindow(state.failuresAtMs, nowMs), nowMs].slice(-BREAKER_FAILURE_LIMIT);
  const counted = { ...state, failuresAtMs };
  return failuresAtMs.length < BREAKER_FAILURE_LIMIT ? counted : open(counted, nowMs, chance);
}

/** Answers: how long does the breaker stay open for the n-th time in a row (0 = first)? Between 1 s and 60 s. */
export function breakerBackoffMs(trips: number, chance: number): number {
  const ceiling = Math.min(BREAKER_MAX_BACKOFF_MS, BREAKER_MIN_BACKOFF_MS * 2 ** (Math.min(trips, 30) + 1));
  return Math.max(BREAKER_MIN_BACKOFF_MS, Math.round(ceiling * (0.5 + chance / 2)));
}

function open(state: BreakerState, nowMs: number, chance: number): BreakerState {
  return {
    phase: "open",
    failuresAtMs: [],
    trips: state.trips + 1,
    retryAtMs: nowMs + breakerBackoffMs(state.trips, chance),
    probeAtMs: 0,
  };
}

function grantProbe(state: BreakerState, nowMs: number): { allowed: true; state: BreakerState } {
  return { allowed: true, state: { ...state, phase: "half_open", probeAtMs: nowMs } };
}

function isDue(atMs: number, nowMs: number, longestMs: number): boolean {
  return nowMs >= atMs || atMs - nowMs > longestMs;
}

function inWindow(failuresAtMs: readonly number[], nowMs: number): number[] {
  return failuresAtMs.filter((at) => at <= nowMs && nowMs - at < BREAKER_WINDOW_MS);
}
