import assert from "node:assert/strict";
import { toDocument } from "../commit/document-change.js";
import { ControlState, approverRationalesRef, controlRef, inTenant, proposalRef } from "../contracts/index.js";
import type { JsonObject, Proposal } from "../contracts/index.js";
import {
  TENANT_ID,
  anApprover,
  anOperator,
  anOwner,
  aPerson,
  anotherApprover,
  ruleOf,
} from "../../test/support/builders.js";
import { HOUR, NOW, later } from "../../test/support/fake-means.js";
import { WHY, openMemoryStudio } from "../../test/support/memory-studio.js";
import type { MemoryStudio } from "../../test/support/memory-studio.js";
import { DEFAULT_APPROVAL_POLICY } from "../policy/approval-policy.js";
import { approveProposal, rejectProposal } from "./review.js";

describe("proposals/review", () => {
  let studio: MemoryStudio;
  let waiting: Proposal;
  beforeEach(async () => {
    studio = await openMemoryStudio();
    waiting = await studio.submitFlag();
  });
  const command = (proposalId = waiting.proposalId) => ({
    actor: anApprover(),
    signedInAt: studio.deps.clock.now(),
    tenantId: TENANT_ID,
    requestId: "request-1",
    proposalId,
  });
  const approveWith = (body: object) => {
    const full = { ifRev: waiting.rev, planId: waiting.plan.planId, rationale: null, reasonCode: null, ...body };
    return approveProposal(studio.deps, { ...command(), body: full });
  };
  /** Another account of somebody on the staff list. */
  const alias = (uid: string, account: string): void => {
    const { staff } = ControlState.parse(studio.at(controlRef()));
    const listed = staff.map((entry) => (entry.uid === uid ? { ...entry, aliases: [account] } : entry));
    studio.change(controlRef(), { staff: listed.map(toDocument) });
  };
  /** Somebody reaches past the functions and alters the stored proposal. */
  const tamper = (fields: JsonObject): void => studio.change(proposalRef(waiting.proposalId), fields);

  it("approves: the next revision, the review kept, and a time limit of 24 h at low risk", async () => {
    const { proposal, policy } = await studio.accepted(studio.approve(waiting), ["proposal.approved"]);
    assert.deepEqual(studio.stored(waiting.proposalId), proposal);
    assert.deepEqual([proposal.status, proposal.rev, proposal.approvedUntil], ["approved", 2, later(24 * HOUR)]);
    const reviewer = { id: "ana", name: "Ana Approver" };
    const { planId } = waiting.plan;
    const said = { decision: "approve", rationale: WHY, reasonCode: null, for: null, isSolo: false, voidedAt: null };
    assert.deepEqual(proposal.reviews, [{ reviewer, rev: 1, planId, at: NOW, ...said }]);
    assert.equal(policy.decision, "allow");
  });

  it("counts the first of two approvals, and approves with the second, by somebody else", async () => {
    tamper({ rule: toDocument(ruleOf(2)) });
    const first = await studio.accepted(studio.approve(waiting), ["proposal.approval_counted"]);
    assert.deepEqual([first.proposal.status, first.proposal.approvedUntil], ["pending_approval", null]);
    await studio.refused(studio.approve(first.proposal), "ALREADY_REVIEWED");
    const second = await studio.accepted(studio.approve(first.proposal, anotherApprover()), ["proposal.approved"]);
    assert.equal(second.proposal.status, "approved");
  });

  it("names who decides as the staff list does, whatever name their account gives itself", async () => {
    const disguised = { ...anApprover(), name: "Olga Owner" };
    const { proposal } = await studio.accepted(studio.approve(waiting, disguised));
    assert.equal(proposal.reviews[0]?.reviewer.name, "Ana Approver");
    assert.equal(studio.events().at(-1)?.actor.name, "Ana Approver");
    const { proposal: done } = await studio.accepted(studio.execute(proposal, 1, { ...anOperator(), name: "Olga" }));
    assert.equal(done.execution?.executedBy.name, "Otto Operator");
    const { proposal: other } = await studio.accepted(studio.submit({ ...anOperator(), name: "Olga Owner" }));
    assert.equal(other.actor.name, "Otto Operator");
  });

  it("does not add an approval to one from before a stop; a new plan takes both again", async () => {
    studio.change("control/state", { approvalPolicy: toDocument({ ...DEFAULT_APPROVAL_POLICY, rules: [ruleOf(2)] }) });
    tamper({ rule: toDocument(ruleOf(2)) });
    const first = await studio.accepted(studio.approve(waiting));
    await studio.accepted(studio.stop());
    await studio.releaseByTwo();
    await studio.refused(studio.approve(first.proposal, anotherApprover()), "CONTROL_CHANGED");
    const { proposal } = await studio.accepted(studio.replan(first.proposal), ["proposal.replanned"]);
    const again = await studio.accepted(studio.approve(proposal, anotherApprover()), ["proposal.approval_counted"]);
    await studio.accepted(studio.approve(again.proposal), ["proposal.approved"]);
  });

  it("lets one of two who decide on the same revision win, and shows the other the winning review", async () => {
    const outcomes = await Promise.all([studio.approve(waiting), studio.approve(waiting, anotherApprover())]);
    assert.deepEqual(outcomes.map(({ kind }) => kind).sort(), ["accepted", "refused"]);
    const [lost] = outcomes.flatMap((outcome) => (outcome.kind === "refused" ? [outcome] : []));
    assert.equal(lost?.reason, "REV_MISMATCH");
    const winners = studio.stored(waiting.proposalId).reviews;
    assert.equal(winners.length, 1);
    assert.deepEqual(lost.details?.proposal?.reviews, winners);
  });

  it("lets one of an approval and a rejection at once win", async () => {
    const outcomes = await Promise.all([studio.approve(waiting), studio.reject(waiting, anotherApprover())]);
    assert.deepEqual(outcomes.map(({ kind }) => kind).sort(), ["accepted", "refused"]);
    assert.equal(studio.stored(waiting.proposalId).reviews.length, 1);
  });

  it("takes a quick reason at low risk, and stores it as a code", async () => {
    const { proposal } = await studio.accepted(approveWith({ reasonCode: "routine_for_us" }));
    assert.deepEqual([proposal.reviews[0]?.reasonCode, proposal.reviews[0]?.rationale], ["routine_for_us", ""]);
  });

  it("approves in the last millisecond, and stores the expiry at the instant itself", async () => {
    studio.deps.clock.set(waiting.expiresAt);
    const details = await studio.refused(studio.approve(waiting), "PROPOSAL_EXPIRED", ["proposal.expired"]);
    assert.equal(details.proposal?.status, "expired");
    assert.equal(studio.stored(waiting.proposalId).status, "expired");
    const again = await studio.submitFlag();
    studio.deps.clock.set(later(-1, again.expiresAt));
    await studio.accepted(studio.approve(again));
  });

  it("refuses a chain's own approval: the requester's and the agent's owner's", async () => {
    assert.equal((await studio.refused(studio.approve(waiting, anOperator()), "ROLE_MISSING")).via, undefined);
    const own = await studio.submitFlag(anApprover());
    assert.equal((await studio.refused(studio.approve(own), "SELF_APPROVAL")).via, "requester");
    alias("ana", "ana-2");
    const other = aPerson("ana-2", ["approver"]);
    assert.equal((await studio.refused(studio.approve(own, other), "SELF_APPROVAL")).via, "requester");
    const { approvalPolicy } = ControlState.parse(studio.at(controlRef()));
    const editors = [{ uid: "ana", excludedUntil: later(HOUR) }];
    studio.change(controlRef(), { approvalPolicy: toDocument({ ...approvalPolicy, editors }) });
    assert.equal((await studio.refused(studio.approve(waiting), "SELF_APPROVAL")).via, "policyEditor24h");
  });

  it("ends a proposal with as many people's rejections as approvals would be needed, where the rule says so", async () => {
    tamper({ rule: toDocument({ ...ruleOf(2), rejectRule: "quorum" }) });
    alias("ana", "ana-2");
    const first = await studio.accepted(studio.reject(waiting), ["proposal.rejection_counted"]);
    for (const account of [anApprover(), aPerson("ana-2", ["approver"])])
      await studio.refused(studio.reject(first.proposal, account), "ALREADY_REVIEWED");
    const second = await studio.accepted(studio.reject(first.proposal, anotherApprover()), ["proposal.rejected"]);
    assert.equal(second.proposal.status, "rejected");
    assert.equal(second.proposal.reviews.length, 2, "every answer stays to be seen");
  });

  it("refuses another revision, another plan, no reason, and what does not exist", async () => {
    await studio.refused(approveWith({ ifRev: 2, reasonCode: "looks_right" }), "REV_MISMATCH");
    await studio.refused(approveWith({ planId: "0".repeat(64), reasonCode: "looks_right" }), "PLAN_MISMATCH");
    await studio.refused(approveWith({}), "RATIONALE_REQUIRED");
    const body = { ifRev: 1, planId: waiting.plan.planId, rationale: WHY, reasonCode: null };
    await studio.refused(approveProposal(studio.deps, { ...command("p-none"), body }), "NOT_FOUND");
  });

  it("refuses to approve while stopped and lets read-only through; rejecting stays possible", async () => {
    await studio.accepted(studio.stop("read_only"));
    const other = await studio.submitFlag(anOwner());
    await studio.accepted(studio.approve(other));
    await studio.accepted(studio.stop("stopped"));
    await studio.refused(studio.approve(waiting), "KILL_SWITCH");
    await studio.accepted(studio.reject(waiting), ["proposal.rejected"]);
  });

  it("refuses what the control document that cannot be read leaves open: CONTROL_UNREADABLE", async () => {
    studio.deps.transactor.put("control/global", { mode: "open" });
    await studio.refused(studio.approve(waiting), "CONTROL_UNREADABLE");
  });

  it("ends a proposal with one rejection, and refuses to approve it, naming the state and what is allowed", async () => {
    const { proposal } = await studio.accepted(studio.reject(waiting), ["proposal.rejected"]);
    assert.deepEqual([proposal.status, proposal.reviews[0]?.reasonCode], ["rejected", "not_needed"]);
    const details = await studio.refused(studio.approve(proposal, anotherApprover()), "INVALID_TRANSITION");
    assert.deepEqual([details.from, details.to, details.allowed], ["rejected", "approved", ["draft"]]);
  });

  it("lets only the requester's chain withdraw, and only while it waits", async () => {
    await studio.refused(studio.withdraw(waiting, anApprover()), "ROLE_MISSING");
    const { proposal } = await studio.accepted(studio.withdraw(waiting), ["proposal.withdrawn"]);
    const details = await studio.refused(studio.withdraw(proposal), "INVALID_TRANSITION");
    assert.deepEqual([details.from, details.to, details.allowed], ["withdrawn", "withdrawn", []]);
  });

  describe("of a proposal that was altered in the store", () => {
    const alterations: readonly [string, (proposal: Proposal) => JsonObject][] = [
      ["the input", ({ input }) => ({ input: { ...input, note: "12 degrees in the room" } })],
      ["the input, with a field more", ({ input }) => ({ input: { ...input, kilnId: "k-9" } })],
      ["the owner", () => ({ ownerUid: "mallory" })],
      ["the intent hash", () => ({ intentHash: "0".repeat(64) })],
      [
        "the effect below an unchanged plan id",
        ({ plan }) => {
          const [write] = plan.writes;
          const writes = [{ ...write, ref: "firings/f-2" }];
          return { plan: { ...plan, writes } as unknown as JsonObject };
        },
      ],
      ["the plan's intent", ({ plan }) => ({ plan: { ...plan, intentHash: "0".repeat(64) } as unknown as JsonObject })],
    ];
    for (const [what, alter] of alterations)
      it(`refuses an altered ${what}: INTENT_CHANGED, with an alarm`, async () => {
        tamper(alter(waiting));
        await studio.refused(studio.approve(waiting), "INTENT_CHANGED");
        assert.equal(studio.events().at(-1)?.severity, "alarm");
      });

    const breaks: readonly [string, JsonObject][] = [
      ["a field nobody knows", { isSafe: true }],
      ["an unknown status", { status: "fine" }],
      ["no plan", { plan: null }],
    ];
    for (const [what, fields] of breaks)
      it(`throws, and decides nothing, where it has ${what}`, async () => {
        tamper(fields);
        const before = studio.deps.transactor.dump();
        const failure = { name: "StudioError", code: "INTERNAL", isRetryable: false };
        await assert.rejects(studio.approve(waiting), failure);
        await assert.rejects(studio.execute(waiting), failure);
        await assert.rejects(studio.replan(waiting), failure);
        assert.deepEqual(studio.deps.transactor.dump(), before);
      });

    it("does not see a proposal that was moved in from another studio", async () => {
      const moved = { ...studio.at(proposalRef(waiting.proposalId)), tenantId: "mud-hut" };
      studio.deps.transactor.put(inTenant(TENANT_ID, proposalRef(waiting.proposalId)), moved);
      const body = { ifRev: 1, reasonCode: "not_needed" as const, rationale: WHY };
      await studio.refused(rejectProposal(studio.deps, { ...command(), body }), "CROSS_TENANT_DENIED");
    });
  });

  describe("of high risk", () => {
    /** Another high-risk proposal that waits for two; the memory of reasons outlives each of them. */
    async function highRisk(n: number): Promise<Proposal> {
      const input = { batchId: "b-1", text: `Note ${n} on the shelf.` };
      const { proposal } = await studio.accepted(studio.submit(anOperator(), input));
      studio.change(proposalRef(proposal.proposalId), { riskTier: "high" });
      return studio.stored(proposal.proposalId);
    }
    const approveWith = ({ proposalId, rev, plan }: Proposal, rationale: string, actor = anApprover()) =>
      approveProposal(studio.deps, {
        actor,
        signedInAt: studio.deps.clock.now(),
        tenantId: TENANT_ID,
        requestId: "request-1",
        proposalId,
        body: { ifRev: rev, planId: plan.planId, rationale, reasonCode: null },
      });
    const because = (n: number): string => `I have looked at it, reason number ${n}`;

    it("refuses any of the person's last 20 reasons, however it is spaced and whatever its case", async () => {
      for (let n = 1; n <= 20; n += 1) await studio.accepted(approveWith(await highRisk(n), because(n)));
      const next = await highRisk(21);
      for (const again of [because(1), because(20), ` ${because(7).toUpperCase().replaceAll(" ", "  \n")} `])
        await studio.refused(approveWith(next, again), "RATIONALE_BOILERPLATE");
      await studio.accepted(approveWith(next, because(21)));
      await studio.accepted(approveWith(await highRisk(22), because(1)));
    });

    it("knows a person's reasons by any of their accounts", async () => {
      alias("ana", "ana-2");
      await studio.accepted(approveWith(await highRisk(1), because(1)));
      const other = aPerson("ana-2", ["approver"]);
      await studio.refused(approveWith(await highRisk(2), because(1), other), "RATIONALE_BOILERPLATE");
    });

    it("lets another person give the same reason, and the same person at low risk", async () => {
      await studio.accepted(approveWith(await highRisk(1), because(1)));
      await studio.accepted(approveWith(await highRisk(2), because(1), anotherApprover()));
      await studio.accepted(approveWith(waiting, because(1)));
    });

    it("remembers hashes and no words, and refuses when the memory cannot be read", async () => {
      await studio.accepted(approveWith(await highRisk(1), because(1)));
      assert.doesNotMatch(JSON.stringify(studio.at(approverRationalesRef("ana"))), /looked/);
      studio.deps.transactor.put(inTenant(TENANT_ID, approverRationalesRef("ana")), { hashes: "lost" });
      await studio.refused(approveWith(await highRisk(2), because(2)), "RATIONALE_BOILERPLATE");
    });
  });
});
