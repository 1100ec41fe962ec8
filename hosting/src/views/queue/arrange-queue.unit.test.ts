import assert from "node:assert/strict";
import fc from "fast-check";
import { aNoteProposal, aProposal, instant, MINUTE_MS, NOON_MS } from "../../../test/support/builders.js";
import type { QueueRow } from "../../data/studio-data.js";
import { arrangeQueue, rowAfter, sortQueue } from "./arrange-queue.js";

const rowOf = (id: string, minutesLeft: number): QueueRow => ({
  kind: "proposal",
  id,
  proposal: aProposal({ proposalId: id, expiresAt: instant(NOON_MS + minutesLeft * MINUTE_MS) }),
});

describe("views/queue/arrange-queue", () => {
  it("sorts by deadline, then by risk, then by age, with unreadable rows first", () => {
    const expiresAt = instant(NOON_MS + 5 * MINUTE_MS);
    const medium: QueueRow = { kind: "proposal", id: "m", proposal: aNoteProposal("m", NOON_MS, { expiresAt }) };
    const rows = [rowOf("late", 60), rowOf("soon", 5), medium, { kind: "unreadable", id: "u", problem: "" } as const];
    assert.deepEqual(
      sortQueue(rows, "needs-me").map(({ id }) => id),
      ["u", "m", "soon", "late"],
    );
  });

  it("gives one order whatever order the rows arrive in", () => {
    const rows = [rowOf("a", 5), rowOf("b", 5), rowOf("c", 9), rowOf("d", 1)];
    const expected = sortQueue(rows, "needs-me").map(({ id }) => id);
    fc.assert(
      fc.property(fc.shuffledSubarray(rows, { minLength: rows.length }), (shuffled) => {
        assert.deepEqual(
          sortQueue(shuffled, "needs-me").map(({ id }) => id),
          expected,
        );
      }),
    );
  });

  it("keeps settled rows in their places, dims what has left and holds back what has come", () => {
    const [a, b, c] = [rowOf("a", 1), rowOf("b", 2), rowOf("c", 0)];
    const arrangement = arrangeQueue(["a", "b"], [c, b], [a, b, c]);
    assert.deepEqual(
      arrangement.rows.map(({ row, hasLeft }) => [row.id, hasLeft]),
      [
        ["a", true],
        ["b", false],
      ],
    );
    assert.deepEqual(arrangement.newIds, ["c"]);
  });

  it("shows everything at once while nothing has been seen", () => {
    assert.equal(arrangeQueue(null, [rowOf("a", 1)], [rowOf("a", 1)]).rows.length, 1);
    assert.equal(arrangeQueue([], [rowOf("a", 1)], [rowOf("a", 1)]).rows.length, 1);
  });

  it("hands the focus to the next row, else to the one before", () => {
    assert.equal(rowAfter(["a", "b", "c"], "b"), "c");
    assert.equal(rowAfter(["a", "b"], "b"), "a");
    assert.equal(rowAfter(["a"], "a"), null);
  });
});
