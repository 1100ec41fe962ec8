import type { CloudSchedulerClient } from "@google-cloud/scheduler/build/src/v1/index.js";
import * as z from "zod";
import { StudioError } from "../commit/studio-error.js";
import { JobState } from "../contracts/index.js";

/** How long one attempt of a call may take, in milliseconds. */
const CALL_TIMEOUT_MS = 5_000;
/** Attempts of one call, the first included, and the wait before the second; each later one waits twice as long. */
const MAX_ATTEMPTS = 4;
const FIRST_WAIT_MS = 250;
/** Jobs on a page of the list (the service's own maximum), and how many pages one run reads. */
const PAGE_SIZE = 500;
const MAX_PAGES = 10;

const GRPC = { DEADLINE_EXCEEDED: 4, NOT_FOUND: 5, RESOURCE_EXHAUSTED: 8, FAILED_PRECONDITION: 9, UNAVAILABLE: 14 };
const TRANSIENT: ReadonlySet<unknown> = new Set([GRPC.DEADLINE_EXCEEDED, GRPC.RESOURCE_EXHAUSTED, GRPC.UNAVAILABLE]);

const Settings = z.object({
  GCLOUD_PROJECT: z.string().regex(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/),
  STUDIO_SCHEDULER_LOCATION: z.string().regex(/^[a-z0-9-]{1,40}$/),
  /** What the names of the studios' jobs begin with. Never empty: every job of the project would be ours. */
  STUDIO_SCHEDULER_JOB_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{2,39}$/)
    .default("studio-"),
});

export type SchedulerConfig =
  | { readonly kind: "cloud"; readonly parent: string; readonly jobPrefix: string }
  | { readonly kind: "none"; readonly why: string };

/**
 * Which scheduler starts this project's jobs? An emulator and a `demo-` project have none: a stop there must never pause a
 * real project's jobs, whatever credentials lie about.
 */
export function schedulerConfig(env: Readonly<Record<string, string | undefined>>): SchedulerConfig {
  if (env["FUNCTIONS_EMULATOR"] === "true" || env["GCLOUD_PROJECT"]?.startsWith("demo-") === true)
    return { kind: "none", why: "an emulator" };
  const settings = Settings.safeParse(env);
  if (!settings.success)
    return {
      kind: "none",
      why: `not configured: ${settings.error.issues.map(({ path }) => path.join(".")).join(", ")}`,
    };
  const { GCLOUD_PROJECT, STUDIO_SCHEDULER_LOCATION, STUDIO_SCHEDULER_JOB_PREFIX } = settings.data;
  const parent = `projects/${GCLOUD_PROJECT}/locations/${STUDIO_SCHEDULER_LOCATION}`;
  return { kind: "cloud", parent, jobPrefix: STUDIO_SCHEDULER_JOB_PREFIX };
}

interface Call {
  readonly outcome: "done" | "refused" | "missing";
  readonly attempts: number;
}

/** What a test puts in the place of the real service: where it listens, and how the connection to it is made. */
export type ClientOptions = NonNullable<ConstructorParameters<typeof CloudSchedulerClient>[0]>;

/**
 * Cloud Scheduler's jobs of one project and location, through Google's client, which is loaded at the first call: most
 * functions have no use for it, and start the sooner. Its own retries are off, for they last ten minutes and leave out pause
 * and resume; here every call is tried `MAX_ATTEMPTS` times, and then SCHEDULER_UNREACHABLE is thrown (retryable).
 */
export function cloudScheduler(
  parent: string,
  options?: ClientOptions,
  wait: (ms: number) => Promise<void> = sleep,
): {
  list(): Promise<{ jobId: string; state: JobState }[]>;
  get(jobId: string): Promise<JobState | null>;
  pause(jobId: string): Promise<Call>;
  resume(jobId: string): Promise<Call>;
  close(): Promise<void>;
} {
  let opening: Promise<CloudSchedulerClient> | undefined;
  const client = (): Promise<CloudSchedulerClient> => (opening ??= openClient(options));
  const nameOf = (jobId: string): string => `${parent}/jobs/${jobId}`;
  const callOptions = { timeout: CALL_TIMEOUT_MS, retry: null, autoPaginate: false };

  const change = async (make: (opened: CloudSchedulerClient) => Promise<unknown>): Promise<Call> => {
    const { answer, attempts } = await attempt(async () => {
      try {
        await make(await client());
        return "done";
      } catch (error) {
        if (codeOf(error) === GRPC.FAILED_PRECONDITION) return "refused";
        if (codeOf(error) === GRPC.NOT_FOUND) return "missing";
        throw error;
      }
    }, wait);
    return { outcome: answer, attempts };
  };

  return {
    async list() {
      const found: { jobId: string; state: JobState }[] = [];
      let pageToken = "";
      for (let page = 0; page < MAX_PAGES; page += 1) {
        const request = { parent, pageSize: PAGE_SIZE, pageToken };
        const { answer } = await attempt(async () => (await client()).listJobs(request, callOptions), wait);
        const [jobs, , response] = answer;
        found.push(...jobs.map(({ name, state }) => ({ jobId: lastSegment(name), state: toState(state) })));
        pageToken = response.nextPageToken ?? "";
        if (pageToken === "") return found;
      }
      // To work on a part of the jobs would let the rest run through a stop in silence.
      throw new StudioError("INTERNAL", `more than ${MAX_PAGES * PAGE_SIZE} scheduled jobs`, { isRetryable: false });
    },
    async get(jobId) {
      const { answer } = await attempt(async () => {
        try {
          const [job] = await (await client()).getJob({ name: nameOf(jobId) }, callOptions);
          return toState(job.state);
        } catch (error) {
          if (codeOf(error) === GRPC.NOT_FOUND) return null;
          throw error;
        }
      }, wait);
      return answer;
    },
    pause: (jobId) => change((opened) => opened.pauseJob({ name: nameOf(jobId) }, callOptions)),
    resume: (jobId) => change((opened) => opened.resumeJob({ name: nameOf(jobId) }, callOptions)),
    async close() {
      await (await opening)?.close();
    },
  };
}

/** The v1 client alone: the package's front door loads every version and two megabytes of message classes. */
async function openClient(options: ClientOptions | undefined): Promise<CloudSchedulerClient> {
  const { CloudSchedulerClient } = await import("@google-cloud/scheduler/build/src/v1/index.js");
  return new CloudSchedulerClient(options);
}

async function attempt<T>(
  call: () => Promise<T>,
  wait: (ms: number) => Promise<void>,
): Promise<{ answer: T; attempts: number }> {
  for (let attempts = 1; ; attempts += 1)
    try {
      return { answer: await call(), attempts };
    } catch (cause) {
      if (!TRANSIENT.has(codeOf(cause))) throw cause;
      if (attempts === MAX_ATTEMPTS)
        throw new StudioError("SCHEDULER_UNREACHABLE", "Cloud Scheduler does not answer", { isRetryable: true, cause });
      // Spread out, so that a hundred stopped jobs do not come back all at once.
      await wait(FIRST_WAIT_MS * 2 ** (attempts - 1) * (0.5 + Math.random()));
    }
}

const codeOf = (error: unknown): unknown =>
  typeof error === "object" && error !== null && "code" in error ? error.code : undefined;

const lastSegment = (name: string | null | undefined): string => (name ?? "").slice((name ?? "").lastIndexOf("/") + 1);

const toState = (state: unknown): JobState => {
  const known = JobState.safeParse(state);
  return known.success ? known.data : "UNKNOWN";
};

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
