import { TenantId } from "../contracts/index.js";
import type { JobOwner } from "./job-scheduler.js";

/** Cloud Scheduler allows letters, digits, hyphens and underscores in a job's id; a studio's id has no underscore. */
const REST = /^([a-z0-9-]+)_([A-Za-z0-9][A-Za-z0-9_-]{0,79})$/;

/**
 * Whose job is this, by its name? `{prefix}{tenantId}_{name}`, the underscore being the first one after the prefix, so that no
 * studio's jobs are taken for those of another whose id begins alike. null: not one of ours, which nobody touches.
 */
export function jobOwner(prefix: string, jobId: string): JobOwner | null {
  if (!jobId.startsWith(prefix)) return null;
  const [, tenantId = "", name = ""] = REST.exec(jobId.slice(prefix.length)) ?? [];
  return TenantId.safeParse(tenantId).success ? { tenantId, name } : null;
}
