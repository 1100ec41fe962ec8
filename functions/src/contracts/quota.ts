import * as z from "zod";
import { DocId, UtcInstant } from "./primitives.js";

/** Whose doings a quota counts together. */
export const QUOTA_KEYS = ["actor", "owner", "capability", "tenant", "connector"] as const;
export const QuotaKey = z.enum(QUOTA_KEYS);
export type QuotaKey = z.infer<typeof QuotaKey>;

/** Most hits that one quota remembers, and so the largest limit that can be defined. */
export const QUOTA_LIMIT_MAX = 200;

/**
 * The hits of one key within its window, oldest first. Stored at `quotas/{quotaId}.{key}.{value}`; written by functions
 * only, in the commit that they guard.
 */
export const QuotaState = z.strictObject({
  quotaId: DocId,
  key: QuotaKey,
  value: DocId,
  hits: z.array(UtcInstant).max(QUOTA_LIMIT_MAX),
  auditVersion: z.int().min(1),
  lastEventId: DocId,
  updatedAt: UtcInstant,
});
export type QuotaState = z.infer<typeof QuotaState>;

/** Where somebody stands: told with every refusal (M06.2). */
export const QuotaStanding = z.strictObject({
  /** `quotaId.key.value`. */
  key: z.string(),
  limit: z.int().min(1),
  remaining: z.int().min(0),
  /** When the next hit is free; null while there are hits left. */
  resetAt: UtcInstant.nullable(),
  retryAfterMs: z.int().min(0),
});
export type QuotaStanding = z.infer<typeof QuotaStanding>;
