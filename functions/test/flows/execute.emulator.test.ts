import assert from "node:assert/strict";
import type { Deps } from "../../src/commit/deps.js";
import type { Commit, TransactionReads, Transactor } from "../../src/commit/transactor.js";
import type { Proposal, RouteAnswer } from "../../src/contracts/index.js";
import type { Outcome } from "../../src/commit/outcome.js";
import { engageStop } from "../../src/policy/engage-stop.js";
import { releaseStop } from "../../src/policy/release-stop.js";
import { executeProposal } from "../../src/proposals/execute.js";
import { planProposal } from "../../src/proposals/replan.js";
import { approveProposal } from "../../src/proposals/review.js";
import { rollbackProposal } from "../../src/proposals/rollback.js";
import { submitProposal } from "../../src/proposals/submit.js";
import { aPerson } from "../support/builders.js";
import { aFiringDocument, openTestStudio } from "../support/emulator.js";
import type { TestStudio } from "../support/emulator.js";
import { afterHold } from "../support/fake-means.js";

const REQUEST = "test-request";
const KEY = (n: number): string => `idempotency-key-${String(n).padStart(4, "0")}`;
/** Rounds of the race between a flip and its writers: the whole count runs with STUDIO_TEST_FULL=1. */
const FLIP_ROUNDS = process.env["STUDIO_TEST_FULL"] === "1" ? 100 : 5;

describe("proposals/execute on Firestore", function () {
  this.timeout(120_000 + FLIP_ROUNDS * 10_000);
  let studio: TestStudio;
  let firingCount = 0;

  beforeEach(async () => (studio = await openTestStudio()));
  afterEach(() => studio.close());

  it("has one effect of twenty concurrent executes, and nineteen replays with the same key", async () => {
    const proposal = await approved();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => execute(proposal, KEY(1))));
    const replays = outcomes.map((outcome) => outcome.kind === "accepted" && outcome.answer.replayed);
    assert.equal(replays.filter((replayed) => !replayed).length, 1);
    assert.equal(outcomes.filter(({ kind }) => kind === "accepted").length, 20);
    assert.equal((await studio.read(targetOf(proposal)))?.["auditVersion"], 1);
    assert.equal((await studio.eventTypes()).filter((type) => type === "proposal.executed").length, 1);
  });

  it("has one effect of twenty concurrent executes with twenty keys; the others find the approval consumed", async () => {
    const proposal = await approved();
    const outcomes = await Promise.all(Array.from({ length: 20 }, (_, n) => execute(proposal, KEY(n))));
    assert.equal(outcomes.filter(({ kind }) => kind === "accepted").length, 1);
    assert.deepEqual(
      new Set(outcomes.flatMap((it) => (it.kind === "refused" ? [it.reason] : []))),
      new Set(["APPROVAL_CONSUMED"]),
    );
    assert.equal((await studio.read(targetOf(proposal)))?.["auditVersion"], 1);
  });

  it("does not execute plan B on an approval of plan A: the target changed, so the plan is stale", async () => {
    const proposal = await approved();
    const other = { code: "door_open", note: "by hand", proposalId: "somebody-else" };
    await studio.put(targetOf(proposal), { ...aFiringDocument(targetOf(proposal).slice(8)), attention: other });
    const outcome = await execute(proposal, KEY(1));
    assert.equal(reasonOf(outcome), "STALE_PLAN");
    assert.deepEqual(outcome.kind === "refused" ? outcome.details?.changed : [], [
      { ref: targetOf(proposal), field: "attention", was: null, now: other },
    ]);
    assert.deepEqual((await studio.read(targetOf(proposal)))?.["attention"], other);
    assert.equal((await stored(proposal))["status"], "stale");

    const replanned = await planProposal(studio.deps, {
      ...as(studio.approver),
      proposalId: proposal.proposalId,
      body: { ifRev: proposal.rev },
    });
    assert.equal(replanned.kind, "accepted");
    assert.equal(reasonOf(await execute(proposal, KEY(2))), "PLAN_MISMATCH");
    assert.deepEqual((await studio.read(targetOf(proposal)))?.["attention"], other);
  });

  it("goes on when only fields changed that the plan never looked at", async () => {
    const proposal = await approved();
    await studio.firestore.doc(`tenants/${studio.tenantId}/${targetOf(proposal)}`).update({ faultNote: "a crack" });
    assert.equal((await execute(proposal, KEY(1))).kind, "accepted");
    assert.equal((await studio.read(targetOf(proposal)))?.["faultNote"], "a crack");
  });

  it("has no effect once the kill switch is engaged, and none after the release without a new approval", async () => {
    const proposal = await approved();
    await engage();
    assert.equal(reasonOf(await execute(proposal, KEY(1))), "KILL_SWITCH");
    await release();
    assert.equal(reasonOf(await execute(proposal, KEY(2))), "INVALID_TRANSITION");
    assert.equal((await studio.read(targetOf(proposal)))?.["attention"], null);
  });

  it(`lets no write commit after the flip's commit, in ${FLIP_ROUNDS} rounds of 50 writers racing it`, async () => {
    // Fifty people's requests: those of one person meet in that person's quota, and would not race.
    const requesters = Array.from({ length: 50 }, (_, n) => aPerson(`requester-${n}`, ["operator"]));
    for (const requester of requesters) await studio.list(requester);
    for (let round = 0; round < FLIP_ROUNDS; round += 1) {
      const proposals = await Promise.all(
        requesters.map((requester) => approved(withoutOutbox(studio.deps), requester)),
      );
      const writers = proposals.map((proposal, n) => execute(proposal, KEY(n), withoutOutbox(studio.deps)));
      await new Promise((resolve) => setTimeout(resolve, 5 + round * 7));
      await Promise.all([engage(), ...writers]);
      const flip = await studio.firestore.doc(`tenants/${studio.tenantId}/control/state`).get();
      const targets = await Promise.all(
        proposals.map((proposal) => studio.firestore.doc(`tenants/${studio.tenantId}/${targetOf(proposal)}`).get()),
      );
      const written = targets.filter((target) => target.get("attention") !== null);
      const late = written.filter((target) => target.updateTime!.valueOf() > flip.updateTime!.valueOf());
      assert.deepEqual(
        late.map(({ id }) => id),
        [],
      );
      await release();
      await studio.firestore.recursiveDelete(studio.firestore.collection(`tenants/${studio.tenantId}/quotas`));
    }
  });

  it("rolls back where nobody changed the record since, also while the studio is stopped", async () => {
    const proposal = await approved();
    await execute(proposal, KEY(1));
    await engage();
    assert.equal((await rollback(proposal, KEY(2))).kind, "accepted");
    assert.equal((await studio.read(targetOf(proposal)))?.["attention"], null);
    assert.equal(reasonOf(await execute(proposal, KEY(1))), "ROLLED_BACK");
  });

  it("overwrites nobody's change on rollback, and shows three columns", async () => {
    const proposal = await approved();
    await execute(proposal, KEY(1));
    const theirs = { code: "log_gap", note: "seen later", proposalId: "somebody-else" };
    await studio.firestore.doc(`tenants/${studio.tenantId}/${targetOf(proposal)}`).update({ attention: theirs });
    const outcome = await rollback(proposal, KEY(2));
    assert.equal(reasonOf(outcome), "ROLLBACK_CONFLICT");
    const ours = proposal.plan.writes[0]!.fields[0]!.after;
    assert.deepEqual(outcome.kind === "refused" ? outcome.details?.conflicts : [], [
      { ref: targetOf(proposal), field: "attention", before: null, weWrote: ours, now: theirs },
    ]);
    assert.deepEqual((await studio.read(targetOf(proposal)))?.["attention"], theirs);
  });

  it("leaves everything or nothing when it crashes at any awaited step", async () => {
    const steps = await countSteps();
    assert.ok(steps >= 3, `execute awaits ${steps} steps`);
    for (let crashAt = 0; crashAt <= steps; crashAt += 1) {
      const proposal = await approved();
      await assert.rejects(
        execute(proposal, KEY(100 + crashAt), crashing(studio.deps, crashAt).deps),
        /injected crash/,
      );
      const isAfterCommit = crashAt === steps;
      const target = await studio.read(targetOf(proposal));
      const status = (await stored(proposal))["status"];
      const events = await executedEvents(proposal);
      assert.deepEqual(
        { status, hasEffect: target?.["attention"] !== null, events },
        isAfterCommit
          ? { status: "executed", hasEffect: true, events: 1 }
          : { status: "approved", hasEffect: false, events: 0 },
        `crash at step ${crashAt}`,
      );
      const again = await execute(proposal, KEY(100 + crashAt));
      assert.equal(again.kind === "accepted" && again.answer.replayed, isAfterCommit);
      assert.equal((await studio.read(targetOf(proposal)))?.["auditVersion"], 1);
      assert.equal(await executedEvents(proposal), 1);
    }
  });

  async function approved(deps: Deps = studio.deps, requester = studio.owner): Promise<Proposal> {
    firingCount += 1;
    const firingId = `f-${firingCount}`;
    await studio.put(`firings/${firingId}`, aFiringDocument(firingId));
    const input = { firingId, attention: "room_overheat", note: "41 °C with both kilns off" };
    const submitted = accepted(
      await submitProposal(deps, {
        ...as(requester),
        body: { capabilityId: "firing.flag", input, rationale: "", evidence: [] },
      }),
    ).proposal;
    const { proposalId, rev, plan } = submitted;
    const body = { ifRev: rev, planId: plan.planId, rationale: null, reasonCode: "looks_right" as const };
    return accepted(await approveProposal(deps, { ...as(studio.approver), proposalId, body })).proposal;
  }

  function execute(
    proposal: Proposal,
    idempotencyKey: string,
    deps: Deps = studio.deps,
  ): Promise<Outcome<RouteAnswer<"executeProposal">>> {
    const { proposalId, plan } = proposal;
    return executeProposal(afterHold(deps), {
      ...as(studio.approver),
      proposalId,
      idempotencyKey,
      body: { planId: plan.planId },
    });
  }

  function rollback(proposal: Proposal, idempotencyKey: string): Promise<Outcome<RouteAnswer<"rollbackProposal">>> {
    const { proposalId } = proposal;
    return rollbackProposal(studio.deps, {
      ...as(studio.approver),
      proposalId,
      idempotencyKey,
      body: { rationale: "not needed after all" },
    });
  }

  const as = (actor: TestStudio["owner"]) => ({ actor, tenantId: studio.tenantId, requestId: REQUEST });
  const stored = async (proposal: Proposal) => (await studio.read(`proposals/${proposal.proposalId}`))!;
  const targetOf = (proposal: Proposal): string => proposal.plan.writes[0]!.ref;

  async function executedEvents(proposal: Proposal): Promise<number> {
    const events = await studio.firestore
      .collection(`tenants/${studio.tenantId}/auditEvents`)
      .where("proposalId", "==", proposal.proposalId)
      .get();
    return events.docs.filter((event) => event.get("type") === "proposal.executed").length;
  }

  async function engage(): Promise<void> {
    const body = { mode: "stopped" as const, reason: "smoke in the kiln room" };
    accepted(await engageStop(studio.deps, { ...as(studio.approver), body }));
  }

  async function release(): Promise<void> {
    const body = { reason: "the smoke is gone", phrase: null };
    accepted(await releaseStop(studio.deps, { ...as(studio.owner), body }));
    assert.equal(accepted(await releaseStop(studio.deps, { ...as(studio.admin), body })).isReleased, true);
  }

  async function countSteps(): Promise<number> {
    const probe = crashing(studio.deps, Infinity);
    accepted(await execute(await approved(), KEY(1), probe.deps));
    return probe.steps();
  }
});

function accepted<T>(outcome: Outcome<T>): T {
  if (outcome.kind === "refused") assert.fail(`refused with ${outcome.reason}`);
  return outcome.answer;
}

const reasonOf = (outcome: Outcome<unknown>): string => (outcome.kind === "refused" ? outcome.reason : "accepted");

/** The functions emulator starts a process for each trigger at once: fifty writers leave nothing in the outbox. */
function withoutOutbox(deps: Deps): Deps {
  const transact: Transactor["transact"] = (body) =>
    deps.transactor.transact(async (reads) => {
      const commit = await body(reads);
      return { ...commit, changes: commit.changes.filter(({ path }) => !path.includes("/outbox/")) };
    });
  return { ...deps, transactor: { transact } };
}

/**
 * The same deps, but that the process dies at the n-th awaited step: before each read, before the commit, and after the
 * commit and before the answer. The steps of one run are counted, so that a test can visit every one of them.
 */
function crashing(deps: Deps, crashAt: number): { deps: Deps; steps: () => number } {
  let step = 0;
  const tick = (): void => {
    if (step === crashAt) throw new Error("injected crash");
    step += 1;
  };
  const transactor: Transactor = {
    async transact<T>(body: (reads: TransactionReads) => Promise<Commit<T>>): Promise<T> {
      const answer = await deps.transactor.transact(async (reads) => {
        const commit = await body({
          get: (paths) => (tick(), reads.get(paths)),
          query: (query) => (tick(), reads.query(query)),
          count: (query) => (tick(), reads.count(query)),
        });
        tick();
        return commit;
      });
      tick();
      return answer;
    },
  };
  return { deps: { ...deps, transactor }, steps: () => step - 1 };
}
