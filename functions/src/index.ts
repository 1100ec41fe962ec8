import { sequenceFunction, sweepAllLogs, wakeSequencer } from "./audit/log-trigger.js";
import { wakingTransactor } from "./audit/wake-sequencer.js";
import { apiFunction } from "./api/api-trigger.js";
import { apiHandlers } from "./api/handlers.js";
import { recordAccessRefusal } from "./api/record-access-refusal.js";
import type { UplinkDeps } from "./devices/ingest-envelope.js";
import { jobFunction } from "./jobs/job-trigger.js";
import { auditJob, expiryJob, outboxJob, quotaJob } from "./jobs/jobs.js";
import { outboxPublishFunction, studioEventsPushFunction } from "./outbox/outbox-trigger.js";
import { publishStudioEvent } from "./platform/event-publisher.js";
import { setClaims } from "./platform/auth-claims.js";
import { fromFirestore } from "./platform/firestore-codec.js";
import { staffClaimsFunction } from "./policy/staff-claims-trigger.js";
import { deadLetterPushFunction, uplinkPushFunction } from "./devices/push-trigger.js";
import { productionDeps, randomId } from "./platform/production-deps.js";
import { verifyToken } from "./platform/verify-token.js";
import { controlFlipFunction } from "./proposals/control-flip-trigger.js";
import { decideAgentSubmission } from "./proposals/submit-for-agent.js";

/** Every deployed function, one export a line; an export's name is its deployed id. */
const deps = (): UplinkDeps => {
  const opened = productionDeps();
  const base = { ...opened, transactor: wakingTransactor(opened.transactor, wakeSequencer) };
  return { ...base, submitAgentProposal: (reads, submission) => decideAgentSubmission(base, reads, submission) };
};
const uplink = { deps, env: process.env };
const publisher = { publish: publishStudioEvent };

export const api = apiFunction(() => ({
  handlers: apiHandlers(deps),
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
export const outboxSweep = jobFunction(
  outboxJob(() => publisher),
  deps,
);
export const quotaRecount = jobFunction(quotaJob, deps, { schedule: "every day 03:20" });
export const auditSequence = sequenceFunction(deps);
export const auditSweep = jobFunction(auditJob(sweepAllLogs), deps, { serviceAccount: "audit-signer@" });
export const staffClaimsSync = staffClaimsFunction(setClaims, fromFirestore);
export const controlFlip = controlFlipFunction(deps);
