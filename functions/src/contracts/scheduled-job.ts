import * as z from "zod";
import { DocId, UtcInstant } from "./primitives.js";

/**
 * A job's state at Cloud Scheduler (google.cloud.scheduler.v1 `Job.State`). `UNKNOWN` stands for every word that this list
 * does not have.
 */
export const JobState = z.enum(["ENABLED", "PAUSED", "DISABLED", "UPDATE_FAILED", "UNKNOWN"]);
export type JobState = z.infer<typeof JobState>;

/** So many runs may be about to pause one job at once; with more, the oldest is taken to have ended. */
export const MAX_CLAIMS = 20;

/**
 * What we did to one Cloud Scheduler job of a studio, and hence whose it is to resume: only what stands here as paused by us
 * is resumed on release, so that a job which somebody paused by hand stays paused. Stored at `scheduledJobs/{jobId}`;
 * written by functions only; kept for ever.
 *
 * `pausing` and `resuming` are written before the call goes out, so that a crash between the call and its record leaves a
 * trace. `running` is not ours any more; `missing` and `stuck` are alarms: the job is gone, or Cloud Scheduler holds it in a
 * state that it cannot be paused from.
 */
export const ScheduledJob = z.strictObject({
  jobId: DocId,
  state: z.enum(["pausing", "paused", "resuming", "running", "missing", "stuck"]),
  /** Grows with every change: whoever finds another turn than their own was overtaken. */
  turn: z.int().min(1),
  /** The turns that announced a pause and have not said yet what came of it. */
  claims: z.array(z.strictObject({ turn: z.int().min(1), at: UtcInstant })).max(MAX_CLAIMS),
  /** Of the control documents that the change was decided on. */
  controlEpoch: z.int().min(0),
  auditVersion: z.int().min(1),
  lastEventId: DocId,
  updatedAt: UtcInstant,
});
export type ScheduledJob = z.infer<typeof ScheduledJob>;
