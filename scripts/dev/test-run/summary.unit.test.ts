import assert from "node:assert/strict";
import { summaryLines, totalsOf } from "./summary.js";
import type { TierResult } from "./tiers.js";

const UNIT: TierResult = { tier: "unit", passed: 380, failed: 0, skipped: 2, durationMs: 2_840 };
const RULES: TierResult = { tier: "rules", passed: 10, failed: 3, skipped: 0, durationMs: 9_000 };

describe("scripts/dev/test-run/summary", () => {
  it("adds up the tiers", () => {
    assert.deepEqual(totalsOf([UNIT, RULES]), { passed: 390, failed: 3, skipped: 2 });
    assert.deepEqual(totalsOf([]), { passed: 0, failed: 0, skipped: 0 });
  });

  it("ends with the line that programs read, also when a tier broke", () => {
    const broken: TierResult = { tier: "build", passed: 0, failed: 1, skipped: 0, durationMs: 1, problem: "no jar" };
    const lines = summaryLines([UNIT, RULES, broken], 12_000);
    assert.equal(lines.at(-1), "390 passed, 4 failed");
    assert.ok(lines.includes("build: no jar"));
  });

  it("shows each tier with its counts and its time", () => {
    assert.match(summaryLines([UNIT], 3_000).join("\n"), /\nunit +380 +0 +2 +2\.8 s\nall +380 +0 +2 +3\.0 s\n/);
  });
});
