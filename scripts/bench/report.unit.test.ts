import assert from "node:assert/strict";
import { ratioFinding, renderSection, withSections } from "./report.js";

const FINDING = { what: "memory", measured: "90 MB", target: "≤ 80 MB", isMet: false } as const;
const agent = (measured: string) => ({ title: "Agent", findings: [{ ...FINDING, measured }] });
const policy = (measured: string) => ({ title: "Policy", findings: [{ ...FINDING, measured }] });
const EMPTY = "# A\n<!-- measured: written by npm run bench -->\n<!-- end of measured -->\nB\n";
const TITLES = ["Policy", "Agent"];

describe("scripts/bench/report", () => {
  it("says plainly which target was missed", () => {
    assert.match(renderSection(agent("90 MB")), /\| memory \| 90 MB \| ≤ 80 MB \| \*\*missed\*\* \|/);
    const met = { title: "Agent", findings: [{ ...FINDING, isMet: true }] };
    assert.match(renderSection(met), /\| met \|/);
  });

  it("judges a ratio against its target", () => {
    assert.equal(ratioFinding("x", [3, 3], [2, 2], { atMost: 1.5 }).isMet, true);
    assert.equal(ratioFinding("x", [3.1, 3.1], [2, 2], { atMost: 1.5 }).isMet, false);
    assert.equal(ratioFinding("x", [3, 3], [2, 2]).isMet, null);
  });

  it("exchanges the sections that were measured, keeps the others, and drops those that are none any more", () => {
    const both = withSections(EMPTY, [agent("1 MB"), policy("2 MB")], TITLES);
    assert.match(both, /^# A\n[^]*### Policy[^]*2 MB[^]*### Agent[^]*1 MB[^]*B\n$/);
    const again = withSections(both, [agent("3 MB")], TITLES);
    assert.match(again, /### Policy[^]*2 MB[^]*### Agent[^]*3 MB/);
    assert.doesNotMatch(again, /1 MB/);
    assert.equal(withSections(again, [agent("3 MB")], TITLES), again);
    assert.doesNotMatch(withSections(again, [], ["Agent"]), /Policy/);
  });

  it("overwrites nothing in a document without its markers", () => {
    assert.throws(() => withSections("# A\n", [], []), /markers/);
  });
});
