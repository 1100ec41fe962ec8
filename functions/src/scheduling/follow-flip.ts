import type { Deps } from "../commit/deps.js";
import { StudioError } from "../commit/studio-error.js";
import type { JobRun, UtcInstant } from "../contracts/index.js";
import { recordEnd } from "../jobs/run-job.js";
import { followControl } from "./follow-control.js";
import type { FollowReport } from "./follow-control.js";
import type { JobScheduler } from "./job-scheduler.js";

/** After so long a flip is no longer delivered again: the sweep has been through several times, in milliseconds. */
const GIVE_UP_MS = 60 * 60_000;

export interface Flip {
  /** The delivery's own id: the same one when it is delivered again. */
  readonly eventId: string;
  readonly at: UtcInstant;
  /** Whose switch was flipped; absent: the one above all studios. */
  readonly tenantId?: string;
}

/**
 * One flip was heard of: let the jobs follow, and keep a record of the run, also where there is no scheduler to follow with.
 * What the delivery says about the switch is not looked at, so that late, doubled and disordered deliveries do no harm.
 * Idempotency: it brings about what the switch says now, and a second run finds nothing left to do.
 *
 * Throws SCHEDULER_UNREACHABLE (retryable) where something is left undone, so that it is delivered again, for `GIVE_UP_MS`.
 */
export async function followFlip(deps: Deps, scheduler: JobScheduler | null, flip: Flip): Promise<FollowReport> {
  const runId = `schedulerFollow.${flip.eventId.replaceAll(/[^A-Za-z0-9-]/g, "")}`.slice(0, 80);
  const startedAt = deps.clock.now();
  const run: JobRun = {
    runId,
    job: "schedulerFollow",
    startedBy: "event",
    status: "running",
    startedAt,
    endedAt: null,
    counts: {},
    problem: null,
  };
  const target = flip.tenantId === undefined ? {} : { tenantId: flip.tenantId };
  let report: FollowReport;
  try {
    report = await followControl(deps, scheduler, { requestId: runId, ...target });
  } catch (error) {
    const problem = error instanceof StudioError ? error.code : error instanceof Error ? error.name : typeof error;
    await recordEnd(deps, { ...run, status: "failed", problem }, flip.tenantId);
    if (isWorthAnother(flip, startedAt)) throw error;
    return { counts: NOTHING_DONE, problem };
  }
  const { counts, problem } = report;
  await recordEnd(deps, { ...run, status: counts.failed > 0 ? "failed" : "done", counts, problem }, flip.tenantId);
  if (counts.failed > 0 && isWorthAnother(flip, startedAt))
    throw new StudioError("SCHEDULER_UNREACHABLE", `${counts.failed} scheduled jobs do not follow the switch yet`, {
      isRetryable: true,
    });
  return report;
}

const NOTHING_DONE: FollowReport["counts"] = {
  configured: 1,
  jobs: 0,
  paused: 0,
  freed: 0,
  left: 0,
  missing: 0,
  stuck: 0,
  failed: 0,
};

/** An instant that cannot be compared is worth none: the sweep goes on anyway. */
const isWorthAnother = ({ at }: Flip, now: UtcInstant): boolean => Date.parse(now) - Date.parse(at) < GIVE_UP_MS;
