import assert from "node:assert/strict";
import { findUncovered } from "./coverage.js";
import type { CoverageNode } from "./coverage.js";

const SOURCE = "a && b(c) || false || request.auth";

function node(text: string, values: readonly Record<string, unknown>[], children: CoverageNode[] = []): CoverageNode {
  const currentOffset = SOURCE.indexOf(text);
  return {
    sourcePosition: { line: 7, currentOffset, endOffset: currentOffset + text.length - 1 },
    values: values.map((value) => ({ value, count: 1 })),
    children,
  };
}

const YES = { boolValue: true };
const NO = { boolValue: false };

describe("functions/test/rules/coverage", () => {
  it("is silent about a boolean that came out both ways", () => {
    assert.deepEqual(findUncovered([node("a", [YES, NO])], SOURCE), []);
  });

  it("names a boolean that was never true, or never false", () => {
    assert.deepEqual(findUncovered([node("a", [NO])], SOURCE), ["L7: `a` was never true"]);
    assert.deepEqual(findUncovered([node("a", [YES])], SOURCE), ["L7: `a` was never false"]);
  });

  it("finds it below an expression that is covered", () => {
    const tree = [node("a && b(c)", [YES, NO], [node("b(c)", [YES, {}])])];
    assert.deepEqual(findUncovered(tree, SOURCE), ["L7: `b(c)` was never false"]);
  });

  it("counts a skipped expression as never evaluated, once for all its parts", () => {
    const tree = [node("b(c)", [{}], [node("c", [])])];
    assert.deepEqual(findUncovered(tree, SOURCE), ["L7: `b(c)` was never evaluated"]);
  });

  it("asks of an expression that is not a boolean only that it was evaluated", () => {
    assert.deepEqual(findUncovered([node("c", [{ stringValue: "x" }])], SOURCE), []);
    assert.deepEqual(findUncovered([node("c", [])], SOURCE), ["L7: `c` was never evaluated"]);
  });

  it("names an expression that ended in an error, though it came out both ways as well", () => {
    assert.deepEqual(
      findUncovered([node("a", [YES, NO, { undefined: { causeMessage: "Null value error." } }])], SOURCE),
      ["L7: `a` ended in an error"],
    );
  });

  it("leaves constants aside", () => {
    assert.deepEqual(findUncovered([node("false", [NO]), node("request", [])], SOURCE), []);
  });
});
