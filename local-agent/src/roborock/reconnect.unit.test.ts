import assert from "node:assert/strict";
import fc from "fast-check";
import { RECONNECT_CAP_MS, reconnectDelayMs, toConnectionCode } from "./reconnect.js";

const HOUR_MS = 3_600_000;

describe("local-agent/roborock/reconnect", () => {
  it("waits 10 s after the first loss and half as long again after each further one", () => {
    assert.deepEqual(
      [0, 1, 2].map((failures) => reconnectDelayMs("UNREACHABLE", failures, 0.5)),
      [10_000, 15_000, 22_500],
    );
  });

  it("waits hours, not seconds, after a refusal", () => {
    for (const code of ["AUTH", "RATE_LIMIT"] as const) {
      assert.ok(reconnectDelayMs(code, 0, 0) > 4 * HOUR_MS);
      assert.equal(reconnectDelayMs(code, 9, 0.5), 6 * HOUR_MS);
    }
  });

  it("spreads by a fifth and never exceeds the cap by more", () => {
    assert.equal(reconnectDelayMs("UNREACHABLE", 0, 0), 8_000);
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (failures, chance) => {
        const delay = reconnectDelayMs("TIMEOUT", failures, chance);
        return delay >= 8_000 && delay <= RECONNECT_CAP_MS * 1.2;
      }),
    );
  });

  it("takes 135, 134, 5 and 4 for AUTH, limits for RATE_LIMIT and everything else for UNREACHABLE", () => {
    for (const code of [135, 134, 5, 4]) assert.equal(toConnectionCode({ code }), "AUTH");
    for (const code of [133, 2, 138, 151, 159]) assert.equal(toConnectionCode({ code }), "RATE_LIMIT");
    for (const error of [{ code: 136 }, { code: "ECONNREFUSED" }, null, undefined, "x", {}]) {
      assert.equal(toConnectionCode(error), "UNREACHABLE");
    }
    assert.equal(toConnectionCode(new Error("connack timeout")), "TIMEOUT");
  });
});
