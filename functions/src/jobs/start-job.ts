import { recordEvent } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import { accept, refuse } from "../commit/outcome.js";
import type { Outcome } from "../commit/outcome.js";
import { API_ROUTES, controlRef, inTenant } from "../contracts/index.js";
import type { HumanActor, ReasonCode, Role, RouteAnswer } from "../contracts/index.js";
import { readControl } from "../policy/control.js";
import { rolesHeld } from "../policy/staff.js";
import { runJob } from "./run-job.js";
import type { Job } from "./run-job.js";

export interface StartJob {
  readonly actor: HumanActor;
  readonly tenantId: string;
  readonly requestId: string;
  /** The job's name. */
  readonly job: string;
}

type Answer = RouteAnswer<"runJob">;
const STARTERS: readonly Role[] = API_ROUTES.runJob.roles;

/**
 * Starts a job by hand, with the code that its schedule runs, and puts on record who did. Jobs serve all studios and are safe to be
 * done twice; what they counted is not told, because it is other studios' as well. Refuses with ROLE_MISSING and NOT_FOUND. Throws what
 * the job throws, after its record says that it failed.
 */
export async function startJob(deps: Deps, jobs: readonly Job[], command: StartJob): Promise<Outcome<Answer>> {
  const job = jobs.find(({ name }) => name === command.job);
  const refusal = await putOnRecord(deps, command, job === undefined ? "NOT_FOUND" : null);
  if (refusal !== null || job === undefined) return refuse(refusal ?? "NOT_FOUND");
  const run = await runJob(deps, job, "hand");
  // A run by hand has an id of its own, so its slot is never taken.
  if (run === null) return refuse("CONTENTION");
  const { runId, startedBy, status, startedAt, endedAt, problem } = run;
  return accept({ run: { runId, job: run.job, startedBy, status, startedAt, endedAt, problem } });
}

function putOnRecord(
  deps: Deps,
  { actor, tenantId, requestId, job }: StartJob,
  problem: ReasonCode | null,
): Promise<ReasonCode | null> {
  return deps.transactor.transact(async (reads) => {
    const [control] = await reads.get([inTenant(tenantId, controlRef())]);
    const held = rolesHeld(readControl(control?.data ?? null), actor);
    const reasonCode = held.some((role) => STARTERS.includes(role)) ? problem : "ROLE_MISSING";
    const event = recordEvent(
      {
        tenantId,
        type: "job.started_by_hand",
        at: deps.clock.now(),
        actor,
        outcome: reasonCode === null ? "done" : "refused",
        reasonCode,
        requestId,
        data: { job },
      },
      eventMeans(deps),
    );
    return { changes: [], events: [event], answer: reasonCode };
  });
}
