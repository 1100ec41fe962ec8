import type { EventPublisher } from "../outbox/publish-outbox.js";
import { sweepOutbox } from "../outbox/publish-outbox.js";
import { recountQuotas } from "../policy/recount-quotas.js";
import { sweepExpired } from "../proposals/expire.js";
import type { Job } from "./run-job.js";

const MINUTE_MS = 60_000;

/** Announces what time has ended. */
export const expiryJob: Job = {
  name: "expirySweep",
  everyMs: MINUTE_MS,
  run: (deps, requestId) => sweepExpired(deps, requestId),
};

/** Holds every quota against the audit log, once a night. */
export const quotaJob: Job = {
  name: "quotaRecount",
  everyMs: 24 * 60 * MINUTE_MS,
  run: async (deps, requestId) => ({ ...(await recountQuotas(deps, requestId)) }),
};

/** Publishes what the trigger did not get through. */
export const outboxJob = (publisher: () => EventPublisher): Job => ({
  name: "outboxSweep",
  everyMs: MINUTE_MS,
  run: (deps) => sweepOutbox(deps, publisher()),
});
