import assert from "node:assert/strict";
import { status } from "@grpc/grpc-js";
import { StudioError } from "../../src/commit/studio-error.js";
import { cloudScheduler } from "../../src/platform/cloud-scheduler.js";
import { engageStop } from "../../src/policy/engage-stop.js";
import { releaseStop } from "../../src/policy/release-stop.js";
import { engageScope } from "../../src/policy/scopes.js";
import { followFlip } from "../../src/scheduling/follow-flip.js";
import { followControl } from "../../src/scheduling/follow-control.js";
import { jobOwner } from "../../src/scheduling/job-names.js";
import type { JobScheduler } from "../../src/scheduling/job-scheduler.js";
import { openTestStudio } from "../support/emulator.js";
import type { TestStudio } from "../support/emulator.js";
import { later } from "../support/fake-means.js";
import { PARENT, openSchedulerServer } from "../support/scheduler-server.js";
import type { SchedulerServer } from "../support/scheduler-server.js";

const PATIENCE_MS = 30_000;

describe("scheduled jobs and the switch, over gRPC and Firestore", function () {
  this.timeout(60_000);
  let studio: TestStudio;
  let server: SchedulerServer;
  let scheduler: JobScheduler;
  let close: () => Promise<void>;
  let waits: number[];
  let ours: string;
  let byHand: string;

  beforeEach(async () => {
    studio = await openTestStudio();
    [ours, byHand] = [`studio-${studio.tenantId}_digest`, `studio-${studio.tenantId}_by-hand`];
    server = await openSchedulerServer({ [ours]: "ENABLED", [byHand]: "PAUSED", "studio-other_digest": "ENABLED" });
    waits = [];
    const client = cloudScheduler(PARENT, server.options, (ms) => {
      waits.push(ms);
      return Promise.resolve();
    });
    scheduler = { ...client, ownerOf: (jobId) => jobOwner("studio-", jobId) };
    close = () => client.close();
  });
  afterEach(async () => {
    await close();
    server.close();
    await studio.close();
  });

  it("pauses the studio's own jobs on engage and resumes on release only what it paused", async () => {
    await engage();
    assert.equal((await follow()).counts.paused, 1);
    assert.deepEqual(states(), { ours: "PAUSED", byHand: "PAUSED", other: "ENABLED" });
    await release();
    assert.equal((await follow()).counts.freed, 1);
    assert.deepEqual(states(), { ours: "ENABLED", byHand: "PAUSED", other: "ENABLED" });
    assert.ok(!server.calls.includes(`resumeJob ${byHand}`));
    assert.deepEqual(
      (await studio.eventTypes()).filter((type) => type.startsWith("schedule.")),
      ["schedule.freed", "schedule.paused", "schedule.pausing", "schedule.resuming"],
    );
  });

  it("reads a list of more than one page", async () => {
    for (let n = 0; n < 1_200; n += 1) server.jobs.set(`another-${n}`, "ENABLED");
    assert.equal((await scheduler.list()).length, 1_203);
    assert.equal(server.calls.filter((call) => call.startsWith("listJobs")).length, 3);
  });

  it("tries again a bounded number of times, longer and longer, while the service is out of reach", async () => {
    server.fail("pauseJob", ...Array.from({ length: 3 }, () => ({ code: status.UNAVAILABLE })));
    await engage();
    assert.equal((await follow()).counts.paused, 1);
    assert.equal(waits.length, 3);
    assert.ok(
      waits.every((ms, n) => ms >= 125 * 2 ** n && ms <= 375 * 2 ** n),
      waits.join(", "),
    );
  });

  it("gives up with SCHEDULER_UNREACHABLE, keeps the run on record, and the next run does it", async () => {
    server.fail("pauseJob", ...Array.from({ length: 4 }, () => ({ code: status.UNAVAILABLE })));
    await engage();
    await assert.rejects(follow("gives-up"), { code: "SCHEDULER_UNREACHABLE", isRetryable: true });
    const run = await studio.read("jobRuns/schedulerFollow.gives-up");
    assert.deepEqual([run?.["status"], run?.["problem"]], ["failed", "SCHEDULER_UNREACHABLE"]);
    assert.equal(await recorded(), "pausing");
    assert.equal((await follow("gives-up")).counts.paused, 1);
    assert.equal((await studio.read("jobRuns/schedulerFollow.gives-up"))?.["status"], "done");
  });

  it("does not ask for another delivery an hour after the flip: the sweep goes on by itself", async () => {
    server.fail("listJobs", ...Array.from({ length: 8 }, () => ({ code: status.UNAVAILABLE })));
    await engage();
    const at = studio.deps.clock.now();
    const flip = { eventId: "late", at, tenantId: studio.tenantId };
    await assert.rejects(followFlip(studio.deps, scheduler, flip), { code: "SCHEDULER_UNREACHABLE" });
    const late = { ...studio.deps, clock: { now: () => later(60 * 60_000, at) } };
    assert.equal((await followFlip(late, scheduler, flip)).problem, "SCHEDULER_UNREACHABLE");
    await sweep();
    assert.equal(states().ours, "PAUSED");
  });

  it("counts a pause as its own whose answer was lost and whose second attempt is refused", async () => {
    server.fail("pauseJob", { code: status.UNAVAILABLE, isApplied: true });
    await engage();
    assert.equal((await follow()).counts.paused, 1);
    assert.equal(server.calls.filter((call) => call === `pauseJob ${ours}`).length, 2);
    await release();
    await follow();
    assert.equal(states().ours, "ENABLED");
  });

  it("leaves a job to whoever paused it in the very moment, on FAILED_PRECONDITION, and never resumes it", async () => {
    server.before("pauseJob", (jobId) => void server.jobs.set(jobId, "PAUSED"));
    await engage();
    assert.equal((await follow()).counts.left, 1);
    await release();
    await follow();
    assert.equal(states().ours, "PAUSED");
    assert.ok(!server.calls.includes(`resumeJob ${ours}`));
  });

  it("recovers from a crash between the pause and its record", async () => {
    const crash = {
      ...scheduler,
      pause: (jobId: string) => scheduler.pause(jobId).then(() => Promise.reject(new Error("crash"))),
    };
    await engage();
    await assert.rejects(followFlip(studio.deps, crash, flipNow("crash")), StudioError);
    assert.deepEqual([states().ours, await recorded()], ["PAUSED", "pausing"]);
    await follow();
    assert.equal(await recorded(), "paused");
    await release();
    await follow();
    assert.deepEqual([states().ours, await recorded()], ["ENABLED", "resuming"]);
    // A late pause of the run that crashed would still be taken back: nothing is let go of before that run has ended.
    const tenMinutesOn = { ...studio.deps, clock: { now: () => later(10 * 60_000, studio.deps.clock.now()) } };
    await followControl(tenMinutesOn, scheduler, { requestId: "scheduler-sweep" });
    assert.deepEqual([states().ours, await recorded()], ["ENABLED", "running"]);
  });

  it("resumes after the release what a crash left between the pause and its record", async () => {
    const crash = {
      ...scheduler,
      pause: (jobId: string) => scheduler.pause(jobId).then(() => Promise.reject(new Error("crash"))),
    };
    await engage();
    await assert.rejects(followFlip(studio.deps, crash, flipNow("crash")), StudioError);
    await release();
    await follow();
    assert.equal(states().ours, "ENABLED");
  });

  it("raises an alarm for a job that is gone, on NOT_FOUND", async () => {
    await engage();
    await follow();
    server.jobs.delete(ours);
    await release();
    assert.equal((await follow()).counts.missing, 1);
    assert.equal(await recorded(), "missing");
    assert.ok((await studio.eventTypes()).includes("schedule.missing"));
  });

  it("resumes nothing on a late delivery of a release once the studio is stopped again", async () => {
    await engage();
    await follow("first-stop");
    await release();
    await engage();
    assert.equal((await follow("late-release")).counts.freed, 0);
    assert.equal((await follow("late-release")).counts.freed, 0);
    assert.equal(states().ours, "PAUSED");
    assert.ok(!server.calls.includes(`resumeJob ${ours}`));
  });

  it("pauses again what it resumed while somebody engaged the stop", async () => {
    await engage();
    await follow();
    await release();
    // The stop commits, and its own run has come and gone, between the decision to resume and the call.
    server.before("resumeJob", async () => {
      server.before("resumeJob", () => undefined);
      await engage();
      await follow("the-stop");
    });
    await follow("the-release");
    assert.deepEqual([states().ours, await recorded()], ["PAUSED", "paused"]);
  });

  it("finds the jobs of all studios in the sweep, and those of a studio without a switch are stopped", async () => {
    const other = await openTestStudio();
    const theirs = `studio-${other.tenantId}_digest`;
    server.jobs.set(theirs, "ENABLED");
    await engage();
    await sweep();
    assert.deepEqual(
      { ...states(), theirs: server.jobs.get(theirs) },
      {
        ours: "PAUSED",
        byHand: "PAUSED",
        other: "PAUSED",
        theirs: "ENABLED",
      },
    );
    await other.close();
  });

  it("resumes in the sweep what a stop with an end had paused", async () => {
    const until = later(60_000, studio.deps.clock.now());
    const body = {
      kind: "routine" as const,
      id: "digest",
      mode: "stopped" as const,
      reason: "It writes nonsense",
      until,
    };
    await engageScope(studio.deps, { ...about(), actor: studio.approver, body });
    await follow();
    assert.equal(states().ours, "PAUSED");
    const afterwards = { ...studio.deps, clock: { now: () => until } };
    await followControl(afterwards, scheduler, { requestId: "scheduler-sweep" });
    assert.equal(states().ours, "ENABLED");
  });

  const flipNow = (eventId: string) => ({ eventId, at: studio.deps.clock.now(), tenantId: studio.tenantId });
  const follow = (eventId = "flip") => followFlip(studio.deps, scheduler, flipNow(eventId));
  const sweep = () => followControl(studio.deps, scheduler, { requestId: "scheduler-sweep" });
  const recorded = async () => (await studio.read(`scheduledJobs/${ours}`))?.["state"];
  const states = () => ({
    ours: server.jobs.get(ours),
    byHand: server.jobs.get(byHand),
    other: server.jobs.get("studio-other_digest"),
  });

  const about = () => ({ tenantId: studio.tenantId, requestId: "scheduler-test" });
  async function engage(): Promise<void> {
    const body = { mode: "stopped" as const, reason: "Smoke in the kiln room" };
    const outcome = await engageStop(studio.deps, { ...about(), actor: studio.approver, body });
    assert.equal(outcome.kind, "accepted");
  }
  async function release(): Promise<void> {
    const body = { reason: "The smoke is gone", phrase: null };
    await releaseStop(studio.deps, { ...about(), actor: studio.owner, body });
    const outcome = await releaseStop(studio.deps, { ...about(), actor: studio.admin, body });
    assert.ok(outcome.kind === "accepted" && outcome.answer.isReleased);
  }
});

describe("a flip on emulators without a scheduler", function () {
  this.timeout(60_000);

  it("leaves a run on record that says NO_SCHEDULER", async () => {
    const studio = await openTestStudio();
    try {
      const deadline = Date.now() + PATIENCE_MS;
      const runs = studio.firestore.collection(`tenants/${studio.tenantId}/jobRuns`);
      while ((await runs.where("problem", "==", "NO_SCHEDULER").get()).empty) {
        assert.ok(Date.now() < deadline, "no run was recorded in time");
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    } finally {
      await studio.close();
    }
  });
});
