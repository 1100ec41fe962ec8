import assert from "node:assert/strict";
import * as fc from "fast-check";
import { createSkewMeter } from "./clock-skew.js";

const T0 = Date.parse("2026-11-21T08:00:00.000Z");
const header = (ms: number): number => Math.floor(ms / 1_000) * 1_000;

describe("local-agent/uplink/clock-skew", () => {
  it("says nothing before the first answer, and nothing of an answer that took more than 10 s", () => {
    const meter = createSkewMeter();
    assert.equal(meter.read(), null);
    meter.hear({ cloudMs: T0, sentMs: T0, receivedMs: T0 + 10_001 });
    meter.hear({ cloudMs: Number.NaN, sentMs: T0, receivedMs: T0 });
    assert.equal(meter.read(), null);
  });

  it("holds the true skew within its bounds, whatever the skew and the way", () => {
    const answer = fc.record({ waitMs: fc.integer({ min: 0, max: 60_000 }), goMs: fc.nat(900), backMs: fc.nat(900) });
    fc.assert(
      fc.property(
        fc.integer({ min: -1e7, max: 1e7 }),
        fc.array(answer, { minLength: 1, maxLength: 30 }),
        (skew, all) => {
          const meter = createSkewMeter();
          let cloud = T0;
          for (const { waitMs, goMs, backMs } of all) {
            cloud += waitMs;
            const sentMs = cloud + skew;
            cloud += goMs;
            const cloudMs = header(cloud);
            cloud += backMs;
            meter.hear({ cloudMs, sentMs, receivedMs: cloud + skew });
          }
          const read = meter.read();
          assert.ok(read !== null && Math.abs(read.skewMs - skew) <= read.uncertaintyMs + 1, JSON.stringify(read));
        },
      ),
    );
  });

  it("gets below 100 ms from a dozen answers of one second's precision", () => {
    const meter = createSkewMeter();
    for (let i = 0; i < 12; i += 1) {
      const cloud = T0 + i * 5_083;
      meter.hear({ cloudMs: header(cloud), sentMs: cloud + 42_000 - 10, receivedMs: cloud + 42_000 + 10 });
    }
    const read = meter.read();
    assert.ok(read !== null && read.uncertaintyMs < 100, JSON.stringify(read));
    assert.ok(Math.abs(read.skewMs - 42_000) <= read.uncertaintyMs);
  });

  it("starts anew when the clock was set", () => {
    const meter = createSkewMeter();
    meter.hear({ cloudMs: T0, sentMs: T0 + 100, receivedMs: T0 + 120 });
    meter.hear({ cloudMs: T0 + 60_000, sentMs: T0 + 3_660_000, receivedMs: T0 + 3_660_020 });
    assert.equal(Math.round((meter.read()?.skewMs ?? 0) / 1_000), 3_600);
  });
});
