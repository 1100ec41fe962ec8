import { write } from "firebase-functions/logger";
import { onSchedule } from "firebase-functions/v2/scheduler";
import type { ScheduleFunction, ScheduleOptions } from "firebase-functions/v2/scheduler";
import type { Deps } from "../commit/deps.js";
import { runJob } from "./run-job.js";
import type { Job } from "./run-job.js";

/** Shorter than a slot, so that one run is over, or given up, before the next begins. */
const OPTIONS = {
  schedule: "every 1 minutes",
  timeZone: "Etc/UTC",
  region: "us-central1",
  memory: "256MiB",
  timeoutSeconds: 50,
  maxInstances: 1,
  retryCount: 0,
} as const satisfies ScheduleOptions;

/** A job as a scheduled function: nothing but its run, and a log line. */
export function jobFunction(
  job: Job,
  deps: () => Deps,
  options: Partial<Pick<ScheduleOptions, "schedule" | "serviceAccount" | "timeoutSeconds">> = {},
): ScheduleFunction {
  return onSchedule({ ...OPTIONS, ...options }, async () => {
    const run = await runJob(deps(), job, "schedule");
    const said = run === null ? { event: "job.slot_taken" } : { event: "job.ended", runId: run.runId, ...run.counts };
    write({ severity: "INFO", component: job.name, ...said });
  });
}
