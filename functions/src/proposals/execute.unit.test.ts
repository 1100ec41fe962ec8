import assert from "node:assert/strict";
import { REGISTRY } from "../capabilities/registry.js";
import { StudioError } from "../commit/studio-error.js";
import { REASON_CODES, executionRef, inTenant, proposalRef } from "../contracts/index.js";
import type { JsonObject, Proposal } from "../contracts/index.js";
import {
  TENANT_ID,
  aViewer,
  anApprover,
  anOperator,
  anOwner,
  anotherApprover,
  capabilityOf,
} from "../../test/support/builders.js";
import { sha256 } from "../../test/support/fake-means.js";
import { key, openMemoryStudio } from "../../test/support/memory-studio.js";
import type { MemoryStudio } from "../../test/support/memory-studio.js";
import { executeProposal } from "./execute.js";
import { rollbackProposal } from "./rollback.js";

describe("proposals/execute", () => {
  let studio: MemoryStudio;
  let approved: Proposal;
  beforeEach(async () => {
    studio = await openMemoryStudio();
    ({ proposal: approved } = await studio.accepted(studio.approve(await studio.submitFlag())));
  });
  const flagOf = (): unknown => studio.at("firings/f-1")?.["attention"];
  const otherPayload = (n: number) =>
    executeProposal(studio.deps, {
      actor: anOperator(),
      tenantId: TENANT_ID,
      requestId: "request-1",
      proposalId: approved.proposalId,
      body: { planId: "0".repeat(64) },
      idempotencyKey: key(n),
    });

  it("goes through a whole life: submit, approve, execute, replay, roll back, replay the execution", async () => {
    const before = studio.at("firings/f-1");
    const { proposal, replayed } = await studio.accepted(studio.execute(approved), ["proposal.executed"]);
    assert.deepEqual([proposal.status, replayed], ["executed", false]);
    const flag = { code: "room_overheat", note: "41 degrees in the room", proposalId: proposal.proposalId };
    assert.deepEqual(flagOf(), flag);

    const again = await studio.accepted(studio.execute(approved), ["proposal.execute_replayed"]);
    assert.equal(again.replayed, true);
    assert.deepEqual(again.proposal, proposal);
    await studio.refused(otherPayload(1), "IDEMPOTENCY_PAYLOAD_MISMATCH");
    await studio.refused(studio.rollback(proposal, 1), "IDEMPOTENCY_PAYLOAD_MISMATCH");
    await studio.refused(studio.execute(approved, 3), "APPROVAL_CONSUMED");
    assert.deepEqual(flagOf(), flag);

    const undone = await studio.accepted(studio.rollback(proposal), ["proposal.rolled_back"]);
    assert.equal(undone.proposal.status, "rolled_back");
    const bookkeeping = { auditVersion: 2, lastEventId: undone.proposal.lastEventId };
    assert.deepEqual(studio.at("firings/f-1"), { ...before, ...bookkeeping });
    assert.equal((await studio.accepted(studio.rollback(proposal), ["proposal.execute_replayed"])).replayed, true);
    await studio.refused(studio.execute(approved), "ROLLED_BACK");
    await studio.refused(studio.rollback(proposal, 4), "INVALID_TRANSITION");
    assert.deepEqual(studio.at("firings/f-1"), { ...before, ...bookkeeping });
  });

  it("takes a call for another one where anything in its body differs", async () => {
    const { proposal } = await studio.accepted(studio.execute(approved));
    const call = { actor: anOperator(), tenantId: TENANT_ID, requestId: "request-1", proposalId: proposal.proposalId };
    const body = { planId: approved.plan.planId, exemptionId: "exempt-1" };
    const withExemption = executeProposal(studio.deps, { ...call, body, idempotencyKey: key(1) });
    await studio.refused(withExemption, "IDEMPOTENCY_PAYLOAD_MISMATCH");
    await studio.accepted(studio.rollback(proposal));
    const otherWords = { rationale: "for another reason than before" };
    const again = rollbackProposal(studio.deps, { ...call, body: otherWords, idempotencyKey: key(2) });
    await studio.refused(again, "IDEMPOTENCY_PAYLOAD_MISMATCH");
  });

  it("writes no record that says, by now, that it is another studio's or another person's", async () => {
    for (const said of [{ tenantId: "mud-hut" }, { tenantId: TENANT_ID, ownerUid: "eve" }]) {
      studio.change("firings/f-1", said);
      await studio.refused(studio.execute(approved), "CROSS_TENANT_DENIED");
      assert.equal(flagOf(), null);
    }
    studio.change("firings/f-1", { ownerUid: approved.ownerUid });
    await studio.accepted(studio.execute(approved), ["proposal.executed"]);
  });

  it("executes nothing of a capability that has no executor, and answers 501", async () => {
    const flag = capabilityOf("firing.flag");
    const registry = REGISTRY as Map<string, typeof flag>;
    registry.set("firing.flag", { ...flag, metadata: { ...flag.metadata, mode: "draft", executorId: null } });
    try {
      const before = studio.at("firings/f-1");
      await studio.refused(studio.execute(approved), "NO_EXECUTOR");
      assert.equal(REASON_CODES.NO_EXECUTOR.httpStatus, 501);
      assert.deepEqual(studio.at("firings/f-1"), before);
      assert.equal(studio.stored(approved.proposalId).status, "approved");
    } finally {
      registry.set("firing.flag", flag);
    }
  });

  it("says IN_PROGRESS, which may be tried again, where another call holds the same records to the end", async () => {
    const busy = new StudioError("CONTENTION", "somebody else was first each time", { isRetryable: true });
    const deps = { ...studio.deps, transactor: { transact: () => Promise.reject(busy) } };
    const call = { actor: anOperator(), tenantId: TENANT_ID, requestId: "request-1", idempotencyKey: key(1) };
    const { proposalId, plan } = approved;
    const execute = executeProposal(deps, { ...call, proposalId, body: { planId: plan.planId } });
    await assert.rejects(execute, { code: "IN_PROGRESS", isRetryable: true });
    const rollback = rollbackProposal(deps, { ...call, proposalId, body: { rationale: "it was the wrong one" } });
    await assert.rejects(rollback, { code: "IN_PROGRESS", isRetryable: true });
  });

  it("keeps a record under the hash of studio, capability and key, that names the event", async () => {
    const { proposal } = await studio.accepted(studio.execute(approved));
    const executionId = sha256(`${TENANT_ID}|firing.flag|${key(1)}`);
    const record = studio.at(executionRef(executionId));
    assert.equal(proposal.execution?.executionId, executionId);
    assert.deepEqual([record?.["operation"], record?.["planId"]], ["execute", approved.plan.planId]);
    const event = studio.events().at(-1);
    assert.equal(record?.["eventId"], event?.eventId);
    assert.equal(event?.idempotencyKeyHash, sha256(key(1)));
    assert.deepEqual(event.data["approvers"], ["ana"]);
    assert.ok(!JSON.stringify(studio.deps.transactor.dump()).includes(key(1)), "the key itself is stored nowhere");
  });

  it("has one effect of twenty executes at once, and nineteen replays", async () => {
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => studio.execute(approved)));
    const replays = outcomes.map((outcome) => outcome.kind === "accepted" && outcome.answer.replayed);
    assert.equal(replays.filter((replayed) => !replayed).length, 1);
    assert.equal(studio.at("firings/f-1")?.["auditVersion"], 1);
  });

  it("refuses a proposal that waits, one that does not exist, and a viewer", async () => {
    const waiting = (await studio.accepted(studio.submit())).proposal;
    await studio.refused(studio.execute(waiting), "INVALID_TRANSITION");
    await studio.refused(studio.execute({ ...waiting, proposalId: "p-none" }), "NOT_FOUND");
    await studio.refused(studio.execute(approved, 1, aViewer()), "ROLE_MISSING");
    await studio.refused(otherPayload(9), "PLAN_MISMATCH");
    assert.equal(studio.stored(approved.proposalId).status, "approved");
  });

  it("blocks what was approved when the studio is stopped, whatever it was approved for", async () => {
    await studio.accepted(studio.stop());
    await studio.refused(studio.execute(approved), "KILL_SWITCH", ["proposal.blocked"]);
    const { status, problem } = studio.stored(approved.proposalId);
    assert.deepEqual([status, problem?.code], ["blocked", "KILL_SWITCH"]);
    assert.equal(flagOf(), null);
    await studio.refused(studio.execute(approved), "KILL_SWITCH");
  });

  it("blocks it while the studio is read-only", async () => {
    await studio.accepted(studio.stop("read_only"));
    await studio.refused(studio.execute(approved), "READ_ONLY", ["proposal.blocked"]);
  });

  it("does not execute after the release what was approved before the stop, until it is planned and approved anew", async () => {
    await studio.accepted(studio.stop());
    await studio.releaseByTwo();
    await studio.refused(studio.execute(approved), "CONTROL_CHANGED", ["proposal.blocked"]);
    const blocked = studio.stored(approved.proposalId);
    const { proposal, isChanged } = await studio.accepted(studio.replan(blocked), ["proposal.replanned"]);
    assert.deepEqual([proposal.status, isChanged, proposal.rev], ["pending_approval", true, 3]);
    await studio.refused(studio.execute(proposal), "INVALID_TRANSITION");
    const renewed = await studio.accepted(studio.approve(proposal, anotherApprover()));
    await studio.accepted(studio.execute(renewed.proposal), ["proposal.executed"]);
  });

  it("does not bring an approval back to life when the control document was lost in between", async () => {
    studio.deps.transactor.remove(inTenant(TENANT_ID, "control/state"));
    await studio.refused(studio.execute(approved), "CONTROL_UNREADABLE");
    assert.equal(studio.stored(approved.proposalId).status, "approved");
    studio.deps.transactor.put(inTenant(TENANT_ID, "control/state"), { auditVersion: 3 });
    await studio.accepted(studio.stop(), ["control.engaged"]);
    await studio.refused(studio.release(anOwner()), "ROLE_MISSING", ["control.refused"]);
    await studio.bootstrap();
    await studio.releaseByTwo();
    await studio.refused(studio.execute(approved), "CONTROL_CHANGED", ["proposal.blocked"]);
  });

  it("ends at the instant at which the approval lapses", async () => {
    studio.deps.clock.set(approved.approvedUntil ?? "");
    await studio.refused(studio.execute(approved), "APPROVAL_EXPIRED", ["proposal.expired"]);
    assert.equal(studio.stored(approved.proposalId).status, "expired");
  });

  it("goes stale when a field that the plan read has changed, and names it", async () => {
    studio.change("firings/f-1", { status: "error" });
    const details = await studio.refused(studio.execute(approved), "STALE_PLAN", ["proposal.went_stale"]);
    assert.deepEqual(details.changed, [{ ref: "firings/f-1", field: "status", was: "complete", now: "error" }]);
    assert.equal(studio.stored(approved.proposalId).status, "stale");
    assert.equal(flagOf(), null);
  });

  it("goes through when a field that the plan never read has changed, and notes the drift", async () => {
    studio.change("firings/f-1", { peakTempC: 1_230 });
    await studio.accepted(studio.execute(approved), ["proposal.executed"]);
    assert.deepEqual(studio.events().at(-1)?.data["preconditionsDrifted"], ["firings/f-1"]);
    assert.equal(studio.at("firings/f-1")?.["peakTempC"], 1_230);
  });

  it("refuses an effect that was altered in the store, and one outside of what is declared", async () => {
    const { plan } = approved;
    const writes = plan.writes.map((write) => ({ ...write, ref: "firings/f-2" }));
    studio.change(proposalRef(approved.proposalId), { plan: { ...plan, writes } as unknown as JsonObject });
    await studio.refused(studio.execute(approved), "INTENT_CHANGED");
    assert.equal(studio.events().at(-1)?.severity, "alarm");
    assert.equal(studio.at("firings/f-2"), undefined);
  });

  it("does not count an approval that was written in for somebody of the chain", async () => {
    const [review] = approved.reviews;
    const reviews = [{ ...review, reviewer: { id: "otto", name: "Otto Operator" } }] as unknown as JsonObject[];
    studio.change(proposalRef(approved.proposalId), { reviews });
    await studio.refused(studio.execute(approved), "NO_APPROVAL");
  });

  it("executes a note, and takes it away again", async () => {
    const { proposal } = await studio.accepted(studio.submit());
    const { proposal: agreed } = await studio.accepted(studio.approve(proposal, anApprover()));
    const ref = `batches/b-1/opsNotes/note-${proposal.proposalId}`;
    const done = await studio.accepted(studio.execute(agreed));
    assert.equal(studio.at(ref)?.["text"], "Two handles are cracked.");
    assert.equal(studio.at(ref)?.["auditVersion"], 1);
    await studio.accepted(studio.rollback(done.proposal));
    assert.equal(studio.at(ref), undefined);
  });
});
