import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { Deps } from "../commit/deps.js";
import { ScheduledJob, inTenant, scheduledJobRef } from "../contracts/index.js";
import type { JobState, ScheduledJob as Stored } from "../contracts/index.js";
import { TENANT_ID, anOwner, anotherOwner } from "../../test/support/builders.js";
import { HOUR, MINUTE } from "../../test/support/fake-means.js";
import { assertTrailIsSound } from "../../test/support/audit-trail.js";
import { openMemoryStudio } from "../../test/support/memory-studio.js";
import type { MemoryStudio } from "../../test/support/memory-studio.js";
import { followControl } from "./follow-control.js";
import { jobOwner } from "./job-names.js";
import type { JobCall, JobScheduler } from "./job-scheduler.js";

const RUNS = process.env["STUDIO_TEST_FULL"] === "1" ? 3_000 : 150;
const [OURS, BY_HAND, OTHERS] = [
  `studio-${TENANT_ID}_digest`,
  `studio-${TENANT_ID}_by-hand`,
  "studio-other-house_digest",
] as const;
const REQUEST = { requestId: "request-1" };

/** A scheduler in memory. `turn` is awaited around every call, so that a test decides what happens in between. */
function fakeScheduler(
  states: Record<string, JobState>,
  turn: () => Promise<unknown> = () => Promise.resolve(),
): JobScheduler & { readonly states: Record<string, JobState>; readonly resumed: string[] } {
  const resumed: string[] = [];
  const change = async (jobId: string, from: JobState, to: JobState): Promise<JobCall> => {
    await turn();
    const state = states[jobId];
    if (state === from) states[jobId] = to;
    if (state === from && to === "ENABLED") resumed.push(jobId);
    await turn();
    return { outcome: state === undefined ? "missing" : state === from ? "done" : "refused", attempts: 1 };
  };
  return {
    states,
    resumed,
    list: async () => {
      await turn();
      return Object.entries(states).map(([jobId, state]) => ({ jobId, state }));
    },
    get: async (jobId) => {
      await turn();
      return states[jobId] ?? null;
    },
    pause: (jobId) => change(jobId, "ENABLED", "PAUSED"),
    resume: (jobId) => change(jobId, "PAUSED", "ENABLED"),
    ownerOf: (jobId) => jobOwner("studio-", jobId),
  };
}

const recordOf = (studio: MemoryStudio, jobId: string): Stored | null => {
  const data = studio.at(scheduledJobRef(jobId));
  return data === undefined ? null : ScheduledJob.parse(data);
};
const types = (studio: MemoryStudio): string[] =>
  studio
    .events()
    .map(({ type }) => type)
    .filter((type) => type.startsWith("schedule."));

describe("scheduling/follow-control", () => {
  let studio: MemoryStudio;
  beforeEach(async () => {
    studio = await openMemoryStudio();
  });

  it("says that there is no scheduler, and does nothing", async () => {
    const { counts, problem } = await followControl(studio.deps, null, REQUEST);
    assert.deepEqual([counts.configured, counts.jobs, problem], [0, 0, "NO_SCHEDULER"]);
    assert.deepEqual(types(studio), []);
  });

  it("pauses on engage and resumes on release what ran before, each with its events, and leaves what was paused by hand", async () => {
    const scheduler = fakeScheduler({ [OURS]: "ENABLED", [BY_HAND]: "PAUSED" });
    await studio.accepted(studio.stop());
    const stopped = await followControl(studio.deps, scheduler, { ...REQUEST, tenantId: TENANT_ID });
    assert.deepEqual([stopped.counts.jobs, stopped.counts.paused, stopped.problem], [2, 1, null]);
    assert.deepEqual(scheduler.states, { [OURS]: "PAUSED", [BY_HAND]: "PAUSED" });
    assert.deepEqual([recordOf(studio, OURS)?.state, recordOf(studio, BY_HAND)], ["paused", null]);

    await studio.releaseByTwo();
    const released = await followControl(studio.deps, scheduler, { ...REQUEST, tenantId: TENANT_ID });
    assert.equal(released.counts.freed, 1);
    assert.deepEqual(scheduler.states, { [OURS]: "ENABLED", [BY_HAND]: "PAUSED" });
    assert.equal(recordOf(studio, OURS)?.state, "running");
    assert.deepEqual(types(studio), ["schedule.pausing", "schedule.paused", "schedule.resuming", "schedule.freed"]);
    assertTrailIsSound(studio.deps.transactor.dump(), TENANT_ID);
  });

  it("writes nothing more when nothing is left to do", async () => {
    const scheduler = fakeScheduler({ [OURS]: "ENABLED", [BY_HAND]: "PAUSED" });
    await studio.accepted(studio.stop("read_only"));
    await followControl(studio.deps, scheduler, REQUEST);
    const before = studio.deps.transactor.dump();
    assert.equal((await followControl(studio.deps, scheduler, REQUEST)).counts.paused, 0);
    assert.deepEqual(studio.deps.transactor.dump(), before);
  });

  it("pauses when the control document is gone, for that means stopped", async () => {
    const scheduler = fakeScheduler({ [OURS]: "ENABLED" });
    studio.deps.transactor.remove(inTenant(TENANT_ID, "control/state"));
    assert.equal((await followControl(studio.deps, scheduler, REQUEST)).counts.paused, 1);
  });

  it("touches the jobs of one studio alone where only that one is stopped", async () => {
    const scheduler = fakeScheduler({ [OURS]: "ENABLED", [OTHERS]: "ENABLED", "firebase-schedule-x": "ENABLED" });
    await studio.accepted(studio.stop());
    await followControl(studio.deps, scheduler, { ...REQUEST, tenantId: TENANT_ID });
    assert.deepEqual(scheduler.states, { [OURS]: "PAUSED", [OTHERS]: "ENABLED", "firebase-schedule-x": "ENABLED" });
  });

  it("holds the one job of a routine that is stopped, until the stop runs out", async () => {
    const other = `studio-${TENANT_ID}_report`;
    const scheduler = fakeScheduler({ [OURS]: "ENABLED", [other]: "ENABLED" });
    const until = new Date(Date.parse(studio.deps.clock.now()) + HOUR).toISOString();
    await studio.stopScope({ kind: "routine", id: "digest", until });
    await followControl(studio.deps, scheduler, REQUEST);
    assert.deepEqual(scheduler.states, { [OURS]: "PAUSED", [other]: "ENABLED" });
    studio.deps.clock.advance(HOUR);
    await followControl(studio.deps, scheduler, REQUEST);
    assert.deepEqual(scheduler.states, { [OURS]: "ENABLED", [other]: "ENABLED" });
  });

  it("raises one alarm for a job of ours that is gone, and goes on with the others", async () => {
    const scheduler = fakeScheduler({ [OURS]: "ENABLED", [BY_HAND]: "ENABLED" });
    await studio.accepted(studio.stop());
    await followControl(studio.deps, scheduler, REQUEST);
    Reflect.deleteProperty(scheduler.states, OURS);
    await studio.releaseByTwo();
    const { counts } = await followControl(studio.deps, scheduler, REQUEST);
    assert.deepEqual([counts.missing, counts.freed], [1, 1]);
    const alarm = studio.events().find(({ type }) => type === "schedule.missing");
    assert.deepEqual([alarm?.severity, alarm?.reasonCode], ["alarm", "SCHEDULED_JOB_MISSING"]);
    assert.equal((await followControl(studio.deps, scheduler, REQUEST)).counts.missing, 0);
  });

  it("raises an alarm for a job that cannot be paused", async () => {
    const scheduler = fakeScheduler({ [OURS]: "UPDATE_FAILED" });
    await studio.accepted(studio.stop());
    assert.equal((await followControl(studio.deps, scheduler, REQUEST)).counts.stuck, 1);
    assert.equal(studio.events().at(-1)?.reasonCode, "SCHEDULED_JOB_STUCK");
    assert.equal((await followControl(studio.deps, scheduler, REQUEST)).counts.stuck, 0);
  });

  it("names what failed and works on the rest", async () => {
    const scheduler = fakeScheduler({ [OURS]: "ENABLED", [BY_HAND]: "ENABLED" });
    const broken = {
      ...scheduler,
      pause: (jobId: string) =>
        jobId === OURS ? Promise.reject(Object.assign(new Error("no"), { code: 7 })) : scheduler.pause(jobId),
    };
    await studio.accepted(studio.stop());
    const { counts, problem } = await followControl(studio.deps, broken, REQUEST);
    assert.deepEqual([counts.paused, counts.failed, problem], [1, 1, "Error 7"]);
    assert.equal((await followControl(studio.deps, scheduler, REQUEST)).counts.paused, 1);
  });

  it(`ends as the switch wants it in ${RUNS} interleavings of flips, runs and crashes, and resumes nothing that others paused`, async function () {
    this.timeout(600_000);
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.constantFrom("stop", "release"), { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat({ max: 30 }), { maxLength: 2 }),
        async (s, flips, crashes) => {
          const each = await openMemoryStudio();
          let turns = 0;
          const turn = async (): Promise<void> => {
            await s.schedule(Promise.resolve(), "call");
            turns += 1;
            if (crashes.includes(turns)) throw new Error("injected crash");
          };
          const scheduler = fakeScheduler({ [OURS]: "ENABLED", [BY_HAND]: "PAUSED" }, turn);
          const slow = interleaved(each.deps, () => s.schedule(Promise.resolve(), "commit"));
          const runs: Promise<unknown>[] = [];
          const run = () => runs.push(followControl(slow, scheduler, REQUEST).catch(() => null));
          const flipping = (async () => {
            for (const flip of flips) {
              await s.schedule(Promise.resolve(), flip);
              await (flip === "stop" ? each.stop() : each.release(anOwner()).then(() => each.release(anotherOwner())));
              run();
              run();
            }
          })();
          await s.waitFor(flipping);
          await s.waitFor(Promise.all(runs));

          const isStopped = each.at("control/state")?.["mode"] !== "normal";
          const wanted = { [OURS]: isStopped ? "PAUSED" : "ENABLED", [BY_HAND]: "PAUSED" };
          if (crashes.every((crash) => crash === 0 || crash > turns)) assert.deepEqual(scheduler.states, wanted);
          // The sweep comes round, and once more when whoever crashed has ended for certain.
          const sweep = { ...fakeScheduler(scheduler.states), resumed: scheduler.resumed };
          await followControl(each.deps, sweep, REQUEST);
          each.deps.clock.advance(11 * MINUTE);
          await followControl(each.deps, sweep, REQUEST);
          assert.deepEqual(scheduler.states, wanted);
          assert.ok(!scheduler.resumed.includes(BY_HAND));
          assert.equal(each.at(scheduledJobRef(BY_HAND)), undefined);
          assertTrailIsSound(each.deps.transactor.dump(), TENANT_ID);
        },
      ),
      { numRuns: RUNS },
    );
  });
});

/** The same means, with a pause before each transaction. */
function interleaved(deps: Deps, turn: () => Promise<unknown>): Deps {
  return {
    ...deps,
    transactor: {
      transact: async (body) => {
        await turn();
        return deps.transactor.transact(body);
      },
    },
  };
}
