import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { OutboxCounts } from "../outbox/outbox.js";
import { createPace } from "./pace.js";

const waiting = (change: Partial<OutboxCounts> = {}): OutboxCounts => ({
  observations: 1,
  proposals: 0,
  bytes: 200,
  unreportedDrops: 0,
  unreportedGap: null,
  hasSealed: false,
  urgent: 0,
  hasHealth: false,
  ...change,
});

describe("local-agent/uplink/pace", () => {
  it("lets thirty routine envelopes go at once, and then one in 68 s", () => {
    const pace = createPace();
    let sent = 0;
    for (; pace.dueInMs(waiting(), 0) === 0; sent += 1) pace.sent(waiting(), 0);
    assert.equal(sent, 30);
    assert.equal(pace.dueInMs(waiting(), 0), 68_000);
    assert.equal(pace.dueInMs(waiting(), 67_000), 1_000);
    assert.equal(pace.dueInMs(waiting(), 68_000), 0);
  });

  it("holds nothing up that warns, asks, was sealed or fills an envelope, and waits when nothing waits", () => {
    const pace = createPace();
    for (let n = 0; n < 40; n += 1) pace.sent(waiting(), 0);
    for (const pressing of [{ urgent: 1 }, { hasSealed: true }, { observations: 400 }])
      assert.equal(pace.dueInMs(waiting(pressing), 0), 0);
    assert.ok((pace.dueInMs(waiting({ observations: 0, hasHealth: true }), 0) ?? 0) > 0);
    assert.equal(pace.dueInMs(waiting({ observations: 0 }), 0), null);
  });

  it("sends at most 1,301 routine envelopes in any day, whatever is queued and however the clock jumps", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3_600_000 }), { minLength: 1, maxLength: 300 }), (steps) => {
        const pace = createPace();
        let nowMs = 0;
        let sent = 0;
        for (const step of steps) {
          nowMs += step;
          while (pace.dueInMs(waiting(), nowMs) === 0) {
            pace.sent(waiting(), nowMs);
            sent += 1;
          }
        }
        assert.ok(sent <= 30 + nowMs / 68_000 + 1);
      }),
      { numRuns: 50 },
    );
    const pace = createPace();
    for (let n = 0; n < 40; n += 1) pace.sent(waiting(), 1e9);
    assert.equal(pace.dueInMs(waiting(), 0), 68_000, "a clock set back fills nothing");
  });
});
