import type { JobState } from "../contracts/index.js";

interface SeenJob {
  readonly jobId: string;
  readonly state: JobState;
}

/** What came of a call. `refused`: FAILED_PRECONDITION, the job is not in the state that the call starts from. */
export interface JobCall {
  readonly outcome: "done" | "refused" | "missing";
  /** More than one: an earlier attempt may have gone through though its answer did not come back. */
  readonly attempts: number;
}

/**
 * The scheduler that starts this project's jobs from outside, as far as a stop needs it. Every call tries again a bounded
 * number of times where the service is out of reach, and then throws SCHEDULER_UNREACHABLE (retryable).
 */
export interface JobScheduler {
  /** Every job of the project's location, ours and others. */
  list(): Promise<readonly SeenJob[]>;
  /** null: there is no such job. */
  get(jobId: string): Promise<JobState | null>;
  pause(jobId: string): Promise<JobCall>;
  resume(jobId: string): Promise<JobCall>;
  /** Whose job is this, by its name? null: nobody's that we know. */
  ownerOf(jobId: string): JobOwner | null;
}

export interface JobOwner {
  readonly tenantId: string;
  /** What the job starts, in that studio: a routine's id. */
  readonly name: string;
}
