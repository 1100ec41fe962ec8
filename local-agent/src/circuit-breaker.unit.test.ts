import assert from "node:assert/strict";
import fc from "fast-check";
import {
  BREAKER_FAILURE_LIMIT,
  BREAKER_MAX_BACKOFF_MS,
  BREAKER_MIN_BACKOFF_MS,
  BREAKER_PROBE_LEASE_MS,
  BREAKER_WINDOW_MS,
  breakerBackoffMs,
  INITIAL_BREAKER,
  mayCall,
  recordFailure,
  recordSuccess,
} from "./circuit-breaker.js";
import type { BreakerState } from "./circuit-breaker.js";

const failTimes = (times: readonly number[], from = INITIAL_BREAKER): BreakerState =>
  times.reduce((state, at) => recordFailure(state, at, 0.5), from);

const anOpenBreaker = (): BreakerState => failTimes([0, 1, 2, 3, 4]);

describe("local-agent/circuit-breaker", () => {
  it("stays closed after 4 failures and opens on the 5th within 60 s", () => {
    assert.equal(failTimes([0, 1, 2, 3]).phase, "closed");
    assert.equal(failTimes([0, 1, 2, 59_999, 59_999]).phase, "open");
  });

  it("forgets a failure that is 60 s old", () => {
    assert.equal(failTimes([0, 15_000, 30_000, 45_000, BREAKER_WINDOW_MS]).phase, "closed");
  });

  it("counts failures in the window even when successes lie between them", () => {
    let state = INITIAL_BREAKER;
    for (const at of [0, 10, 20, 30, 40]) state = recordSuccess(recordFailure(state, at, 0), at + 1);
    assert.equal(state.phase, "open");
  });

  it("refuses calls until, but not at, the end of the back-off", () => {
    const state = anOpenBreaker();
    assert.equal(mayCall(state, state.retryAtMs - 1).allowed, false);
    assert.equal(mayCall(state, state.retryAtMs).allowed, true);
  });

  it("lets exactly one probe through when half open, and another when the first never reports for 60 s", () => {
    const opened = anOpenBreaker();
    const first = mayCall(opened, opened.retryAtMs);
    assert.equal(first.state.phase, "half_open");
    assert.equal(mayCall(first.state, opened.retryAtMs + 1).allowed, false);
    assert.equal(mayCall(first.state, opened.retryAtMs + BREAKER_PROBE_LEASE_MS).allowed, true);
  });

  it("closes on a successful probe and forgets everything", () => {
    const opened = anOpenBreaker();
    assert.deepEqual(recordSuccess(mayCall(opened, opened.retryAtMs).state, opened.retryAtMs + 5), INITIAL_BREAKER);
  });

  it("opens again on a failed probe, with a longer back-off", () => {
    const opened = anOpenBreaker();
    const again = recordFailure(mayCall(opened, opened.retryAtMs).state, opened.retryAtMs, 0.5);
    assert.equal(again.phase, "open");
    assert.ok(again.retryAtMs - opened.retryAtMs > opened.retryAtMs - 4);
  });

  it("is not closed by the late success of a call made before it opened", () => {
    assert.equal(recordSuccess(anOpenBreaker(), 10).phase, "open");
  });

  it("does not stay open for good when the clock is set back", () => {
    const state = failTimes([1e9, 1e9, 1e9, 1e9, 1e9]);
    assert.equal(mayCall(state, 0).allowed, true);
  });

  it("backs off between 1 s and 60 s whatever the count and the chance", () => {
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (trips, chance) => {
        const delay = breakerBackoffMs(trips, chance);
        return delay >= BREAKER_MIN_BACKOFF_MS && delay <= BREAKER_MAX_BACKOFF_MS;
      }),
    );
    assert.notEqual(breakerBackoffMs(4, 0), breakerBackoffMs(4, 0.9));
  });

  it("never lets two calls through while half open and never keeps more than 5 failures, in any history", () => {
    const step = fc.record({ afterMs: fc.nat(20_000), ok: fc.boolean(), chance: fc.constant(0.3) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        let state = INITIAL_BREAKER;
        let nowMs = 0;
        for (const { afterMs, ok, chance } of steps) {
          nowMs += afterMs;
          const call = mayCall(state, nowMs);
          state = call.state;
          if (state.phase === "half_open" && mayCall(state, nowMs).allowed) return false;
          if (call.allowed) state = ok ? recordSuccess(state, nowMs) : recordFailure(state, nowMs, chance);
          if (state.failuresAtMs.length > BREAKER_FAILURE_LIMIT) return false;
        }
        return true;
      }),
    );
  });
});
