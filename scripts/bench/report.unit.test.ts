import assert from "node:assert/strict";
import { inSections, renderReport } from "./report.js";

const FINDING = { section: "Agent", what: "memory", measured: "90 MB", target: "≤ 80 MB", isMet: false } as const;

describe("scripts/bench/report", () => {
  it("says plainly which target was missed", () => {
    assert.match(renderReport([FINDING]), /\| memory \| 90 MB \| ≤ 80 MB \| \*\*missed\*\* \|/);
    assert.match(renderReport([{ ...FINDING, isMet: true }]), /\| met \|/);
  });

  it("exchanges the measured part and nothing else, and refuses a document without it", () => {
    const document = "# A\n<!-- measured: written by npm run bench -->\nold\n<!-- end of measured -->\nB\n";
    const written = inSections(document, "new");
    assert.match(written, /^# A\n[^]*new[^]*B\n$/);
    assert.doesNotMatch(written, /old/);
    assert.equal(inSections(written, "new"), written);
    assert.throws(() => inSections("# A\n", "new"), /markers/);
  });
});
