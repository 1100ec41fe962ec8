import type { Deps } from "../commit/deps.js";
import { StudioError } from "../commit/studio-error.js";
import type { DocumentQuery } from "../commit/transactor.js";
import { GLOBAL_CONTROL_PATH, controlRef, inTenant } from "../contracts/index.js";
import type { JobState } from "../contracts/index.js";
import { readControls } from "../policy/control.js";
import { decideHold } from "./decide-hold.js";
import { followJob, readHeld, wantOf } from "./follow-job.js";
import type { Followed, JobMatter } from "./follow-job.js";
import type { JobScheduler } from "./job-scheduler.js";

/** How many jobs we may hold at once, in one studio and in all. */
const MAX_HELD = 500;
/** How many jobs a run works on at once. */
const AT_ONCE = 5;
/** What is on record about a job that a look has to come back to. */
const UNSETTLED = ["pausing", "paused", "resuming", "stuck"] as const;

/** What one run did, and the name of what failed first; null when nothing did. */
export interface FollowReport {
  readonly counts: FollowCounts;
  readonly problem: string | null;
}

type FollowCounts = Readonly<
  Record<
    /** 0: this process knows of no Cloud Scheduler, and nothing was paused or resumed. */
    | "configured"
    | "jobs"
    | Exclude<Followed, "rest">
    /** Could not be brought to where the switch wants them, this time. */
    | "failed",
    number
  >
>;

/**
 * Do the scheduled jobs follow the switch (M04.5)? A second stop, independent of the first: what is paused at Cloud Scheduler
 * does not even begin, whatever our own checks would say. Looks at every job of one studio, or of all, and changes those that
 * are not as the switch wants them now, each by itself: one that cannot be changed keeps no other from it, and is counted as
 * `failed`. Where no scheduler is configured it says so (NO_SCHEDULER), and does nothing. Throws SCHEDULER_UNREACHABLE
 * (retryable) when not even the jobs can be listed.
 */
export async function followControl(
  deps: Deps,
  scheduler: JobScheduler | null,
  { requestId, tenantId }: { readonly requestId: string; readonly tenantId?: string },
): Promise<FollowReport> {
  const jobs = scheduler === null ? [] : await jobsOf(deps, scheduler, tenantId);
  const done: Done[] = [];
  for (const [tenant, ofTenant] of byTenant(jobs)) {
    const due = await dueJobs(deps, tenant, ofTenant);
    for (let from = 0; scheduler !== null && from < due.length; from += AT_ONCE) {
      const batch = due.slice(from, from + AT_ONCE);
      const followed = batch.map((job) => tryToFollow(deps, scheduler, { ...job, requestId }));
      done.push(...(await Promise.all(followed)));
    }
  }
  const count = (what: Done["what"]): number => done.filter((each) => each.what === what).length;
  const counts = {
    configured: scheduler === null ? 0 : 1,
    jobs: jobs.length,
    paused: count("paused"),
    freed: count("freed"),
    left: count("left"),
    missing: count("missing"),
    stuck: count("stuck"),
    failed: count("failed"),
  };
  const problem = scheduler === null ? "NO_SCHEDULER" : (done.find((each) => each.problem !== null)?.problem ?? null);
  return { counts, problem };
}

/** One job as it was seen just now; `seen` is null for one that is on record and was not in the list. */
interface Job extends Omit<JobMatter, "requestId"> {
  readonly seen: JobState | null;
}

/** The studio's jobs, or those of all studios, by their names; and with them whatever the record says that we hold. */
async function jobsOf(deps: Deps, scheduler: JobScheduler, tenantId: string | undefined): Promise<readonly Job[]> {
  const found = new Map<string, Job>();
  for (const held of await heldJobs(deps, tenantId)) {
    const name = scheduler.ownerOf(held.jobId)?.name ?? held.jobId;
    found.set(`${held.tenantId}/${held.jobId}`, { ...held, name, seen: null });
  }
  for (const { jobId, state } of await scheduler.list()) {
    const owner = scheduler.ownerOf(jobId);
    if (owner !== null && (tenantId === undefined || owner.tenantId === tenantId))
      found.set(`${owner.tenantId}/${jobId}`, { ...owner, jobId, seen: state });
  }
  return [...found.values()];
}

async function heldJobs(deps: Deps, tenantId: string | undefined): Promise<{ tenantId: string; jobId: string }[]> {
  const where = [{ field: "state", op: "in", value: [...UNSETTLED] }] as const;
  const query: DocumentQuery =
    tenantId === undefined
      ? { collection: "scheduledJobs", isGroup: true, where, limit: MAX_HELD }
      : { collection: inTenant(tenantId, "scheduledJobs"), where, limit: MAX_HELD };
  const paths = await deps.transactor.transact(async (reads) => ({
    changes: [],
    events: [],
    answer: (await reads.query(query)).map(({ path }) => path.split("/")),
  }));
  return paths.map(([, tenant = "", , jobId = ""]) => ({ tenantId: tenant, jobId }));
}

function byTenant(jobs: readonly Job[]): ReadonlyMap<string, readonly Job[]> {
  const tenants = [...new Set(jobs.map(({ tenantId }) => tenantId))];
  return new Map(tenants.map((tenantId) => [tenantId, jobs.filter((job) => job.tenantId === tenantId)]));
}

/** Those that are not as the switch wants them, by one look at the studio: most of the time, none. */
function dueJobs(deps: Deps, tenantId: string, jobs: readonly Job[]): Promise<readonly Job[]> {
  return deps.transactor.transact(async (reads) => {
    const [global, tenant] = await reads.get([GLOBAL_CONTROL_PATH, inTenant(tenantId, controlRef())]);
    const records = await reads.query({
      collection: inTenant(tenantId, "scheduledJobs"),
      where: [{ field: "state", op: "in", value: [...UNSETTLED] }],
      limit: MAX_HELD,
    });
    const now = deps.clock.now();
    const control = readControls(global?.data ?? null, tenant?.data ?? null);
    const onRecord = new Map(records.map(({ path, data }) => [path.slice(path.lastIndexOf("/") + 1), data]));
    const due = jobs.filter((job) => {
      const { held } = readHeld(onRecord.get(job.jobId) ?? null, now);
      return decideHold(wantOf(control, job, now), held, job.seen, null).kind !== "rest";
    });
    return { changes: [], events: [], answer: due };
  });
}

interface Done {
  readonly what: Followed | "failed";
  readonly problem: string | null;
}

/** What fails is on record as announced, and counted: the next run takes it up from there. */
async function tryToFollow(deps: Deps, scheduler: JobScheduler, matter: JobMatter): Promise<Done> {
  try {
    return { what: await followJob(deps, scheduler, matter), problem: null };
  } catch (error) {
    return { what: "failed", problem: nameOf(error) };
  }
}

/** A reason code, or the name and gRPC code of something else: never a message, which may quote what was asked. */
function nameOf(error: unknown): string {
  if (error instanceof StudioError) return error.code;
  const code: unknown = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return `${error instanceof Error ? error.name : typeof error}${typeof code === "number" ? ` ${code}` : ""}`;
}
