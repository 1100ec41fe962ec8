import assert from "node:assert/strict";
import fc from "fast-check";
import {
  accountBlockedUntilMs,
  admitBroker,
  blockAccount,
  blockBroker,
  brokerBlockedUntilMs,
  callableAtMs,
  DAY_MS,
  NO_LIMITS,
  recordCall,
  settleClock,
} from "./limits.js";
import type { AccountLimits, BudgetKind } from "./limits.js";

const NOW = 1_767_225_600_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;

/** Calls as often as the budget lets, for so long, and gives the times of the calls. */
function greedy(kind: BudgetKind, forMs: number): number[] {
  const called: number[] = [];
  let limits = NO_LIMITS;
  for (let at = NOW; at < NOW + forMs; at = Math.max(at + 1, callableAtMs(limits, kind, at))) {
    if (callableAtMs(limits, kind, at) > at) continue;
    limits = recordCall(limits, kind, at);
    called.push(at);
  }
  return called;
}

const most = (times: readonly number[], windowMs: number): number =>
  Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + windowMs).length));

describe("local-agent/roborock/account/limits", () => {
  it("lets at most 1 login a second, 3 a minute, 10 an hour and 20 a day go out, however greedy the caller", () => {
    const times = greedy("login", 2 * DAY_MS);
    assert.deepEqual(
      [1_000, MINUTE, HOUR, DAY_MS].map((windowMs) => most(times, windowMs)),
      [1, 3, 10, 20],
    );
  });

  it("lets at most 3 home reads a minute, 5 an hour and 40 a day go out", () => {
    const times = greedy("home", 2 * DAY_MS);
    assert.deepEqual(
      [MINUTE, HOUR, DAY_MS].map((windowMs) => most(times, windowMs)),
      [3, 5, 40],
    );
  });

  it("counts logins and home reads apart", () => {
    const limits = recordCall(NO_LIMITS, "login", NOW);
    assert.ok(callableAtMs(limits, "login", NOW) > NOW);
    assert.ok(callableAtMs(limits, "home", NOW) <= NOW);
  });

  it("blocks the account until, but not at, the end of a day", () => {
    const blocked = blockAccount(NO_LIMITS, NOW, DAY_MS);
    assert.equal(accountBlockedUntilMs(blocked, NOW + DAY_MS - 1), NOW + DAY_MS);
    assert.equal(accountBlockedUntilMs(blocked, NOW + DAY_MS), null);
  });

  it("blocks the broker for the refused credentials alone, until it is admitted", () => {
    const blocked = blockBroker(NO_LIMITS, "these", NOW, NOW + 6 * HOUR);
    assert.equal(brokerBlockedUntilMs(blocked, "these", NOW + HOUR), NOW + 6 * HOUR);
    assert.equal(brokerBlockedUntilMs(blocked, "others", NOW + HOUR), null);
    assert.equal(brokerBlockedUntilMs(admitBroker(blocked), "these", NOW + HOUR), null);
  });

  it("waits no longer than meant after the clock was set back, and never forgets a block because of it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 * DAY_MS }), (backMs) => {
        const limits = blockAccount(recordCall(NO_LIMITS, "login", NOW), NOW, DAY_MS);
        const at = NOW - backMs;
        const untilMs = accountBlockedUntilMs(limits, at);
        assert.ok(untilMs !== null && untilMs - at <= DAY_MS && untilMs > at);
        assert.ok(callableAtMs(limits, "login", at) - at <= DAY_MS);
      }),
    );
  });

  it("counts calls that seem to lie ahead as made now, so that a wrong clock ends within a day", () => {
    const limits = settleClock(recordCall(NO_LIMITS, "login", NOW + 100 * DAY_MS), NOW);
    assert.deepEqual(limits.login, [NOW]);
    assert.ok(callableAtMs(limits, "login", NOW) <= NOW + 1_000);
  });

  it("keeps a bounded list, whatever it is fed", () => {
    let limits: AccountLimits = NO_LIMITS;
    for (let call = 0; call < 500; call += 1) limits = recordCall(limits, "home", NOW + call * HOUR);
    assert.ok(limits.home.length <= 25);
  });
});
