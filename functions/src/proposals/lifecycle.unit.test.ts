import assert from "node:assert/strict";
import { PROPOSAL_STATUSES } from "../contracts/index.js";
import type { ProposalStatus } from "../contracts/index.js";
import { OPERATION_FROM } from "../policy/checks.js";
import { OPEN_STATUSES, OPERATION_TO, mayTransition, requireTransition } from "./lifecycle.js";

/**
 * The states of M01.1 written out by hand, one row a state: `x` may, `.` may not. Columns are in the order of the rows.
 * Beside the text of M01.1: a new plan leads back to `pending_approval`, effects inside Firestore go from `approved` to
 * `executed` and from `executed` to `rolled_back` in one commit, and what lies open too long expires.
 */
const TABLE = `
draft             . x . . . . . . . . . . . . . .
pending_approval  . x x . . . . x x x x . . . . .
approved          . x . x x . x . x . . x x . . .
executing         . . . . x x x . . . . . . . . .
executed          . . . . . . . . . . . . . x x x
failed            . . . . . . . . . . . . . . . .
blocked           . x . . . . . . x . . . . . . .
rejected          x . . . . . . . . . . . . . . .
expired           . . . . . . . . . . . . . . . .
withdrawn         . . . . . . . . . . . . . . . .
superseded        . . . . . . . . . . . . . . . .
revoked           . . . . . . . . . . . . . . . .
stale             . x . . . . . . x . . . . . . .
rolling_back      . . . . . . . . . . . . . . x x
rolled_back       . . . . . . . . . . . . . . . .
rollback_conflict . . . . . . . . . . . . . x x x
`;
const rows = TABLE.trim()
  .split("\n")
  .map((line) => line.split(/\s+/));

describe("proposals/lifecycle", () => {
  it("has a row for each of the 16 states", () => {
    assert.deepEqual(
      rows.map(([status]) => status),
      [...PROPOSAL_STATUSES],
    );
    for (const row of rows) assert.equal(row.length, 17);
  });

  for (const [from, ...cells] of rows)
    it(`lets ${from} go where the table says and nowhere else`, () => {
      PROPOSAL_STATUSES.forEach((to, column) => {
        const isAllowed = cells[column] === "x";
        assert.equal(mayTransition(from as ProposalStatus, to), isAllowed, `${from} -> ${to}`);
        const require = (): ProposalStatus => requireTransition(from as ProposalStatus, to);
        if (isAllowed) assert.equal(require(), to);
        else assert.throws(require, { message: `a proposal does not go from ${from} to ${to}` });
      });
    });

  it("lets every operation go from where it may start to where it leads", () => {
    for (const [operation, from] of Object.entries(OPERATION_FROM))
      for (const status of from)
        assert.ok(
          mayTransition(status, OPERATION_TO[operation as keyof typeof OPERATION_FROM]),
          `${operation} ${status}`,
        );
  });

  it("counts as open what a decision, a new plan or an execution can still move on", () => {
    const open = PROPOSAL_STATUSES.filter((status) => OPEN_STATUSES.has(status));
    assert.deepEqual(open, ["pending_approval", "approved", "executing", "blocked", "stale"]);
  });
});
