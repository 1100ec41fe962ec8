import type { Deps } from "../commit/deps.js";
import { toDocument } from "../commit/document-change.js";
import type { DocumentChange } from "../commit/document-change.js";
import { JobRun, PLATFORM_TENANT_ID, inTenant, jobRunRef } from "../contracts/index.js";

/** Work that the platform does by itself, safe to be done twice. */
export interface Job {
  readonly name: string;
  /** How often it is scheduled, in milliseconds: the width of its slots. */
  readonly everyMs: number;
  /** Does the work and counts what it did. `requestId` ties its events to the run. */
  run(deps: Deps, requestId: string): Promise<Readonly<Record<string, number>>>;
}

/**
 * Runs a job and keeps a record of its beginning and its end. Of a scheduled slot exactly one run happens: creating the
 * record takes the slot, and whoever comes second gets null. Started by hand, the same code runs at once. What fails is
 * recorded by name, and thrown again.
 */
export async function runJob(deps: Deps, job: Job, startedBy: JobRun["startedBy"]): Promise<JobRun | null> {
  const startedAt = deps.clock.now();
  const slot = new Date(Math.floor(Date.parse(startedAt) / job.everyMs) * job.everyMs).toISOString();
  const suffix = startedBy === "schedule" ? slot.replaceAll(":", "-") : deps.ids.random();
  const begun: JobRun = {
    runId: `${job.name}.${suffix}`,
    job: job.name,
    startedBy,
    status: "running",
    startedAt,
    endedAt: null,
    counts: {},
    problem: null,
  };
  if (!(await begin(deps, begun))) return null;
  try {
    const counts = await job.run(deps, `job-${begun.runId}`);
    return await recordEnd(deps, { ...begun, status: "done", counts });
  } catch (error) {
    await recordEnd(deps, { ...begun, status: "failed", problem: error instanceof Error ? error.name : typeof error });
    throw error;
  }
}

function begin(deps: Deps, run: JobRun): Promise<boolean> {
  const path = inTenant(PLATFORM_TENANT_ID, jobRunRef(run.runId));
  return deps.transactor.transact(async (reads) => {
    const [taken] = await reads.get([path]);
    if (taken?.data != null) return { changes: [], events: [], answer: false };
    const change: DocumentChange = { op: "create", path, data: toDocument(JobRun.parse(run)) };
    return { changes: [change], events: [], answer: true };
  });
}

/** Puts a run's end on record, in the platform's own studio or in the one that it was for. */
export function recordEnd(deps: Deps, ended: JobRun, tenantId: string = PLATFORM_TENANT_ID): Promise<JobRun> {
  const run = JobRun.parse({ ...ended, endedAt: deps.clock.now() });
  return deps.transactor.transact(() =>
    Promise.resolve({
      changes: [{ op: "set" as const, path: inTenant(tenantId, jobRunRef(run.runId)), data: toDocument(run) }],
      events: [],
      answer: run,
    }),
  );
}
