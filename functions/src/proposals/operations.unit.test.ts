import assert from "node:assert/strict";
import { ControlState, PROPOSAL_STATUSES, Proposal, controlRef, inTenant, proposalRef } from "../contracts/index.js";
import type { ApiErrorDetails, HumanActor, ProposalStatus } from "../contracts/index.js";
import { toDocument } from "../commit/document-change.js";
import type { Outcome } from "../commit/outcome.js";
import { DEFAULT_APPROVAL_POLICY } from "../policy/approval-policy.js";
import { OPERATION_FROM } from "../policy/checks.js";
import {
  TENANT_ID,
  aPerson,
  anAdmin,
  anApprover,
  anOperator,
  anotherApprover,
  listed,
  ruleOf,
} from "../../test/support/builders.js";
import { MINUTE } from "../../test/support/fake-means.js";
import { WHY, openMemoryStudio } from "../../test/support/memory-studio.js";
import type { MemoryStudio } from "../../test/support/memory-studio.js";
import { TRANSITIONS } from "./lifecycle.js";

type Operation = keyof typeof OPERATION_FROM;

/** Each operation, called by somebody who may, with everything in order but perhaps the state. */
const CALLS: Record<Operation, (studio: MemoryStudio, proposal: Proposal) => Promise<Outcome<unknown>>> = {
  plan: (studio, proposal) => studio.replan(proposal),
  revise: (studio, proposal) => studio.revise(proposal, { ...proposal.input, note: "44 degrees by now" }),
  approve: (studio, proposal) => studio.approve(proposal, anotherApprover()),
  reject: (studio, proposal) => studio.reject(proposal),
  reopen: (studio, proposal) => studio.reopen(proposal),
  withdraw: (studio, proposal) => studio.withdraw(proposal),
  revoke: (studio, proposal) => studio.revoke(proposal),
  execute: (studio, proposal) => studio.execute(proposal),
  rollback: (studio, proposal) => studio.rollback(proposal),
};
const LEADS_TO: Record<Operation, ProposalStatus> = {
  plan: "pending_approval",
  revise: "pending_approval",
  approve: "approved",
  reject: "rejected",
  reopen: "draft",
  withdraw: "withdrawn",
  revoke: "revoked",
  execute: "executed",
  rollback: "rolled_back",
};

describe("proposals: every operation from every state", () => {
  let studio: MemoryStudio;
  beforeEach(async () => {
    studio = await openMemoryStudio();
  });

  /** A proposal in this state, with an approval that stands where the state has one. */
  async function inState(status: ProposalStatus): Promise<Proposal> {
    const waiting = await studio.submitFlag();
    const hasApproval = status === "approved" || status === "executed" || status === "rollback_conflict";
    const approved = hasApproval ? (await studio.accepted(studio.approve(waiting))).proposal : waiting;
    const isExecuted = status === "executed" || status === "rollback_conflict";
    const reached = isExecuted ? (await studio.accepted(studio.execute(approved, 7))).proposal : approved;
    const proposal = Proposal.parse({ ...reached, status });
    studio.deps.transactor.put(inTenant(TENANT_ID, proposalRef(proposal.proposalId)), toDocument(proposal));
    return proposal;
  }

  for (const operation of Object.keys(CALLS) as Operation[])
    for (const status of PROPOSAL_STATUSES) {
      const mayStart = OPERATION_FROM[operation].includes(status);
      it(`${operation} from ${status} ${mayStart ? "is taken" : "answers from, to and what is allowed"}`, async () => {
        const proposal = await inState(status);
        const call = CALLS[operation](studio, proposal);
        if (mayStart) {
          await studio.accepted(call);
          const after = studio.stored(proposal.proposalId).status;
          // The same plan, waiting or approved, stands.
          assert.equal(after, operation === "plan" && status === "approved" ? "approved" : LEADS_TO[operation]);
          return;
        }
        const isUsed = operation === "execute" && proposal.execution !== null;
        const details = await studio.refused(call, isUsed ? "APPROVAL_CONSUMED" : "INVALID_TRANSITION");
        assert.deepEqual(studio.stored(proposal.proposalId), proposal, "a refusal changes nothing");
        if (!isUsed) assert.deepEqual(said(details), [status, LEADS_TO[operation], TRANSITIONS[status]]);
      });
    }

  const said = ({ from, to, allowed }: ApiErrorDetails) => [from, to, allowed];

  it("holds a low-risk execution for ten seconds, in which a revoke undoes the approval and writes no truth", async () => {
    const { proposal } = await studio.accepted(studio.approve(await studio.submitFlag()));
    const early = await studio.refused(studio.executeAtOnce(proposal), "HOLD_WINDOW");
    assert.equal(early.retryAfterSeconds, 10);
    studio.deps.clock.advance(9_001);
    assert.equal((await studio.refused(studio.executeAtOnce(proposal), "HOLD_WINDOW")).retryAfterSeconds, 1);
    assert.equal(studio.stored(proposal.proposalId).status, "approved", "being early ends no approval");
    const revoked = await studio.accepted(studio.revoke(proposal), ["proposal.revoked"]);
    assert.equal(revoked.proposal.status, "revoked");
    assert.equal(studio.at("firings/f-1")?.["attention"], null);
    studio.deps.clock.advance(60_000);
    await studio.refused(studio.execute(revoked.proposal), "INVALID_TRANSITION");
    assert.equal(studio.at("firings/f-1")?.["attention"], null);
  });

  it("is executable in the first millisecond after the hold window, and revocable until it is executed", async () => {
    const { proposal } = await studio.accepted(studio.approve(await studio.submitFlag()));
    studio.deps.clock.advance(10_000);
    await studio.accepted(studio.executeAtOnce(proposal), ["proposal.executed"]);
    await studio.refused(studio.revoke(studio.stored(proposal.proposalId)), "INVALID_TRANSITION");
  });

  const revokers: [string, HumanActor][] = [
    ["the approver", anApprover()],
    ["another decider", anotherApprover()],
    ["the requester, who is no decider", anOperator()],
  ];
  for (const [who, actor] of revokers)
    it(`lets ${who} revoke`, async () => {
      const { proposal } = await studio.accepted(studio.approve(await studio.submitFlag()));
      assert.equal((await studio.accepted(studio.revoke(proposal, actor))).proposal.status, "revoked");
      const again = await studio.submitFlag();
      assert.notEqual(again.proposalId, proposal.proposalId, "the revoked one is not the open one of its intent");
    });

  it("reopens a rejection by an approver_admin alone; the reviews stay to be seen and count no more", async () => {
    const rejected = (await studio.accepted(studio.reject(await studio.submitFlag()))).proposal;
    await studio.refused(studio.approve(rejected, anotherApprover()), "INVALID_TRANSITION");
    await studio.refused(studio.reopen(rejected, anApprover()), "ROLE_MISSING");
    const draft = (await studio.accepted(studio.reopen(rejected, anAdmin()), ["proposal.reopened"])).proposal;
    assert.deepEqual([draft.status, draft.rev], ["draft", rejected.rev + 1]);
    assert.deepEqual(
      draft.reviews.map(({ rationale, voidedAt }) => [rationale, voidedAt]),
      [[WHY, studio.deps.clock.now()]],
    );
    await studio.refused(studio.approve(draft), "INVALID_TRANSITION");
    const waiting = (await studio.accepted(studio.replan(draft, anOperator()), ["proposal.replanned"])).proposal;
    assert.equal(waiting.status, "pending_approval");
    const approved = (await studio.accepted(studio.approve(waiting))).proposal;
    await studio.accepted(studio.execute(approved), ["proposal.executed"]);
  });

  it("plans a draft however long it lay, but not beside another open proposal that asks for the same", async () => {
    const rejected = (await studio.accepted(studio.reject(await studio.submitFlag()))).proposal;
    const draft = (await studio.accepted(studio.reopen(rejected))).proposal;
    studio.deps.clock.set(draft.expiresAt);
    const other = await studio.submitFlag();
    const details = await studio.refused(studio.replan(draft), "INTENT_ALREADY_OPEN");
    assert.equal(details.otherProposalId, other.proposalId);
    await studio.accepted(studio.withdraw(other));
    await studio.accepted(studio.replan(draft), ["proposal.replanned"]);
  });

  it("revises the input at the next revision: another intent, another plan, and every lost review named", async () => {
    const approvalPolicy = toDocument({ ...DEFAULT_APPROVAL_POLICY, rules: [ruleOf(2)] });
    studio.change(controlRef(), { approvalPolicy });
    const waiting = await studio.submitFlag();
    const once = (await studio.accepted(studio.approve(waiting), ["proposal.approval_counted"])).proposal;
    const input = { ...once.input, note: "43 degrees in the room" };
    const types = ["proposal.revised", "proposal.approvals_dismissed"];
    const { proposal } = await studio.accepted(studio.revise(once, input), types);
    assert.deepEqual([proposal.rev, proposal.status, proposal.input], [once.rev + 1, "pending_approval", input]);
    assert.notEqual(proposal.intentHash, once.intentHash);
    assert.notEqual(proposal.plan.planId, once.plan.planId);
    assert.ok(proposal.reviews.every(({ voidedAt }) => voidedAt !== null));
    const dismissal = studio.events().find(({ type }) => type === "proposal.approvals_dismissed");
    assert.deepEqual(dismissal?.data["reviews"], [{ reviewer: "ana", rev: 1, decision: "approve" }]);
    await studio.refused(studio.approve(once, anotherApprover()), "REV_MISMATCH");
    await studio.accepted(studio.approve(proposal));
    const twice = (await studio.accepted(studio.approve(studio.stored(proposal.proposalId), anotherApprover())))
      .proposal;
    await studio.accepted(studio.execute(twice));
    assert.equal((studio.at("firings/f-1")?.["attention"] as { note: string }).note, "43 degrees in the room");
  });

  it("lets the only decider decide alone a cooling time after the effect was put before them, not after another one was", async () => {
    const soloMode = { coolingMs: 30 * MINUTE };
    const rules = [{ ...ruleOf(1, ["finance"]), holdMs: 0 }];
    const sol = aPerson("sol", ["operator", "finance"]);
    const others = ControlState.parse(studio.at(controlRef())).staff.filter(({ roles }) => !roles.includes("finance"));
    const staff = [...others, listed(sol)];
    const approvalPolicy = { ...DEFAULT_APPROVAL_POLICY, rules, soloMode };
    studio.change(controlRef(), { approvalPolicy: toDocument(approvalPolicy), staff: staff.map(toDocument) });
    const harmless = await studio.submitFlag(sol);
    studio.deps.clock.advance(30 * MINUTE);
    const input = { ...harmless.input, note: "something else altogether" };
    const { proposal } = await studio.accepted(studio.revise(harmless, input, sol));
    await studio.refused(studio.approve(proposal, sol), "SELF_APPROVAL");
    studio.deps.clock.advance(30 * MINUTE - 1);
    await studio.refused(studio.approve(proposal, sol), "SELF_APPROVAL");
    studio.deps.clock.advance(1);
    const { proposal: approved } = await studio.accepted(studio.approve(proposal, sol));
    assert.deepEqual([approved.status, approved.soloApproved], ["approved", true]);
  });

  it("lets nobody outside of its chain revise it, refuses a broken input, and a late or outdated revision", async () => {
    const waiting = await studio.submitFlag();
    await studio.refused(studio.revise(waiting, waiting.input, anApprover()), "ROLE_MISSING");
    await studio.refused(studio.revise(waiting, { firingId: "f-1" }), "INVALID_INPUT");
    await studio.refused(studio.revise({ ...waiting, rev: 9 }, waiting.input), "REV_MISMATCH");
    await studio.refused(studio.revise(waiting, { ...waiting.input, firingId: "f-none" }), "TARGET_NOT_FOUND");
    studio.deps.clock.set(waiting.expiresAt);
    await studio.refused(studio.revise(waiting, waiting.input), "PROPOSAL_EXPIRED", ["proposal.expired"]);
  });

  it("supersedes a waiting request of the same actor about the same record within a day, each naming the other", async () => {
    const first = await studio.submitFlag();
    const input = { firingId: "f-1", attention: "room_overheat", note: "45 degrees in the room" };
    const submission = studio.submit(anOperator(), input, "firing.flag");
    const { proposal } = await studio.accepted(submission, ["proposal.submitted", "proposal.superseded"]);
    const older = studio.stored(first.proposalId);
    assert.deepEqual([older.status, older.supersededBy], ["superseded", proposal.proposalId]);
    assert.equal(proposal.supersedes, first.proposalId);
    await studio.refused(studio.approve(older), "INVALID_TRANSITION");
    await studio.refused(studio.approve(first), "REV_MISMATCH");
  });

  it("supersedes nobody else's request, none that was decided on, and none of the day before", async () => {
    const flag = (actor: HumanActor, note: string) =>
      studio.submit(actor, { firingId: "f-1", attention: "room_overheat", note }, "firing.flag");
    const first = (await studio.accepted(flag(anOperator(), "one"), ["proposal.submitted"])).proposal;
    await studio.accepted(flag(anotherApprover(), "two"), ["proposal.submitted"]);
    studio.deps.clock.advance(24 * 3_600_000);
    const third = (await studio.accepted(flag(anOperator(), "three"), ["proposal.submitted"])).proposal;
    await studio.accepted(studio.approve(third));
    await studio.accepted(flag(anOperator(), "four"), ["proposal.submitted"]);
    assert.equal(studio.stored(first.proposalId).status, "pending_approval");
  });

  it("keeps two notes on one batch apart: each adds something", async () => {
    await studio.accepted(studio.submit(anOperator(), { batchId: "b-1", text: "one" }), ["proposal.submitted"]);
    await studio.accepted(studio.submit(anOperator(), { batchId: "b-1", text: "two" }), ["proposal.submitted"]);
  });
});
