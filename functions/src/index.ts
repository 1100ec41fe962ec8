import {
  LOG_ACCOUNT,
  checkEveryLog,
  sealEveryLog,
  sequenceFunction,
  sweepAllLogs,
  wakeSequencer,
} from "./audit/log-trigger.js";
import { wakingTransactor } from "./audit/wake-sequencer.js";
import { auditLogFunction } from "./audit-access/audit-log-trigger.js";
import { bucketExportFiles } from "./audit-access/bucket-export-files-store.js";
import { exportFunction } from "./audit-access/export-trigger.js";
import type { GenerateDeps } from "./audit-access/generate-export.js";
import { openExportFiles, readVerifier } from "./audit-access/open-export-files.js";
import { firestoreLogStore } from "./audit/firestore-log-store.js";
import { nodeCrypto } from "./audit/node-crypto.js";
import { postText } from "./audit/post-text.js";
import { readCosignatures } from "./audit/witness-logs.js";
import type { WitnessDeps } from "./audit/witness-logs.js";
import { readWitnesses } from "./audit/witness-settings.js";
import { apiFunction } from "./api/api-trigger.js";
import { apiHandlers } from "./api/handlers.js";
import { recordAccessRefusal } from "./api/record-access-refusal.js";
import type { UplinkDeps } from "./devices/ingest-envelope.js";
import { jobFunction } from "./jobs/job-trigger.js";
import {
  auditCheckJob,
  auditJob,
  auditSealJob,
  deviceWatchJob,
  expiryJob,
  exportJob,
  exportRetentionJob,
  firingThinJob,
  outboxJob,
  purgeJob,
  quotaJob,
  reminderJob,
  schedulerJob,
  witnessJob,
} from "./jobs/jobs.js";
import { outboxPublishFunction, studioEventsPushFunction } from "./outbox/outbox-trigger.js";
import { cloudScheduler, schedulerConfig } from "./platform/cloud-scheduler.js";
import { publishStudioEvent } from "./platform/event-publisher.js";
import { setClaims } from "./platform/auth-claims.js";
import { fromFirestore } from "./platform/firestore-codec.js";
import { staffClaimsFunction } from "./policy/staff-claims-trigger.js";
import { deadLetterPushFunction, uplinkPushFunction } from "./devices/push-trigger.js";
import { database } from "./platform/database.js";
import { productionDeps, randomId } from "./platform/production-deps.js";
import { verifyToken } from "./platform/verify-token.js";
import { controlFlipFunction, globalControlFlipFunction } from "./proposals/control-flip-trigger.js";
import { decideAgentSubmission } from "./proposals/submit-for-agent.js";
import { schedulerFollowFunction, schedulerFollowGlobalFunction } from "./scheduling/follow-trigger.js";
import { jobOwner } from "./scheduling/job-names.js";
import type { JobScheduler } from "./scheduling/job-scheduler.js";

/** Every deployed function, one export a line; an export's name is its deployed id. */
const deps = (): UplinkDeps => {
  const opened = productionDeps();
  const base = { ...opened, transactor: wakingTransactor(opened.transactor, wakeSequencer) };
  return { ...base, submitAgentProposal: (reads, submission) => decideAgentSubmission(base, reads, submission) };
};
const uplink = { deps, env: process.env };
const publisher = { publish: publishStudioEvent };
const exportMeans = (): GenerateDeps => ({
  ...deps(),
  log: firestoreLogStore(database()),
  files: openExportFiles(process.env, bucketExportFiles),
  sha256Bytes: nodeCrypto.sha256,
  verifier: readVerifier,
});
const witnessMeans = (): WitnessDeps => ({
  ...deps(),
  log: firestoreLogStore(database()),
  crypto: nodeCrypto,
  post: postText(fetch),
  witnesses: readWitnesses(nodeCrypto, process.env),
});
const outbox = outboxJob(() => publisher);
const exporting = exportJob(exportMeans);
const exportRemoval = exportRetentionJob(exportMeans);
const witnessing = witnessJob(witnessMeans);
let openedScheduler: JobScheduler | undefined;
const scheduler = (): JobScheduler | null => {
  const config = schedulerConfig(process.env);
  if (config.kind === "none") return null;
  openedScheduler ??= { ...cloudScheduler(config.parent), ownerOf: (jobId) => jobOwner(config.jobPrefix, jobId) };
  return openedScheduler;
};
const following = schedulerJob(scheduler);

export const api = apiFunction(() => ({
  handlers: apiHandlers(deps, {
    log: () => firestoreLogStore(database()),
    jobs: [
      ...[expiryJob, reminderJob, outbox, purgeJob, quotaJob, deviceWatchJob, firingThinJob],
      ...[exporting, exportRemoval, witnessing, following],
    ],
  }),
  verifyToken,
  recordRefusal: (refusal) => recordAccessRefusal(deps(), refusal),
  nowMs: () => Date.now(),
  newRequestId: randomId,
}));
export const agentUplinkPush = uplinkPushFunction(uplink);
export const agentUplinkDeadLetterPush = deadLetterPushFunction(uplink);
export const outboxPublish = outboxPublishFunction(deps, publisher);
export const studioEventsPush = studioEventsPushFunction(deps, process.env);
export const expirySweep = jobFunction(expiryJob, deps);
export const reminderSweep = jobFunction(reminderJob, deps);
export const outboxSweep = jobFunction(outbox, deps);
export const deviceWatch = jobFunction(deviceWatchJob, deps);
export const firingThin = jobFunction(firingThinJob, deps, { schedule: "every day 03:40" });
export const quotaRecount = jobFunction(quotaJob, deps, { schedule: "every day 03:20", timeoutSeconds: 1_800 });
export const retentionPurge = jobFunction(purgeJob, deps, { schedule: "every day 04:10" });
export const auditSequence = sequenceFunction(deps);
export const auditSweep = jobFunction(auditJob(sweepAllLogs), deps, { serviceAccount: LOG_ACCOUNT });
export const auditCheck = jobFunction(auditCheckJob(checkEveryLog), deps, {
  schedule: "every day 02:40",
  serviceAccount: LOG_ACCOUNT,
  timeoutSeconds: 1_800,
});
export const auditSeal = jobFunction(auditSealJob(sealEveryLog), deps, {
  schedule: "every day 03:00",
  serviceAccount: LOG_ACCOUNT,
  timeoutSeconds: 1_800,
});
export const staffClaimsSync = staffClaimsFunction(setClaims, fromFirestore);
export const controlFlip = controlFlipFunction(deps);
export const globalControlFlip = globalControlFlipFunction(deps);
export const auditLog = auditLogFunction(() => {
  const means = deps();
  const log = firestoreLogStore(database());
  return {
    deps: means,
    log: { ...log, cosignatures: (tenantId, epoch, size) => readCosignatures(means, tenantId, epoch, size) },
    files: () => openExportFiles(process.env, bucketExportFiles),
    verifyToken,
    recordRefusal: (refusal) => recordAccessRefusal(means, refusal),
  };
}, randomId);
export const exportRequested = exportFunction(exportMeans);
export const exportSweep = jobFunction(exporting, deps);
export const exportRetention = jobFunction(exportRemoval, deps, { schedule: "every day 04:30", timeoutSeconds: 540 });
export const witnessSweep = jobFunction(witnessing, deps);
export const schedulerFollow = schedulerFollowFunction(deps, scheduler);
export const schedulerFollowGlobal = schedulerFollowGlobalFunction(deps, scheduler);
export const schedulerSweep = jobFunction(following, deps, { schedule: "every 5 minutes" });
