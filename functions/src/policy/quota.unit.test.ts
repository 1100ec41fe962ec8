import assert from "node:assert/strict";
import fc from "fast-check";
import { HOUR, NOW, later } from "../../test/support/fake-means.js";
import { aProposal } from "../../test/support/builders.js";
import { QUOTA_KEYS, QuotaState } from "../contracts/index.js";
import type { QuotaKey, UtcInstant } from "../contracts/index.js";
import { debited, quotaValueOf, readQuota, standing } from "./quota.js";
import type { QuotaDefinition } from "./quota-definitions.js";
import { recount } from "./recount-quota.js";

const FIVE_AN_HOUR: QuotaDefinition = { id: "default", key: "actor", limit: 5, windowMs: HOUR };
const after = (hits: readonly UtcInstant[], definition = FIVE_AN_HOUR): QuotaState | null =>
  hits.reduce<QuotaState | null>((stored, at) => debited({ definition, value: "otto", stored }, at, "event-1"), null);
const at = (now: UtcInstant, stored: QuotaState | null, definition = FIVE_AN_HOUR) =>
  standing({ definition, value: "otto", stored }, now);

describe("policy/quota", () => {
  it("lets five of five pass and says when the sixth may", () => {
    const hits = [0, 10, 20, 30, 40].map((minutes) => later(minutes * 60_000));
    const stored = after(hits);
    assert.deepEqual(at(later(HOUR - 1), stored), {
      key: "default.actor.otto",
      limit: 5,
      remaining: 0,
      resetAt: later(HOUR),
      retryAfterMs: 1,
    });
    assert.equal(at(later(HOUR), stored).remaining, 1);
  });

  it("still counts hits that lie ahead after a clock went back", () => {
    const stored = after([0, 1, 2, 3, 4].map((ms) => later(ms)));
    const { remaining, retryAfterMs } = at(later(-HOUR), stored);
    assert.deepEqual([remaining, retryAfterMs], [0, 2 * HOUR]);
  });

  it("never lets more than the limit through in any window, wherever the window begins, and never fewer than it can", () => {
    const arrivals = fc
      .array(fc.integer({ min: 0, max: 4 * HOUR }), { maxLength: 60 })
      .map((ms) => ms.sort((a, b) => a - b));
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 1, max: 8 }), (offsets, limit) => {
        const definition = { ...FIVE_AN_HOUR, limit };
        let stored: QuotaState | null = null;
        const passed: number[] = [];
        for (const offset of offsets) {
          const now = later(offset);
          const inWindow = passed.filter((ms) => ms > offset - HOUR).length;
          assert.equal(at(now, stored, definition).remaining, limit - inWindow);
          if (inWindow === limit) continue;
          stored = debited({ definition, value: "otto", stored }, now, "event-1");
          passed.push(offset);
        }
        for (const from of passed) assert.ok(passed.filter((ms) => ms >= from && ms < from + HOUR).length <= limit);
      }),
    );
  });

  it("opens exactly when it says", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: HOUR - 1 }), { minLength: 5, maxLength: 5 }), (offsets) => {
        const stored = after(offsets.sort((a, b) => a - b).map((ms) => later(ms)));
        const { resetAt } = at(later(HOUR - 1), stored);
        assert.ok(resetAt !== null);
        assert.equal(at(later(-1, resetAt), stored).remaining, 0);
        assert.ok(at(resetAt, stored).remaining > 0);
      }),
    );
  });

  it("reads its own document, nothing as nothing, and anything else as unreadable", () => {
    const stored = after([NOW]);
    assert.ok(stored !== null);
    assert.deepEqual(readQuota(QuotaState.parse(stored)), stored);
    assert.equal(readQuota(null), null);
    assert.equal(readQuota({ hits: [] }), "unreadable");
  });

  it("versions the document by one with every hit", () => {
    assert.equal(after([NOW, NOW, NOW])?.auditVersion, 3);
  });
});

describe("policy/quota: whose hits are counted together", () => {
  const reading = { kind: "reading" as const, ref: "hubitat:12/temperature", summary: "41 degrees", sha256: null };
  const proposal = aProposal({ evidence: [reading] });
  const valueOf = (quotaKey: QuotaKey, of = proposal): string => quotaValueOf({ ...FIVE_AN_HOUR, key: quotaKey }, of);

  it("is the actor, the owner, the capability, the studio or the connector that a reading came from", () => {
    assert.deepEqual(
      QUOTA_KEYS.map((each) => valueOf(each)),
      ["pi-1", "olga", "firing.flag", "kiln-house", "hubitat"],
    );
    const elsewhere = aProposal({ evidence: [{ ...reading, ref: "a/b:1" }] });
    assert.equal(valueOf("connector", elsewhere), "pi-1", "a name that leads elsewhere is none");
    assert.equal(valueOf("connector", aProposal()), "pi-1", "what rests on no reading speaks for who asks");
  });
});

describe("policy/recount-quota", () => {
  const hits = [0, 10, 70].map((minutes) => later(minutes * 60_000));
  const events = hits.map((instant, i) => ({ kind: "debit" as const, at: instant, auditVersion: i + 1 }));
  const counted = (stored: Partial<QuotaState>, told = events) => {
    const state = after(hits);
    assert.ok(state !== null);
    return recount({ ...state, ...stored }, told, FIVE_AN_HOUR);
  };

  it("finds what the debits since the last reset come to", () => {
    assert.deepEqual(counted({}), { expected: [hits[2]], difference: 0, isTampered: false });
    const reset = { kind: "reset" as const, at: later(75 * 60_000), auditVersion: 4 };
    const { isTampered } = recount(
      { ...(after(hits) as QuotaState), hits: [], updatedAt: reset.at, auditVersion: 4 },
      [...events, reset],
      FIVE_AN_HOUR,
    );
    assert.equal(isTampered, false);
  });

  it("finds a hit that was taken out, one that was added, and one that was moved", () => {
    assert.deepEqual([counted({ hits: [] }).difference, counted({ hits: [] }).isTampered], [-1, true]);
    assert.equal(counted({ hits: [NOW, ...hits.slice(2)] }).difference, 1);
    assert.deepEqual(
      [counted({ hits: [later(69 * 60_000)] }).difference, counted({ hits: [later(69 * 60_000)] }).isTampered],
      [0, true],
    );
  });

  it("leaves out debits that were made after the count was read", () => {
    const next = { kind: "debit" as const, at: later(2 * HOUR), auditVersion: 4 };
    assert.equal(counted({}, [...events, next]).isTampered, false);
  });

  it("finds a document at a version that is not on record", () => {
    assert.equal(counted({ auditVersion: 9 }).isTampered, true);
    assert.equal(counted({ auditVersion: 2 }).isTampered, true);
  });

  it("finds nothing wrong where two servers' clocks were apart", () => {
    const [early, ahead] = [later(0), later(30_000)];
    const stored = after([ahead, early]);
    assert.ok(stored !== null && stored.updatedAt === early);
    const told = [ahead, early].map((instant, i) => ({ kind: "debit" as const, at: instant, auditVersion: i + 1 }));
    assert.equal(recount(stored, told, FIVE_AN_HOUR).isTampered, false);
  });
});
