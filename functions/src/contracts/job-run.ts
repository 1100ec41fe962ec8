import * as z from "zod";
import { DocId, UtcInstant } from "./primitives.js";

/**
 * One run of a job of the platform, from its beginning to its end. Stored at `tenants/platform/jobRuns/{runId}`, or in the one
 * studio that it was for; written by functions only. A scheduled run is named after its slot, so that one slot is run once; `running` long after `startedAt`
 * means that the process died, and the next slot does the work.
 */
export const JobRun = z.strictObject({
  runId: DocId,
  job: DocId,
  startedBy: z.enum(["schedule", "hand", "event"]),
  status: z.enum(["running", "done", "failed"]),
  startedAt: UtcInstant,
  endedAt: UtcInstant.nullable(),
  /** What it did, counted. */
  counts: z.record(z.string(), z.int().min(0)),
  /** The name of what failed; null when nothing did. */
  problem: z.string().max(200).nullable(),
});
export type JobRun = z.infer<typeof JobRun>;
