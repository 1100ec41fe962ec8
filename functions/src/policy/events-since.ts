import type { Deps } from "../commit/deps.js";
import type { StoredDocument } from "../commit/transactor.js";
import { inTenant } from "../contracts/index.js";
import type { UtcInstant } from "../contracts/index.js";

/** Events on a page, and pages of one reading. */
const PER_PAGE = 1_000;
const MAX_PAGES = 20;

export interface EventsSince {
  /** The newest first. */
  readonly events: readonly StoredDocument[];
  /** False: there are more than one reading goes through, and the oldest are missing. */
  readonly isComplete: boolean;
}

/**
 * Which events of a studio's record, after an instant, have one of these values in one field? Page after page: each begins at
 * the instant of the last one's end, and what was seen there is left out.
 */
export async function eventsSince(
  deps: Deps,
  about: {
    readonly tenantId: string;
    readonly field: "type" | "reasonCode";
    readonly values: readonly string[];
    /** Exclusive. */
    readonly since: UtcInstant;
    readonly perPage?: number;
    readonly maxPages?: number;
  },
): Promise<EventsSince> {
  const { tenantId, field, values, since, perPage = PER_PAGE, maxPages = MAX_PAGES } = about;
  const seen = new Map<string, StoredDocument>();
  let until = deps.clock.now();
  for (let page = 0; page < maxPages; page += 1) {
    const found = await deps.transactor.transact(async (reads) => ({
      changes: [],
      events: [],
      answer: await reads.query({
        collection: inTenant(tenantId, "auditEvents"),
        where: [
          { field, op: "in", value: [...values] },
          { field: "at", op: ">", value: since },
          { field: "at", op: "<=", value: until },
        ],
        orderBy: [{ field: "at", direction: "desc" }],
        limit: perPage,
      }),
    }));
    for (const event of found) seen.set(event.path, event);
    if (found.length < perPage) return { events: [...seen.values()], isComplete: true };
    const last = found.at(-1)?.data?.["at"];
    // More events of one instant than a page holds: nothing that lies behind them can be reached.
    if (typeof last !== "string" || last === until) break;
    until = last;
  }
  return { events: [...seen.values()], isComplete: false };
}
