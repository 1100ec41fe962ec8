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

/** How many quotas one night looks at, and how many events of one kind it reads for each. */
const QUOTAS_PER_RUN = 200;
const EVENTS_PER_QUOTA = 1_000;

const RECOUNT: Actor = { type: "system", id: "quota-recount", name: "Quota recount" };

export interface RecountCounts {
  readonly quotas: number;
  readonly tampered: number;
  /** Quotas that more events speak of than one run reads: nothing is said about them. */
  readonly uncertain: number;
}

/**
 * Does every quota hold what the audit log says it must (M06.4)? A difference means that somebody wrote past the functions:
 * it is put on record as an alarm with QUOTA_TAMPER, and left for people to find out. Nothing is mended here.
 */
export async function recountQuotas(deps: Deps, requestId: string): Promise<RecountCounts> {
  const found = await deps.transactor.transact(async (reads) => ({
    changes: [],
    events: [],
    answer: await reads.query({ collection: "quotas", isGroup: true, where: [], limit: QUOTAS_PER_RUN }),
  }));
  const results: ("sound" | "tampered" | "uncertain")[] = [];
  for (const { path } of found) results.push(await recountOne(deps, path, requestId));
  const count = (what: (typeof results)[number]): number => results.filter((result) => result === what).length;
  return { quotas: results.length, tampered: count("tampered"), uncertain: count("uncertain") };
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
