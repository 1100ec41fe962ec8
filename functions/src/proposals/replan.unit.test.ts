import assert from "node:assert/strict";
import type { PolicyDecision, Proposal } from "../contracts/index.js";
import { TENANT_ID, aViewer, anApprover, anOperator, anotherApprover } from "../../test/support/builders.js";
import { HOUR, later } from "../../test/support/fake-means.js";
import { openMemoryStudio } from "../../test/support/memory-studio.js";
import type { MemoryStudio } from "../../test/support/memory-studio.js";
import { getProposal } from "./look.js";

describe("proposals/replan", () => {
  let studio: MemoryStudio;
  let waiting: Proposal;
  beforeEach(async () => {
    studio = await openMemoryStudio();
    waiting = await studio.submitFlag();
  });
  const goStale = async (): Promise<Proposal> => {
    const { proposal } = await studio.accepted(studio.approve(waiting));
    studio.change("firings/f-1", { status: "error" });
    await studio.refused(studio.execute(proposal), "STALE_PLAN", ["proposal.went_stale"]);
    return studio.stored(proposal.proposalId);
  };

  it("changes nothing, and records nothing, when the plan is the same", async () => {
    const { proposal, isChanged, plan } = await studio.accepted(studio.replan(waiting), []);
    assert.equal(isChanged, false);
    assert.deepEqual(proposal, waiting);
    assert.equal(plan.planId, waiting.plan.planId);
  });

  it("keeps an approval that still stands", async () => {
    const { proposal } = await studio.accepted(studio.approve(waiting));
    assert.equal((await studio.accepted(studio.replan(proposal), [])).isChanged, false);
    await studio.accepted(studio.execute(proposal));
  });

  it("makes a stale proposal wait again: a new plan, revision and time limit, every review voided and named", async () => {
    const stale = await goStale();
    const planned = later(HOUR, studio.deps.clock.now());
    studio.deps.clock.set(planned);
    const { proposal, isChanged } = await studio.accepted(studio.replan(stale), ["proposal.replanned"]);
    assert.equal(isChanged, true);
    assert.deepEqual([proposal.status, proposal.rev, proposal.problem], ["pending_approval", 3, null]);
    assert.deepEqual([proposal.approvedUntil, proposal.expiresAt], [null, later(72 * HOUR, planned)]);
    assert.notEqual(proposal.plan.planId, waiting.plan.planId);
    assert.deepEqual(
      proposal.reviews.map(({ reviewer, voidedAt }) => [reviewer.id, voidedAt]),
      [["ana", planned]],
    );
    assert.deepEqual(studio.events().at(-1)?.data["approvalsDismissed"], [
      { reviewer: "ana", rev: 1, decision: "approve" },
    ]);
    const again = await studio.accepted(studio.approve(proposal), ["proposal.approved"]);
    await studio.accepted(studio.execute(again.proposal), ["proposal.executed"]);
  });

  it("keeps the time at which an earlier review was voided", async () => {
    const { proposal } = await studio.accepted(studio.replan(await goStale()));
    const voidedAt = studio.deps.clock.now();
    studio.deps.clock.advance(HOUR);
    studio.change("firings/f-1", { status: "aborted" });
    const next = await studio.accepted(studio.replan(proposal), ["proposal.replanned"]);
    assert.equal(next.proposal.reviews[0]?.voidedAt, voidedAt);
    assert.deepEqual(studio.events().at(-1)?.data["approvalsDismissed"], []);
  });

  it("does not carry an approval of plan A over to plan B", async () => {
    const { proposal } = await studio.accepted(studio.approve(waiting));
    studio.change("firings/f-1", { title: "Cone 10 glaze" });
    const renewed = await studio.accepted(studio.replan(proposal), ["proposal.replanned"]);
    await studio.refused(studio.execute(renewed.proposal), "INVALID_TRANSITION");
    await studio.refused(studio.execute(proposal), "PLAN_MISMATCH");
  });

  it("refuses a change that has become none, or impossible, and leaves the proposal as it is", async () => {
    const attention = { code: "room_overheat", note: "41 degrees in the room", proposalId: "p-0" };
    studio.change("firings/f-1", { attention });
    await studio.refused(studio.replan(waiting), "NO_OP");
    studio.deps.transactor.remove(`tenants/${TENANT_ID}/firings/f-1`);
    const details = await studio.refused(studio.replan(waiting), "TARGET_NOT_FOUND");
    assert.deepEqual(details.issues, [{ path: "input", problem: "there is no firings/f-1" }]);
    assert.deepEqual(studio.stored(waiting.proposalId), waiting);
  });

  it("refuses another revision, a viewer, a closed proposal, and what does not exist", async () => {
    await studio.refused(studio.replan({ ...waiting, rev: 2 }), "REV_MISMATCH");
    await studio.refused(studio.replan(waiting, aViewer()), "ROLE_MISSING");
    await studio.refused(studio.replan({ ...waiting, proposalId: "p-none" }), "NOT_FOUND");
    const { proposal } = await studio.accepted(studio.reject(waiting));
    await studio.refused(studio.replan(proposal), "INVALID_TRANSITION");
  });

  it("stores that a stale proposal's time is over, and gives its intent free", async () => {
    const stale = await goStale();
    studio.deps.clock.set(stale.expiresAt);
    await studio.refused(studio.replan(stale), "PROPOSAL_EXPIRED", ["proposal.expired"]);
    assert.equal(studio.stored(stale.proposalId).status, "expired");
    assert.equal((await studio.submitFlag()).duplicates, 0, "it is no longer the open one of its intent");
  });

  it("does not end an approval that outlives the time to decide", async () => {
    studio.deps.clock.set(later(-HOUR, waiting.expiresAt));
    const { proposal } = await studio.accepted(studio.approve(waiting));
    studio.deps.clock.set(waiting.expiresAt);
    await studio.refused(studio.replan(proposal), "PROPOSAL_EXPIRED");
    await studio.accepted(studio.execute(proposal), ["proposal.executed"]);
  });
});

describe("proposals/look", () => {
  const look = (studio: MemoryStudio, proposalId: string, actor = anApprover()) =>
    getProposal(studio.deps, { actor, tenantId: TENANT_ID, proposalId });
  const reasons = ({ approve, execute, rollback }: Record<"approve" | "execute" | "rollback", PolicyDecision>) => [
    approve.reasonCode,
    execute.reasonCode,
    rollback.reasonCode,
  ];

  it("says for each person what they may do now, and why not, and records nothing", async () => {
    const studio = await openMemoryStudio();
    const waiting = await studio.submitFlag(anApprover());
    const seen = async (actor = anApprover()) =>
      reasons((await studio.accepted(look(studio, waiting.proposalId, actor), [])).policy);
    assert.deepEqual(await seen(anotherApprover()), [null, "INVALID_TRANSITION", "INVALID_TRANSITION"]);
    assert.deepEqual(await seen(anApprover()), ["SELF_APPROVAL", "INVALID_TRANSITION", "INVALID_TRANSITION"]);
    assert.deepEqual(await seen(aViewer()), ["ROLE_MISSING", "ROLE_MISSING", "ROLE_MISSING"]);
    const { proposal } = await studio.accepted(studio.approve(waiting, anotherApprover()));
    assert.deepEqual(await seen(anOperator()), ["ROLE_MISSING", "HOLD_WINDOW", "INVALID_TRANSITION"]);
    studio.deps.clock.advance(10_000);
    assert.deepEqual(await seen(anOperator()), ["ROLE_MISSING", null, "INVALID_TRANSITION"]);
    studio.change("firings/f-1", { status: "error" });
    assert.deepEqual(await seen(anOperator()), ["ROLE_MISSING", "STALE_PLAN", "INVALID_TRANSITION"]);
    studio.change("firings/f-1", { status: "complete" });
    await studio.accepted(studio.execute(proposal));
    assert.deepEqual(await seen(anOperator()), ["ROLE_MISSING", "APPROVAL_CONSUMED", null]);
    await studio.accepted(studio.stop());
    assert.deepEqual(await seen(anotherApprover()), ["ALREADY_REVIEWED", "KILL_SWITCH", null]);
  });

  it("says NOT_FOUND of what is not there", async () => {
    const studio = await openMemoryStudio();
    const outcome = await look(studio, "p-none");
    assert.equal(outcome.kind === "refused" && outcome.reason, "NOT_FOUND");
  });
});
