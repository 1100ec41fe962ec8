import { recordEvent } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import type { StoredDocument, TransactionReads } from "../commit/transactor.js";
import { AuditEvent, inTenant } from "../contracts/index.js";
import type { Actor, QuotaState } from "../contracts/index.js";
import { ATTENTION_QUOTA, QUOTAS } from "./quota-definitions.js";
import type { QuotaDefinition } from "./quota-definitions.js";
import { quotaRef, readQuota } from "./quota.js";
import { recount } from "./recount-quota.js";
import type { QuotaEvent } from "./recount-quota.js";

/** Quotas on a page, pages in one night, how many are looked at at once, and events of one kind that are read for each. */
const PAGE = 200;
const MAX_PAGES = 50;
const AT_ONCE = 10;
const EVENTS_PER_QUOTA = 1_000;

const RECOUNT: Actor = { type: "system", id: "quota-recount", name: "Quota recount" };

export interface RecountCounts {
  readonly quotas: number;
  readonly tampered: number;
  /** Quotas that more events speak of than one run reads: nothing is said about them. And one where quotas were left over. */
  readonly uncertain: number;
}

/**
 * Does every quota hold what the audit log says it must (M06.4)? A difference means that somebody wrote past the functions:
 * it is put on record as an alarm with QUOTA_TAMPER, and left for people to find out. Nothing is mended here.
 */
export async function recountQuotas(deps: Deps, requestId: string): Promise<RecountCounts> {
  const counts = { quotas: 0, tampered: 0, uncertain: 0 };
  let after: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const paths = await somePaths(deps, after);
    for (let from = 0; from < paths.length; from += AT_ONCE) {
      const batch = paths.slice(from, from + AT_ONCE);
      const results = await Promise.all(batch.map((path) => recountOne(deps, path, requestId)));
      counts.tampered += results.filter((result) => result === "tampered").length;
      counts.uncertain += results.filter((result) => result === "uncertain").length;
    }
    counts.quotas += paths.length;
    if (paths.length < PAGE) return counts;
    after = paths.at(-1);
  }
  return { ...counts, uncertain: counts.uncertain + 1 };
}

function somePaths(deps: Deps, after: string | undefined): Promise<string[]> {
  const behind = after === undefined ? {} : { after };
  return deps.transactor.transact(async (reads) => {
    const found = await reads.query({ collection: "quotas", isGroup: true, where: [], limit: PAGE, ...behind });
    return { changes: [], events: [], answer: found.map(({ path }) => path) };
  });
}

function recountOne(deps: Deps, path: string, requestId: string): Promise<"sound" | "tampered" | "uncertain"> {
  const tenantId = path.split("/")[1] ?? "";
  return deps.transactor.transact(async (reads) => {
    const [document] = await reads.get([path]);
    const stored = document === undefined ? null : readQuota(document.data);
    const definition = stored === null || stored === "unreadable" ? undefined : QUOTAS.get(stored.quotaId);
    if (stored === null) return { changes: [], events: [], answer: "sound" };
    const told =
      stored === "unreadable" || definition === undefined
        ? null
        : await eventsAbout(reads, tenantId, stored, definition);
    if (told === "too many") return { changes: [], events: [], answer: "uncertain" };
    const result =
      told === null || definition === undefined || stored === "unreadable"
        ? { expected: [], difference: 0, isTampered: true }
        : recount(stored, told, definition);
    if (!result.isTampered) return { changes: [], events: [], answer: "sound" };
    const event = recordEvent(
      {
        tenantId,
        type: "quota.tampered",
        at: deps.clock.now(),
        actor: RECOUNT,
        outcome: "refused",
        reasonCode: "QUOTA_TAMPER",
        severity: "alarm",
        requestId,
        data: { quota: path.slice(inTenant(tenantId, "").length), difference: result.difference },
      },
      eventMeans(deps),
    );
    return { changes: [], events: [event], answer: "tampered" };
  });
}

/** Every debit and reset of one quota that the present count can depend on. */
async function eventsAbout(
  reads: TransactionReads,
  tenantId: string,
  stored: QuotaState,
  definition: QuotaDefinition,
): Promise<readonly QuotaEvent[] | "too many"> {
  const since = new Date(Date.parse(stored.updatedAt) - definition.windowMs).toISOString();
  const ref = quotaRef({ definition, value: stored.value });
  const kinds = [
    // What an agent asks of people is counted when it asks, everything else when it is executed.
    { type: definition.id === ATTENTION_QUOTA.id ? "proposal.submitted" : "proposal.executed", kind: "debit" },
    { type: "quota.reset", kind: "reset" },
  ] as const;
  const found = await Promise.all(
    kinds.map(async ({ type, kind }) => {
      const events = await reads.query({
        collection: inTenant(tenantId, "auditEvents"),
        where: [
          { field: "type", op: "==", value: type },
          { field: "at", op: ">", value: since },
        ],
        orderBy: [{ field: "at", direction: "desc" }],
        limit: EVENTS_PER_QUOTA,
      });
      return events.length === EVENTS_PER_QUOTA ? null : events.flatMap((event) => tellsOf(event, ref, kind));
    }),
  );
  return found.some((events) => events === null) ? "too many" : found.flatMap((events) => events ?? []);
}

function tellsOf({ data }: StoredDocument, ref: string, kind: QuotaEvent["kind"]): QuotaEvent[] {
  const canonical = data?.["canonical"];
  const event = AuditEvent.safeParse(typeof canonical === "string" ? JSON.parse(canonical) : null);
  if (!event.success || !event.data.resourceRefs.some(({ path }) => path === ref)) return [];
  return [{ kind, at: event.data.at }];
}
