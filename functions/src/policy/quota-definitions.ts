import type { QuotaKey } from "../contracts/index.js";

export interface QuotaDefinition {
  readonly id: string;
  /** Whose executions are counted together. `tenant` and `capability` make unrelated people share one document. */
  readonly key: QuotaKey;
  /** Hits within any window of `windowMs` milliseconds: 1 to `QUOTA_LIMIT_MAX`. */
  readonly limit: number;
  readonly windowMs: number;
}

const HOUR_MS = 3_600_000;

/** How often one agent may put something before people (M06.3); no capability names it. */
export const ATTENTION_QUOTA: QuotaDefinition = { id: "attention", key: "actor", limit: 10, windowMs: HOUR_MS };

/**
 * How much may be done, by whom, in how much time (M06.1). Each capability names one of these. They count by requester, so
 * that two people never meet in one document; what concerns members or money is scarcer than what concerns the kiln room.
 */
const DEFINITIONS: readonly QuotaDefinition[] = [
  { id: "default", key: "actor", limit: 60, windowMs: HOUR_MS },
  { id: "members", key: "actor", limit: 30, windowMs: HOUR_MS },
  { id: "money", key: "actor", limit: 30, windowMs: HOUR_MS },
  { id: "policy", key: "actor", limit: 5, windowMs: 24 * HOUR_MS },
  ATTENTION_QUOTA,
];

export const QUOTAS: ReadonlyMap<string, QuotaDefinition> = new Map(DEFINITIONS.map((entry) => [entry.id, entry]));
