import type { Deps } from "../commit/deps.js";
import type { StoredDocument } from "../commit/transactor.js";
import { inTenant } from "../contracts/index.js";
import type { AuditEventType } from "../contracts/index.js";
import { eventsSince } from "./events-since.js";
import { QUOTAS } from "./quota-definitions.js";
import { quotasNamedIn } from "./quota-events.js";
import { readQuota } from "./quota.js";

const DAY_MS = 24 * 3_600_000;
/**
 * How far back the log is read, in milliseconds: the longest window, so that every hit that could still hold somebody back is
 * seen, and a day, for what was deleted just after the last night's run.
 */
const LOOK_BACK_MS = Math.max(...[...QUOTAS.values()].map(({ windowMs }) => windowMs)) + DAY_MS;
/** How many documents are asked for at once. */
const DOCUMENTS_AT_ONCE = 200;

/** What writes a quota. */
const WRITE_QUOTAS: readonly AuditEventType[] = ["proposal.executed", "proposal.submitted", "quota.reset"];

interface LostQuota {
  /** Relative to the tenant. */
  readonly ref: string;
  /** The version that it must have reached, by the log. */
  readonly version: number;
  /** How often the log says that it was written within the time that was looked at. */
  readonly writes: number;
}

/**
 * Which counters does a studio's audit log speak of that are not there, or are in an earlier state than the log says (M06.4)? No
 * function ever deletes one or puts one back. "too many" where there are more events than one run reads.
 */
export async function findLostQuotas(deps: Deps, tenantId: string): Promise<readonly LostQuota[] | "too many"> {
  const since = new Date(Date.parse(deps.clock.now()) - LOOK_BACK_MS).toISOString();
  const { events, isComplete } = await eventsSince(deps, { tenantId, field: "type", values: WRITE_QUOTAS, since });
  if (!isComplete) return "too many";
  const told = new Map<string, LostQuota>();
  for (const { ref, auditVersion } of events.flatMap(quotasNamedIn)) {
    const { version = 0, writes = 0 } = told.get(ref) ?? {};
    told.set(ref, { ref, version: Math.max(version, auditVersion), writes: writes + 1 });
  }
  const refs = [...told.keys()];
  const lost: LostQuota[] = [];
  for (let from = 0; from < refs.length; from += DOCUMENTS_AT_ONCE) {
    const batch = refs.slice(from, from + DOCUMENTS_AT_ONCE);
    const documents = await deps.transactor.transact(async (reads) => ({
      changes: [],
      events: [],
      answer: await reads.get(batch.map((ref) => inTenant(tenantId, ref))),
    }));
    for (const [i, ref] of batch.entries()) {
      const quota = told.get(ref);
      if (quota !== undefined && isLost(documents[i], quota)) lost.push(quota);
    }
  }
  return lost;
}

/** Is it gone, or at an earlier version? What cannot be read as a quota is the recount's to say. */
export function isLost(document: StoredDocument | undefined, { version }: Pick<LostQuota, "version">): boolean {
  const stored = readQuota(document?.data ?? null);
  return stored === null || (stored !== "unreadable" && stored.auditVersion < version);
}
