import { write } from "firebase-functions/logger";
import { onTaskDispatched } from "firebase-functions/v2/tasks";
import type { TaskQueueFunction, TaskQueueOptions } from "firebase-functions/v2/tasks";
import * as z from "zod";
import type { Deps } from "../commit/deps.js";
import { TenantId } from "../contracts/index.js";
import { openBucket, openKms, readSecret } from "../platform/google-clients.js";
import { database } from "../platform/database.js";
import { enqueueTask } from "../platform/task-queue.js";
import { bucketStore } from "./bucket-store.js";
import { checkpointSigner } from "./checkpoint-signer.js";
import type { CheckpointSigner } from "./checkpoint-signer.js";
import { firestoreLogStore } from "./firestore-log-store.js";
import { firestoreLogWork } from "./firestore-work-store.js";
import { folderStore } from "./folder-store.js";
import { logKeys } from "./log-keys.js";
import { readLogSettings } from "./log-settings.js";
import { nodeCrypto } from "./node-crypto.js";
import { sequenceLog } from "./sequence-log.js";
import type { SequencerMeans } from "./sequencer-means.js";
import { signerMemory } from "./signer-memory.js";
import { sweepLogs } from "./sweep-logs.js";
import type { SweepCounts } from "./sweep-logs.js";
import { sequencerWaker } from "./wake-sequencer.js";

/**
 * One instance: a studio's runs do not race, and the lease is rarely asked for. What a run leaves (somebody else is at it, a service is
 * out of reach) is tried again, then found by the sweep. Of all functions these alone may use the signing key and the signer's memory.
 */
const OPTIONS = {
  region: "us-central1",
  memory: "512MiB",
  serviceAccount: "audit-signer@",
  timeoutSeconds: 60,
  concurrency: 20,
  maxInstances: 1,
  retryConfig: { maxAttempts: 4, minBackoffSeconds: 2, maxBackoffSeconds: 15 },
  rateLimits: { maxConcurrentDispatches: 20 },
} as const satisfies TaskQueueOptions;

const Task = z.strictObject({ tenantId: TenantId });

let signer: Promise<CheckpointSigner> | undefined;

/** `auditSequence`: one run for one studio. Idempotency: a run that finds nothing to do does nothing. */
export function sequenceFunction(deps: () => Deps): TaskQueueFunction<{ tenantId: string }> {
  return onTaskDispatched<{ tenantId: string }>(OPTIONS, async ({ data, id }) => {
    const { tenantId } = Task.parse(data);
    const report = await sequenceLog(await sequencerMeans(deps(), `task-${id}`), tenantId);
    write({ severity: "INFO", component: "auditSequence", event: "log.sequenced", tenantId, ...report });
    if (report.outcome === "busy" || report.outcome === "lost" || report.outcome === "more")
      throw new Error(`the log is not done: ${report.outcome}`);
  });
}

/** The run of the minute over all studios. */
export function sweepAllLogs(deps: Deps, requestId: string): Promise<SweepCounts> {
  return sweepLogs({
    alarms: { deps, requestId },
    work: firestoreLogWork(database()),
    open: () => sequencerMeans(deps, requestId),
    onFailure: (tenantId, error) => warn("log.run_failed", tenantId, error),
  });
}

/** Asks for a run of `auditSequence`, and lets the caller go on. */
export const wakeSequencer = sequencerWaker(
  ({ tenantId, taskId, delaySeconds }) => enqueueTask("auditSequence", { taskId, delaySeconds, data: { tenantId } }),
  () => Date.now(),
  (tenantId, error) => warn("log.not_woken", tenantId, error),
);

async function sequencerMeans(deps: Deps, requestId: string): Promise<SequencerMeans> {
  signer ??= openSigner();
  // What failed is tried again the next time.
  signer.catch(() => (signer = undefined));
  const store = firestoreLogStore(database());
  return { deps, requestId, sha256: nodeCrypto.sha256, store, signer: await signer };
}

async function openSigner(): Promise<CheckpointSigner> {
  const { host, keys, memory } = readLogSettings(process.env);
  const store = memory.kind === "folder" ? folderStore(memory.path) : bucketStore(await openBucket(memory.name));
  const sources = { kms: openKms, secret: readSecret };
  return checkpointSigner(nodeCrypto, signerMemory(nodeCrypto.sha256, store, host), logKeys(keys, sources));
}

function warn(event: string, tenantId: string, error: unknown): void {
  const problem = error instanceof Error ? error.name : typeof error;
  write({ severity: "WARNING", component: "auditSequence", event, tenantId, problem });
}
