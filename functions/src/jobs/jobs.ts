import type { EventPublisher } from "../outbox/publish-outbox.js";
import { sweepOutbox } from "../outbox/publish-outbox.js";
import { runPurges } from "../governance/run-purges.js";
import { thinFiringLogs, watchDevices } from "../devices/watch-devices.js";
import { recountQuotas } from "../policy/recount-quotas.js";
import { sweepExpired } from "../proposals/expire.js";
import { sweepReminders } from "../proposals/remind.js";
import type { CheckCounts } from "../audit/check-all-logs.js";
import type { SealCounts } from "../audit/seal-all-logs.js";
import type { SweepCounts } from "../audit/sweep-logs.js";
import type { Deps } from "../commit/deps.js";
import { removeExportFiles } from "../audit-access/remove-export-files.js";
import type { RemovalDeps } from "../audit-access/remove-export-files.js";
import { sweepExports } from "../audit-access/sweep-exports.js";
import type { GenerateDeps } from "../audit-access/generate-export.js";
import { sweepWitnesses } from "../audit/sweep-witnesses.js";
import type { WitnessDeps } from "../audit/witness-logs.js";
import { followControl } from "../scheduling/follow-control.js";
import type { JobScheduler } from "../scheduling/job-scheduler.js";
import type { Job } from "./run-job.js";

const MINUTE_MS = 60_000;

/** Announces what time has ended. */
export const expiryJob: Job = {
  name: "expirySweep",
  everyMs: MINUTE_MS,
  run: (deps, requestId) => sweepExpired(deps, requestId),
};

/** Reminds those who can decide of what waits for them. */
export const reminderJob: Job = {
  name: "reminderSweep",
  everyMs: MINUTE_MS,
  run: (deps, requestId) => sweepReminders(deps, requestId),
};

/** Holds every quota against the audit log, once a night. */
export const quotaJob: Job = {
  name: "quotaRecount",
  everyMs: 24 * 60 * MINUTE_MS,
  run: async (deps, requestId) => ({ ...(await recountQuotas(deps, requestId)) }),
};

/** Deletes what purges that people approved name, and nothing else. */
export const purgeJob: Job = {
  name: "retentionPurge",
  everyMs: 24 * 60 * MINUTE_MS,
  run: async (deps, requestId) => ({ ...(await runPurges(deps, requestId)) }),
};

/** Says of agents and firings what their silence says. */
export const deviceWatchJob: Job = {
  name: "deviceWatch",
  everyMs: MINUTE_MS,
  run: (deps, requestId) => watchDevices(deps, requestId),
};

/** Thins old firing logs, once a night. */
export const firingThinJob: Job = {
  name: "firingThin",
  everyMs: 24 * 60 * MINUTE_MS,
  run: (deps) => thinFiringLogs(deps),
};

/** Publishes what the trigger did not get through. */
export const outboxJob = (publisher: () => EventPublisher): Job => ({
  name: "outboxSweep",
  everyMs: MINUTE_MS,
  run: (deps) => sweepOutbox(deps, publisher()),
});

/** Sequences and signs what nobody was woken for, and raises an alarm on a log that is behind. */
export const auditJob = (sweep: (deps: Deps, requestId: string) => Promise<SweepCounts>): Job => ({
  name: "auditSweep",
  everyMs: MINUTE_MS,
  run: async (deps, requestId) => ({ ...(await sweep(deps, requestId)) }),
});

/** Builds every log again from its events, once a night, and compares. */
export const auditCheckJob = (check: (deps: Deps, requestId: string) => Promise<CheckCounts>): Job => ({
  name: "auditCheck",
  everyMs: 24 * 60 * MINUTE_MS,
  run: async (deps, requestId) => ({ ...(await check(deps, requestId)) }),
});

/** Seals, once a night, what was signed since: its exact bytes go where nobody can delete them. */
export const auditSealJob = (seal: (deps: Deps, requestId: string) => Promise<SealCounts>): Job => ({
  name: "auditSeal",
  everyMs: 24 * 60 * MINUTE_MS,
  run: async (deps, requestId) => ({ ...(await seal(deps, requestId)) }),
});

/** Goes on with exports whose run stopped or died. */
export const exportJob = (means: () => GenerateDeps): Job => ({
  name: "exportSweep",
  everyMs: MINUTE_MS,
  run: (deps) => sweepExports(means(), () => Date.parse(deps.clock.now())),
});

/** Removes the files of exports whose month is over. */
export const exportRetentionJob = (means: () => RemovalDeps): Job => ({
  name: "exportRetention",
  everyMs: 24 * 60 * MINUTE_MS,
  run: async (_deps, requestId) => ({ ...(await removeExportFiles(means(), requestId)) }),
});

/** Brings new checkpoints to the witnesses. */
export const witnessJob = (means: () => WitnessDeps): Job => ({
  name: "witnessSweep",
  everyMs: MINUTE_MS,
  run: () => sweepWitnesses(means()),
});

/** Brings the scheduled jobs to where the switch wants them, where the triggers did not get through or a stop ran out. */
export const schedulerJob = (scheduler: () => JobScheduler | null): Job => ({
  name: "schedulerSweep",
  everyMs: 5 * MINUTE_MS,
  run: async (deps, requestId) => (await followControl(deps, scheduler(), { requestId })).counts,
});
