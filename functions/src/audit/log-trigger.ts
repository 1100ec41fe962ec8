import { write } from "firebase-functions/logger";
import { onTaskDispatched } from "firebase-functions/v2/tasks";
import type { TaskQueueFunction, TaskQueueOptions } from "firebase-functions/v2/tasks";
import * as z from "zod";
import type { Deps } from "../commit/deps.js";
import { TenantId } from "../contracts/index.js";
import { database } from "../platform/database.js";
import { enqueueTask } from "../platform/task-queue.js";
import { checkAllLogs } from "./check-all-logs.js";
import type { CheckCounts } from "./check-all-logs.js";
import { firestoreLogWork } from "./firestore-work-store.js";
import { openLogMeans } from "./open-log-means.js";
import { sealAllLogs } from "./seal-all-logs.js";
import type { SealCounts } from "./seal-all-logs.js";
import { sequenceLog } from "./sequence-log.js";
import { sweepLogs } from "./sweep-logs.js";
import type { SweepCounts } from "./sweep-logs.js";
import { sequencerWaker } from "./wake-sequencer.js";

/**
 * The account of the functions that sign: of all of them these alone may use the signing key and the signer's memory, and the functions
 * that answer people may not.
 */
export const LOG_ACCOUNT = "audit-signer@";

/** The emulator serves every dispatch in a process of its own, and starts more of them the slower the machine gets. */
const AT_ONCE = process.env["FUNCTIONS_EMULATOR"] === "true" ? 2 : 20;

/**
 * One instance: a studio's runs do not race, and the lease is rarely asked for. What a run leaves (somebody else is at it, a service is
 * out of reach) is tried again, then found by the sweep.
 */
const OPTIONS = {
  region: "us-central1",
  memory: "512MiB",
  serviceAccount: LOG_ACCOUNT,
  timeoutSeconds: 60,
  concurrency: AT_ONCE,
  maxInstances: 1,
  retryConfig: { maxAttempts: 4, minBackoffSeconds: 2, maxBackoffSeconds: 15 },
  rateLimits: { maxConcurrentDispatches: AT_ONCE },
} as const satisfies TaskQueueOptions;

const Task = z.strictObject({ tenantId: TenantId });
/** What another run or the next attempt has to go on with. */
const NOT_DONE: ReadonlySet<string> = new Set(["busy", "lost", "more"]);

/** `auditSequence`: one run for one studio. Idempotency: a run that finds nothing to do does nothing. */
export function sequenceFunction(deps: () => Deps): TaskQueueFunction<{ tenantId: string }> {
  return onTaskDispatched<{ tenantId: string }>(OPTIONS, async ({ data, id }) => {
    const { tenantId } = Task.parse(data);
    const report = await sequenceLog(await openLogMeans(deps(), `task-${id}`), tenantId);
    write({ severity: "INFO", component: "auditSequence", event: "log.sequenced", tenantId, ...report });
    if (NOT_DONE.has(report.outcome)) throw new Error(`the log is not done: ${report.outcome}`);
  });
}

/** The run of the minute over all studios. */
export function sweepAllLogs(deps: Deps, requestId: string): Promise<SweepCounts> {
  return sweepLogs({
    alarms: { deps, requestId },
    work: firestoreLogWork(database()),
    open: () => openLogMeans(deps, requestId),
    onFailure: (tenantId, error) => warn("log.run_failed", tenantId, error),
  });
}

/** The run of the night over all studios. */
export async function checkEveryLog(deps: Deps, requestId: string): Promise<CheckCounts> {
  const studios = (await database().collection("tenants").listDocuments()).map(({ id }) => id);
  const means = await openLogMeans(deps, requestId);
  return checkAllLogs(means, studios, (tenantId, error) => warn("log.check_failed", tenantId, error));
}

/** The run of the night that seals what was signed, in all studios. */
export async function sealEveryLog(deps: Deps, requestId: string): Promise<SealCounts> {
  const studios = (await database().collection("tenants").listDocuments()).map(({ id }) => id);
  const means = await openLogMeans(deps, requestId);
  return sealAllLogs(means, studios, (tenantId, error) => warn("log.seal_failed", tenantId, error));
}

/** Asks for a run of `auditSequence`, and lets the caller go on. */
export const wakeSequencer = sequencerWaker(
  ({ tenantId, taskId, delaySeconds }) => enqueueTask("auditSequence", { taskId, delaySeconds, data: { tenantId } }),
  () => Date.now(),
  (tenantId, error) => warn("log.not_woken", tenantId, error),
);

function warn(event: string, tenantId: string, error: unknown): void {
  const problem = error instanceof Error ? error.name : typeof error;
  write({ severity: "WARNING", component: "audit", event, tenantId, problem });
}
