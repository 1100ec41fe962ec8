import { recordEvent } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import { toDocument } from "../commit/document-change.js";
import { StudioError } from "../commit/studio-error.js";
import type { Commit } from "../commit/transactor.js";
import {
  GLOBAL_CONTROL_PATH,
  MAX_CLAIMS,
  ScheduledJob,
  controlRef,
  inTenant,
  scheduledJobRef,
} from "../contracts/index.js";
import type {
  Actor,
  AuditEvent,
  AuditEventType,
  JobState,
  JsonObject,
  ReasonCode,
  UtcInstant,
} from "../contracts/index.js";
import { effectiveControl, readControls } from "../policy/control.js";
import type { ControlReadings } from "../policy/control.js";
import { decideHold, isHeld } from "./decide-hold.js";
import type { Held, HoldStep, OwnCall, Want } from "./decide-hold.js";
import type { JobOwner, JobScheduler } from "./job-scheduler.js";

/** How often one run looks at a job: look, call, look, and again twice where the switch was flipped meanwhile. */
const MAX_LOOKS = 8;
/** After so long whoever announced a call has ended: far beyond a function's timeout, in milliseconds. */
const CLAIM_MS = 10 * 60_000;

const FOLLOWER: Actor = { type: "system", id: "scheduler-follower", name: "Scheduler follower" };

/** What a run did about one job in the end. */
export type Followed = "rest" | "paused" | "freed" | "left" | "missing" | "stuck";

export interface JobMatter extends JobOwner {
  readonly jobId: string;
  readonly requestId: string;
}

/**
 * Brings one job to where the switch wants it. Each look reads the job at Cloud Scheduler and then, in one transaction, the
 * switch and our record; what is to be called is on record before the call goes out, and the look after it judges anew. So
 * the order in which flips are heard of does not matter, and a run that resumed while somebody stopped pauses again.
 * Throws SCHEDULER_UNREACHABLE, and CONTENTION when other runs keep overtaking this one; both retryable.
 */
export async function followJob(deps: Deps, scheduler: JobScheduler, matter: JobMatter): Promise<Followed> {
  let own: OwnCall | null = null;
  for (let look = 0; look < MAX_LOOKS; look += 1) {
    const seen = await scheduler.get(matter.jobId);
    const looked = await putOnRecord(deps, matter, seen, own);
    const { step } = looked;
    if (step.kind === "rest") return "rest";
    if (step.kind === "settle") return outcomeOf(step);
    const call = step.call === "pause" ? await scheduler.pause(matter.jobId) : await scheduler.resume(matter.jobId);
    own = { ...call, did: step.call, turn: looked.turn, wasOurs: looked.wasOurs };
  }
  throw new StudioError("CONTENTION", "a scheduled job did not come to rest", { isRetryable: true });
}

/** How a job's record reads to the decision. */
export function readHeld(data: JsonObject | null, now: UtcInstant): { held: Held | null; record: ScheduledJob | null } {
  const parsed = ScheduledJob.safeParse(data);
  if (!parsed.success) return { held: null, record: null };
  const record = { ...parsed.data, claims: parsed.data.claims.filter(({ at }) => isUnderWay(at, now)) };
  const { state, turn, claims } = record;
  return { held: { state, turn, claims: claims.map((claim) => claim.turn) }, record };
}

const isUnderWay = (at: UtcInstant, now: UtcInstant): boolean => Date.parse(now) - Date.parse(at) < CLAIM_MS;

/** What the switch wants of this job now: only `normal` lets it start, and a stop of its routine holds it alone. */
export function wantOf(control: ControlReadings, { name }: Pick<JobOwner, "name">, now: UtcInstant): Want {
  return effectiveControl(control, { routineId: name }, now).mode === "normal" ? "free" : "held";
}

interface Looked {
  readonly step: HoldStep;
  readonly turn: number;
  readonly wasOurs: boolean;
}

function putOnRecord(deps: Deps, matter: JobMatter, seen: JobState | null, own: OwnCall | null): Promise<Looked> {
  const { tenantId, jobId, requestId } = matter;
  const ref = scheduledJobRef(jobId);
  return deps.transactor.transact(async (reads): Promise<Commit<Looked>> => {
    const [global, tenant, stored] = await reads.get([
      GLOBAL_CONTROL_PATH,
      inTenant(tenantId, controlRef()),
      inTenant(tenantId, ref),
    ]);
    const now = deps.clock.now();
    const control = readControls(global?.data ?? null, tenant?.data ?? null);
    const { held, record } = readHeld(stored?.data ?? null, now);
    const step = decideHold(wantOf(control, matter, now), held, seen, own);
    const wasOurs = held !== null && isHeld(held.state);
    if (step.kind === "rest") return { changes: [], events: [], answer: { step, turn: held?.turn ?? 0, wasOurs } };

    const eventId = deps.ids.random();
    const { epoch } = effectiveControl(control, {}, now);
    const auditVersion = (record?.auditVersion ?? 0) + 1;
    const turn = (record?.turn ?? 0) + 1;
    const others = (record?.claims ?? []).filter((claim) => claim.turn !== own?.turn);
    const claims = step.state === "pausing" ? [...others.slice(1 - MAX_CLAIMS), { turn, at: now }] : others;
    const next = { jobId, state: step.state, turn, claims, controlEpoch: epoch, auditVersion, lastEventId: eventId };
    const event = recordEvent(
      {
        tenantId,
        at: now,
        actor: FOLLOWER,
        requestId,
        controlEpoch: epoch,
        ...toldOf(step),
        resourceRefs: [{ path: ref, auditVersion }],
        data: { jobId, was: held?.state ?? null, seen },
      },
      eventMeans(deps, eventId),
    );
    const data = toDocument(ScheduledJob.parse({ ...next, updatedAt: now }));
    const change = { op: "set", path: inTenant(tenantId, ref), data } as const;
    return { changes: [change], events: [event], answer: { step, turn, wasOurs } };
  });
}

function outcomeOf(step: Extract<HoldStep, { kind: "settle" }>): Followed {
  if (step.isByHand === true) return "left";
  switch (step.state) {
    case "paused":
    case "missing":
    case "stuck":
      return step.state;
    case "running":
    case "pausing":
    case "resuming":
      return "freed";
  }
}

interface Told {
  readonly type: AuditEventType;
  readonly outcome: AuditEvent["outcome"];
  readonly severity: AuditEvent["severity"];
  readonly reasonCode?: ReasonCode;
}

function toldOf(step: Exclude<HoldStep, { kind: "rest" }>): Told {
  const done = { outcome: "done", severity: "notice" } as const;
  const alarm = { outcome: "refused", severity: "alarm" } as const;
  if (step.kind === "settle" && step.isByHand === true) return { ...done, type: "schedule.left" };
  switch (step.state) {
    case "pausing":
      return { ...done, type: "schedule.pausing" };
    case "paused":
      return { ...done, type: "schedule.paused" };
    case "resuming":
      return { ...done, type: "schedule.resuming" };
    case "running":
      return { ...done, type: "schedule.freed" };
    case "missing":
      return { ...alarm, type: "schedule.missing", reasonCode: "SCHEDULED_JOB_MISSING" };
    case "stuck":
      return { ...alarm, type: "schedule.stuck", reasonCode: "SCHEDULED_JOB_STUCK" };
  }
}
