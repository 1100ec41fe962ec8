import { Server, ServerCredentials, credentials, loadPackageDefinition, status } from "@grpc/grpc-js";
import type { GrpcObject, ServiceClientConstructor, ServerUnaryCall, sendUnaryData } from "@grpc/grpc-js";
import { fromJSON } from "@grpc/proto-loader";
import protos from "@google-cloud/scheduler/build/protos/protos.json" with { type: "json" };
import type { ClientOptions } from "../../src/platform/cloud-scheduler.js";
import type { JobState } from "../../src/contracts/index.js";

export const PARENT = "projects/kiln-house/locations/us-central1";

type Method = "listJobs" | "getJob" | "pauseJob" | "resumeJob";
type State = Exclude<JobState, "UNKNOWN"> | "STATE_UNSPECIFIED";

/** How one call goes wrong. `isApplied`: it takes effect, and only the answer is lost. */
interface Fault {
  readonly code: status;
  readonly isApplied?: boolean;
}

/**
 * Cloud Scheduler as far as a stop needs it: a real gRPC server on a port of its own that speaks google.cloud.scheduler.v1
 * by the protos of Google's own package. Pausing needs ENABLED and resuming PAUSED, or it answers FAILED_PRECONDITION
 * (cloudscheduler.proto).
 */
export interface SchedulerServer {
  readonly jobs: Map<string, State>;
  /** Every call that came in, in order: `pauseJob studio-kiln-house_digest`. */
  readonly calls: string[];
  /** The next calls of this method go wrong, one after the other. */
  fail(method: Method, ...faults: Fault[]): void;
  /** Runs before a call takes effect, however long it takes. */
  before(method: Method, hook: (jobId: string) => Promise<void> | void): void;
  readonly options: ClientOptions;
  close(): void;
}

interface Request {
  readonly name?: string;
  readonly parent?: string;
  readonly pageSize?: number;
  readonly pageToken?: string;
}

export async function openSchedulerServer(jobs: Record<string, State> = {}): Promise<SchedulerServer> {
  const stored = new Map(Object.entries(jobs));
  const calls: string[] = [];
  const faults = new Map<Method, Fault[]>();
  const hooks = new Map<Method, (jobId: string) => Promise<void> | void>();

  const answerWith =
    (method: Method, apply: (request: Request) => object | Fault) =>
    ({ request }: ServerUnaryCall<Request, object>, reply: sendUnaryData<object>): void => {
      const jobId = idOf(request);
      calls.push(`${method} ${jobId}`.trim());
      const answered = Promise.resolve(hooks.get(method)?.(jobId)).then(() => {
        const fault = faults.get(method)?.shift();
        const answer = fault === undefined || fault.isApplied === true ? apply(request) : fault;
        const error = fault ?? (isFault(answer) ? answer : null);
        if (error === null) reply(null, answer);
        else reply({ code: error.code, details: "injected or refused" });
      });
      answered.catch((error: unknown) => {
        reply({ code: status.INTERNAL, details: String(error) });
      });
    };
  const change = (from: State, to: State) => (request: Request) => {
    const state = stored.get(idOf(request));
    if (state === undefined) return { code: status.NOT_FOUND };
    if (state !== from) return { code: status.FAILED_PRECONDITION };
    stored.set(idOf(request), to);
    return toJob(idOf(request), to);
  };

  const server = new Server();
  server.addService(serviceOf(), {
    listJobs: answerWith("listJobs", ({ pageSize = 0, pageToken = "" }) => {
      const from = Number(pageToken === "" ? 0 : pageToken);
      const page = [...stored].slice(from, from + pageSize);
      const next = from + pageSize < stored.size ? String(from + pageSize) : "";
      return { jobs: page.map(([jobId, state]) => toJob(jobId, state)), nextPageToken: next };
    }),
    getJob: answerWith("getJob", (request) => {
      const state = stored.get(idOf(request));
      return state === undefined ? { code: status.NOT_FOUND } : toJob(idOf(request), state);
    }),
    pauseJob: answerWith("pauseJob", change("ENABLED", "PAUSED")),
    resumeJob: answerWith("resumeJob", change("PAUSED", "ENABLED")),
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return {
    jobs: stored,
    calls,
    fail: (method, ...more) => faults.set(method, [...(faults.get(method) ?? []), ...more]),
    before: (method, hook) => hooks.set(method, hook),
    // Without this the client would look for Google's credentials, and speak TLS.
    options: { servicePath: "127.0.0.1", port, sslCreds: credentials.createInsecure(), projectId: "kiln-house" },
    close: () => server.forceShutdown(),
  };
}

function serviceOf(): ServiceClientConstructor["service"] {
  const definition = fromJSON(protos, {
    keepCase: false,
    longs: String,
    enums: String,
    defaults: true,
  });
  const at = (object: GrpcObject, name: string): GrpcObject => object[name] as GrpcObject;
  const v1 = ["google", "cloud", "scheduler", "v1"].reduce(at, loadPackageDefinition(definition));
  return (v1["CloudScheduler"] as ServiceClientConstructor).service;
}

const idOf = ({ name = "" }: Request): string => name.slice(name.lastIndexOf("/") + 1);
const toJob = (jobId: string, state: State): object => ({ name: `${PARENT}/jobs/${jobId}`, state });
const isFault = (answer: object): answer is Fault => "code" in answer;
