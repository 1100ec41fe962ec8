import assert from "node:assert/strict";
import * as fc from "fast-check";
import { createHourlyCount } from "./hourly-count.js";

const MINUTE_MS = 60_000;

describe("local-agent/status/hourly-count", () => {
  it("forgets a minute after an hour, and a slot that comes round again starts at nothing", () => {
    const count = createHourlyCount();
    count.note(true, 0);
    count.note(false, 30_000);
    count.note(true, 59 * MINUTE_MS);
    assert.deepEqual(count.read(59 * MINUTE_MS), { ok: 2, failed: 1 });
    assert.deepEqual(count.read(60 * MINUTE_MS), { ok: 1, failed: 0 });
    count.note(true, 60 * MINUTE_MS);
    assert.deepEqual(count.read(60 * MINUTE_MS), { ok: 2, failed: 0 });
    assert.deepEqual(count.read(30 * 24 * 60 * MINUTE_MS), { ok: 0, failed: 0 });
  });

  it("counts what was noted in the last sixty minutes, whatever the pauses", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 90 * MINUTE_MS })), { maxLength: 200 }),
        (steps) => {
          const count = createHourlyCount();
          const noted: { isOk: boolean; minute: number }[] = [];
          let nowMs = 1_700_000_000_000;
          for (const [isOk, pauseMs] of steps) {
            nowMs += pauseMs;
            count.note(isOk, nowMs);
            noted.push({ isOk, minute: Math.floor(nowMs / MINUTE_MS) });
          }
          const recent = noted.filter(({ minute }) => minute > Math.floor(nowMs / MINUTE_MS) - 60);
          const ok = recent.filter(({ isOk }) => isOk).length;
          assert.deepEqual(count.read(nowMs), { ok, failed: recent.length - ok });
        },
      ),
    );
  });
});
