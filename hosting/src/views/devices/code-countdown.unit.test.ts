import assert from "node:assert/strict";
import { anAgent, anAgentKey, instant, NOON_MS } from "../../../test/support/builders.js";
import { codeStep, formatCountdown } from "./code-countdown.js";

const TEN_MINUTES_MS = 600_000;
const expiresAt = instant(NOON_MS + TEN_MINUTES_MS);
const withKeyOf = (ms: number) => anAgent({ keys: [anAgentKey({ notBefore: instant(ms) })] });

describe("views/devices/code-countdown", () => {
  it("waits until a key comes in that is not older than the code, and is over at the code's end", () => {
    assert.deepEqual(codeStep(null, expiresAt, 1), { kind: "waiting" });
    assert.deepEqual(codeStep(null, expiresAt, 0), { kind: "over" });
    assert.deepEqual(codeStep(withKeyOf(NOON_MS - 1), expiresAt, 1), { kind: "waiting" });
    const enrolled = { kind: "enrolled", keyId: "1a2b3c4d5e6f7081" };
    assert.deepEqual(codeStep(withKeyOf(NOON_MS), expiresAt, 1), enrolled);
    assert.deepEqual(codeStep(withKeyOf(NOON_MS + 1), expiresAt, 0), enrolled);
  });

  it("counts down to the second, and shows 0:00 at the end alone", () => {
    const shown = [TEN_MINUTES_MS, TEN_MINUTES_MS - 1, 61_000, 999, 0, -5].map(formatCountdown);
    assert.deepEqual(shown, ["10:00", "10:00", "1:01", "0:01", "0:00", "0:00"]);
  });
});
