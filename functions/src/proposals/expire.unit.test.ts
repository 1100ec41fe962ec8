import assert from "node:assert/strict";
import { PLATFORM_TENANT_ID, inTenant, jobRunRef } from "../contracts/index.js";
import type { Proposal } from "../contracts/index.js";
import { expiryJob } from "../jobs/jobs.js";
import { runJob } from "../jobs/run-job.js";
import { anOperator } from "../../test/support/builders.js";
import { HOUR, later } from "../../test/support/fake-means.js";
import { openMemoryStudio } from "../../test/support/memory-studio.js";
import type { MemoryStudio } from "../../test/support/memory-studio.js";
import { sweepExpired } from "./expire.js";

describe("proposals/expire", () => {
  let studio: MemoryStudio;
  let waiting: Proposal;
  beforeEach(async () => {
    studio = await openMemoryStudio();
    waiting = await studio.submitFlag();
  });
  const sweep = () => sweepExpired(studio.deps, "job-test");

  it("stores the end of what waits at its instant and not a millisecond before, with an event of the system's", async () => {
    studio.deps.clock.set(later(-1, waiting.expiresAt));
    assert.deepEqual(await sweep(), { due: 0, expired: 0 });
    studio.deps.clock.set(waiting.expiresAt);
    assert.deepEqual(await sweep(), { due: 1, expired: 1 });
    assert.equal(studio.stored(waiting.proposalId).status, "expired");
    const event = studio.events().at(-1);
    assert.deepEqual(
      [event?.type, event?.outcome, event?.actor.type, event?.requestId],
      ["proposal.expired", "done", "system", "job-test"],
    );
    assert.deepEqual(await sweep(), { due: 0, expired: 0 }, "once");
  });

  it("keeps the reviewers and the effect of what it ends", async () => {
    const { proposal } = await studio.accepted(studio.approve(waiting));
    studio.deps.clock.set(proposal.approvedUntil ?? "");
    await sweep();
    const { status, reviews, plan, eligibleApprovers } = studio.stored(waiting.proposalId);
    assert.deepEqual([status, reviews, plan], ["expired", proposal.reviews, waiting.plan]);
    assert.deepEqual([reviews[0]?.reviewer.id, reviews[0]?.voidedAt], ["ana", null]);
    assert.deepEqual(eligibleApprovers, waiting.eligibleApprovers);
  });

  it("ends an approval when the approval lapses, not when the time to decide does", async () => {
    studio.deps.clock.set(later(-HOUR, waiting.expiresAt));
    const { proposal } = await studio.accepted(studio.approve(waiting));
    studio.deps.clock.set(waiting.expiresAt);
    assert.deepEqual(await sweep(), { due: 0, expired: 0 });
    studio.deps.clock.set(proposal.approvedUntil ?? "");
    assert.deepEqual(await sweep(), { due: 1, expired: 1 });
    await studio.refused(studio.execute(proposal), "INVALID_TRANSITION");
  });

  it("ends what is stale or blocked, and leaves alone what is decided", async () => {
    const { proposal } = await studio.accepted(studio.approve(waiting));
    studio.change("firings/f-1", { status: "error" });
    await studio.refused(studio.execute(proposal), "STALE_PLAN", ["proposal.went_stale"]);
    const note = (await studio.accepted(studio.submit())).proposal;
    await studio.accepted(studio.reject(note));
    studio.deps.clock.set(later(HOUR, note.expiresAt));
    assert.deepEqual(await sweep(), { due: 1, expired: 1 });
    assert.equal(studio.stored(proposal.proposalId).status, "expired");
    assert.equal(studio.stored(note.proposalId).status, "rejected");
  });

  for (const first of ["click", "sweep"])
    it(`never overwrites a decision: the ${first} that comes first stands, with one event that ends it`, async () => {
      studio.deps.clock.set(later(-1, waiting.expiresAt));
      const click = () => studio.withdraw(waiting, anOperator());
      if (first === "click") {
        await studio.accepted(click());
        studio.deps.clock.set(waiting.expiresAt);
        await sweep();
      } else {
        studio.deps.clock.set(waiting.expiresAt);
        await sweep();
        await studio.refused(click(), "INVALID_TRANSITION");
      }
      const ends = studio.events().filter(({ type }) => type === "proposal.expired" || type === "proposal.withdrawn");
      assert.equal(ends.length, 1);
      assert.equal(`proposal.${studio.stored(waiting.proposalId).status}`, ends[0]?.type);
    });

  describe("as a job", () => {
    const runs = () =>
      Object.entries(studio.deps.transactor.dump())
        .filter(([path]) => path.includes("/jobRuns/"))
        .map(([, data]) => data);

    it("keeps a record of each run from its beginning to its end, with what it did", async () => {
      studio.deps.clock.set(waiting.expiresAt);
      const run = await runJob(studio.deps, expiryJob, "schedule");
      assert.deepEqual([run?.status, run?.counts], ["done", { due: 1, expired: 1 }]);
      assert.deepEqual(runs(), [run]);
    });

    it("runs a slot once, however many schedulers fire, and by hand at any time", async () => {
      const [one, two] = await Promise.all([1, 2].map(() => runJob(studio.deps, expiryJob, "schedule")));
      assert.deepEqual([one === null, two === null].sort(), [false, true]);
      assert.equal((await runJob(studio.deps, expiryJob, "hand"))?.startedBy, "hand");
      studio.deps.clock.advance(60_000);
      assert.notEqual(await runJob(studio.deps, expiryJob, "schedule"), null);
      assert.equal(runs().length, 3);
    });

    it("records what failed by its name alone, and throws it again", async () => {
      const broken = { ...expiryJob, run: () => Promise.reject(new TypeError("secret words")) };
      await assert.rejects(runJob(studio.deps, broken, "schedule"), TypeError);
      const [run] = runs();
      assert.deepEqual([run?.["status"], run?.["problem"]], ["failed", "TypeError"]);
    });

    it("leaves a run that nothing ended to be seen, when the process dies", async () => {
      const dying = { ...expiryJob, run: () => new Promise<never>(() => undefined) };
      void runJob(studio.deps, dying, "schedule");
      await new Promise((resolve) => setImmediate(resolve));
      const slot = studio.deps.clock.now().replaceAll(":", "-");
      const stored = studio.deps.transactor.dump()[inTenant(PLATFORM_TENANT_ID, jobRunRef(`expirySweep.${slot}`))];
      assert.deepEqual([stored?.["status"], stored?.["endedAt"]], ["running", null]);
    });
  });
});
