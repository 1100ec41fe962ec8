import assert from "node:assert/strict";
import { aMe, aProposal, hash, instant, MINUTE_MS, NOON_MS } from "../../../test/support/builders.js";
import type { QueueRow } from "../../data/studio-data.js";
import { countViews, viewOf } from "./saved-views.js";

const approver = aMe("ana", ["approver"]);
const viewer = aMe("vic", ["viewer"]);
const review = (planId: string) => ({
  reviewer: { id: "ana", name: "Ana" },
  decision: "approve" as const,
  rev: 1,
  planId,
  reasonCode: null,
  rationale: "",
  at: instant(NOON_MS),
  for: null,
  isSolo: false,
  voidedAt: null,
});

describe("views/queue/saved-views", () => {
  it("puts a pending proposal under Needs me for an approver and under Waiting for a viewer", () => {
    assert.equal(viewOf(aProposal(), approver, NOON_MS), "needs-me");
    assert.equal(viewOf(aProposal(), viewer, NOON_MS), "waiting");
  });

  it("leaves the people of the chain, and those who have decided on this very plan, waiting for another", () => {
    const own = aProposal({ actChain: [{ type: "human", id: "ana", as: "agentOwner" }] });
    assert.equal(viewOf(own, approver, NOON_MS), "waiting");
    assert.equal(viewOf(aProposal({ reviews: [review(hash("b"))] }), approver, NOON_MS), "waiting");
    assert.equal(viewOf(aProposal({ reviews: [review(hash("9"))] }), approver, NOON_MS), "needs-me");
  });

  it("holds a pending proposal until, but not at, its expiry", () => {
    const proposal = aProposal({ expiresAt: instant(NOON_MS + MINUTE_MS) });
    assert.equal(viewOf(proposal, approver, NOON_MS + MINUTE_MS - 1), "needs-me");
    assert.equal(viewOf(proposal, approver, NOON_MS + MINUTE_MS), null);
  });

  it("shows what is done only while it can be undone and is at most seven days old", () => {
    const execution = {
      executionId: "e",
      executedBy: { id: "a", name: "A" },
      executedAt: instant(NOON_MS),
      eventId: "ev",
    };
    const done = aProposal({ status: "executed", execution });
    assert.equal(viewOf(done, approver, NOON_MS), "done");
    assert.equal(viewOf(done, approver, NOON_MS + 7 * 24 * 60 * MINUTE_MS), null);
    assert.equal(viewOf({ ...done, plan: { ...done.plan, inverse: [] } }, approver, NOON_MS), null);
  });

  it("counts an unreadable row under Blocked and under All", () => {
    const rows: QueueRow[] = [
      { kind: "unreadable", id: "x", problem: "rev" },
      { kind: "proposal", id: "p-1", proposal: aProposal() },
    ];
    assert.deepEqual(countViews(rows, approver, NOON_MS), { "needs-me": 1, waiting: 0, blocked: 1, done: 0, all: 2 });
  });
});
