import { write } from "firebase-functions/logger";
import { onDocumentWritten } from "firebase-functions/v2/firestore";
import type { CloudFunction } from "firebase-functions/v2";
import type { Change, DocumentOptions, DocumentSnapshot, FirestoreEvent } from "firebase-functions/v2/firestore";
import type { Deps } from "../commit/deps.js";
import { GLOBAL_CONTROL_PATH } from "../contracts/index.js";
import { followFlip } from "./follow-flip.js";
import type { Flip } from "./follow-flip.js";
import type { JobScheduler } from "./job-scheduler.js";

const OPTIONS = {
  region: "us-central1",
  memory: "256MiB",
  timeoutSeconds: 300,
  maxInstances: 2,
  retry: true,
} as const satisfies Omit<DocumentOptions, "document">;

type Written<Params> = FirestoreEvent<Change<DocumentSnapshot> | undefined, Params>;

/** `schedulerFollow`: pauses and resumes a studio's scheduled jobs after each flip of its switch. */
export function schedulerFollowFunction(
  deps: () => Deps,
  scheduler: () => JobScheduler | null,
): CloudFunction<Written<{ tenantId: string }>> {
  const options = { ...OPTIONS, document: "tenants/{tenantId}/control/state" as const };
  return onDocumentWritten(options, async ({ data, params, id, time }) => {
    if (isFlip(data)) await follow(deps(), scheduler(), { eventId: id, at: time, tenantId: params.tenantId });
  });
}

/** `schedulerFollowGlobal`: the same for all studios, after each flip of the switch above them. */
export function schedulerFollowGlobalFunction(
  deps: () => Deps,
  scheduler: () => JobScheduler | null,
): CloudFunction<Written<Record<string, string>>> {
  const options = { ...OPTIONS, document: GLOBAL_CONTROL_PATH };
  return onDocumentWritten(options, async ({ data, id, time }) => {
    if (isFlip(data)) await follow(deps(), scheduler(), { eventId: id, at: time });
  });
}

/** Every flip grows the epoch, and whoever writes past the functions may change the mode alone. */
function isFlip(data: Change<DocumentSnapshot> | undefined): boolean {
  const said = (snapshot: DocumentSnapshot | undefined): string =>
    JSON.stringify([snapshot?.exists, snapshot?.get("epoch"), snapshot?.get("mode")]);
  return said(data?.before) !== said(data?.after);
}

async function follow(deps: Deps, scheduler: JobScheduler | null, flip: Flip): Promise<void> {
  const { counts, problem } = await followFlip(deps, scheduler, flip);
  const severity = counts.failed + counts.missing + counts.stuck > 0 ? "ERROR" : "NOTICE";
  write({
    severity: problem === "NO_SCHEDULER" ? "WARNING" : severity,
    component: "schedulerFollow",
    event: "schedule.followed",
    tenantId: flip.tenantId ?? "all",
    problem,
    ...counts,
  });
}
