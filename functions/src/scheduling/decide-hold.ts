import type { JobState, ScheduledJob } from "../contracts/index.js";
import type { JobCall } from "./job-scheduler.js";

/** What the switch wants of a job: that it does not start, or that it is as its people left it. */
export type Want = "held" | "free";

/** What is on record about a job, as far as it matters here. */
export interface Held {
  readonly state: ScheduledJob["state"];
  readonly turn: number;
  /** The turns whose announced pause may still be under way, in a run that is slow or has crashed. */
  readonly claims: readonly number[];
}

/** The call that this very run has just made, for a job whose state it has looked up again since. */
export interface OwnCall extends JobCall {
  readonly did: "pause" | "resume";
  /** Of the record that announced it. */
  readonly turn: number;
  /** The job was ours before that already, so that a pause which is found may be an earlier run's. */
  readonly wasOurs: boolean;
}

export type HoldStep =
  /** It is as it should be, or not ours to change. */
  | { readonly kind: "rest" }
  /** Put on record what is. */
  | { readonly kind: "settle"; readonly state: ScheduledJob["state"]; readonly isByHand?: true }
  /** Put on record what is about to be done, do it, and look again. */
  | { readonly kind: "call"; readonly call: "pause" | "resume"; readonly state: "pausing" | "resuming" };

const REST: HoldStep = { kind: "rest" };
const settle = (state: ScheduledJob["state"]): HoldStep => ({ kind: "settle", state });

/**
 * What is to be done about one job (M04.5)? A stopped job that runs is paused, whoever started it: a stop is a stop. A job is
 * resumed only where its pause is ours; paused with nothing on record means paused by hand, and stays.
 *
 * Between our word that we will pause a job and its record lies the call, and a crash there leaves `pausing`: the job ran
 * when that was written, so a pause that is found then counts as ours. Only this run's own first call, refused because the
 * job was paused already, tells for certain that somebody else was faster. And a call that is under way in another run may
 * land late, so nothing is let go of before every run that announced one has ended.
 */
export function decideHold(want: Want, record: Held | null, seen: JobState | null, own: OwnCall | null): HoldStep {
  const state = record?.state ?? "running";
  const isTrouble = state === "missing" || state === "stuck";
  const isClaimed = record?.claims.some((turn) => turn !== own?.turn) === true;
  if (seen === null) return state === "running" || state === "missing" ? REST : settle("missing");
  if (seen === "PAUSED" && !isClaimed && isForeign(record, own))
    return { kind: "settle", state: "running", isByHand: true };
  const isOurs = isHeld(state) || isClaimed || (own?.did === "pause" && own.outcome === "done");

  if (want === "held")
    switch (seen) {
      case "ENABLED":
        return { kind: "call", call: "pause", state: "pausing" };
      case "PAUSED":
        if (isOurs) return state === "paused" ? REST : settle("paused");
        return isTrouble ? settle("running") : REST;
      case "DISABLED": // Cloud Scheduler has given it up: it starts nothing, and to mend it is not in our power.
        return isOurs || isTrouble ? settle("running") : REST;
      case "UPDATE_FAILED":
      case "UNKNOWN": // It may start, and cannot be paused (PauseJob needs ENABLED): somebody has to look.
        return state === "stuck" ? REST : settle("stuck");
    }

  if (seen === "PAUSED" && isOurs) return { kind: "call", call: "resume", state: "resuming" };
  // Another run may be about to pause it: we hold on to it until that run has ended for certain.
  if (isClaimed) return REST;
  return isHeld(state) || isTrouble ? settle("running") : REST;
}

/** Does this record say that the job's pause is ours, or may be? */
export const isHeld = (state: ScheduledJob["state"]): boolean =>
  state === "pausing" || state === "paused" || state === "resuming";

const isForeign = (record: Held | null, own: OwnCall | null): boolean =>
  own !== null &&
  own.did === "pause" &&
  own.turn === record?.turn &&
  !own.wasOurs &&
  own.outcome === "refused" &&
  own.attempts === 1;
