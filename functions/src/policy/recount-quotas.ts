import { recordEvent } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import type { Commit, DocumentQuery, StoredDocument, TransactionReads } from "../commit/transactor.js";
import { inTenant } from "../contracts/index.js";
import type { Actor, QuotaState } from "../contracts/index.js";
import { findLostQuotas, isLost } from "./find-lost-quotas.js";
import { ATTENTION_QUOTA, QUOTAS } from "./quota-definitions.js";
import type { QuotaDefinition } from "./quota-definitions.js";
import { quotasNamedIn } from "./quota-events.js";
import { quotaRef, readQuota } from "./quota.js";
import { recount } from "./recount-quota.js";
import type { QuotaEvent } from "./recount-quota.js";

/** Quotas or studios on a page, pages in one night, how many are looked at together, and events of one kind for each quota. */
const PAGE = 200;
const MAX_PAGES = 100;
const AT_ONCE = 10;
const EVENTS_PER_QUOTA = 1_000;
/** How far the clocks of two servers may be apart, in milliseconds. */
const CLOCKS_APART_MS = 60_000;

const RECOUNT: Actor = { type: "system", id: "quota-recount", name: "Quota recount" };

export interface RecountCounts {
  readonly quotas: number;
  readonly tampered: number;
  /** Quotas that the log speaks of and that are not there, or in an earlier state. */
  readonly lost: number;
  /** Quotas and studios that more events speak of than one run reads: nothing is said about them. */
  readonly uncertain: number;
  /** 1: there are more quotas or studios than one night looks at. */
  readonly isCutShort: 0 | 1;
}

type Finding = "sound" | "tampered" | "lost" | "uncertain";

/**
 * Does every quota hold what the audit log says it must, and is each one there that it speaks of (M06.4)? A difference means
 * that somebody wrote past the functions: it is put on record as an alarm with QUOTA_TAMPER, and left for people to find out.
 * Nothing is mended here. Page after page through all studios, at most `MAX_PAGES` of each kind.
 */
export async function recountQuotas(
  deps: Deps,
  requestId: string,
  { page = PAGE, maxPages = MAX_PAGES }: { readonly page?: number; readonly maxPages?: number } = {},
): Promise<RecountCounts> {
  const bounds = { page, maxPages };
  const counted = await eachOf(deps, { collection: "quotas", isGroup: true }, bounds, async (path) => [
    await recountOne(deps, path, requestId),
  ]);
  const missed = await eachOf(deps, { collection: "tenants" }, bounds, (path) =>
    findLost(deps, path.split("/")[1] ?? "", requestId),
  );
  const found = [...counted.findings, ...missed.findings];
  const count = (what: Finding): number => found.filter((finding) => finding === what).length;
  return {
    quotas: counted.findings.length,
    tampered: count("tampered"),
    lost: count("lost"),
    uncertain: count("uncertain"),
    isCutShort: counted.isDone && missed.isDone ? 0 : 1,
  };
}

/** Looks at every document of a collection, in the order of the paths, some of them at once. */
async function eachOf(
  deps: Deps,
  where: Pick<DocumentQuery, "collection" | "isGroup">,
  { page, maxPages }: { readonly page: number; readonly maxPages: number },
  look: (path: string) => Promise<readonly Finding[]>,
): Promise<{ readonly findings: readonly Finding[]; readonly isDone: boolean }> {
  const findings: Finding[] = [];
  let after: string | undefined;
  for (let n = 0; n < maxPages; n += 1) {
    const query = { ...where, where: [], limit: page, ...(after === undefined ? {} : { after }) };
    const paths = await deps.transactor.transact(async (reads) => ({
      changes: [],
      events: [],
      answer: (await reads.query(query)).map(({ path }) => path),
    }));
    for (let from = 0; from < paths.length; from += AT_ONCE)
      findings.push(...(await Promise.all(paths.slice(from, from + AT_ONCE).map(look))).flat());
    if (paths.length < page) return { findings, isDone: true };
    after = paths.at(-1);
  }
  return { findings, isDone: false };
}

function recountOne(deps: Deps, path: string, requestId: string): Promise<Finding> {
  const tenantId = path.split("/")[1] ?? "";
  return deps.transactor.transact<Finding>(async (reads) => {
    const [document] = await reads.get([path]);
    const stored = document === undefined ? null : readQuota(document.data);
    // Deleted since it was found: the log is held against what is there below.
    if (stored === null) return SOUND;
    const definition = stored === "unreadable" ? undefined : QUOTAS.get(stored.quotaId);
    const told =
      stored === "unreadable" || definition === undefined
        ? null
        : await eventsAbout(reads, tenantId, stored, definition);
    if (told === "too many") return { ...SOUND, answer: "uncertain" };
    const result =
      told === null || definition === undefined || stored === "unreadable"
        ? { difference: 0, isTampered: true }
        : recount(stored, told, definition);
    if (!result.isTampered) return SOUND;
    const about = { tenantId, requestId, quota: path.slice(inTenant(tenantId, "").length) };
    return { ...alarm(deps, { ...about, difference: result.difference }), answer: "tampered" };
  });
}

const SOUND: Commit<Finding> = { changes: [], events: [], answer: "sound" };

/** Which quotas of one studio does the log know better? Each is looked for again in its own transaction. */
async function findLost(deps: Deps, tenantId: string, requestId: string): Promise<readonly Finding[]> {
  const found = await findLostQuotas(deps, tenantId);
  if (found === "too many") return ["uncertain"];
  const findings: Finding[] = [];
  for (const { ref, version, writes } of found)
    findings.push(
      await deps.transactor.transact<Finding>(async (reads) => {
        const [document] = await reads.get([inTenant(tenantId, ref)]);
        if (!isLost(document, { version })) return SOUND;
        return { ...alarm(deps, { tenantId, requestId, quota: ref, difference: -writes }), answer: "lost" };
      }),
    );
  return findings;
}

function alarm(
  deps: Deps,
  about: {
    readonly tenantId: string;
    readonly requestId: string;
    readonly quota: string;
    /** How many more hits are stored than the log tells of. */
    readonly difference: number;
  },
): Pick<Commit<Finding>, "changes" | "events"> {
  const { tenantId, requestId, ...data } = about;
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
      data,
    },
    eventMeans(deps),
  );
  return { changes: [], events: [event] };
}

/** Every debit and reset of one quota that the present count can depend on. */
async function eventsAbout(
  reads: TransactionReads,
  tenantId: string,
  stored: QuotaState,
  definition: QuotaDefinition,
): Promise<readonly QuotaEvent[] | "too many"> {
  const since = new Date(Date.parse(stored.updatedAt) - definition.windowMs).toISOString();
  const until = new Date(Date.parse(stored.updatedAt) + CLOCKS_APART_MS).toISOString();
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
          { field: "at", op: "<=", value: until },
        ],
        orderBy: [{ field: "at", direction: "desc" }],
        limit: EVENTS_PER_QUOTA,
      });
      return events.length === EVENTS_PER_QUOTA ? null : events.flatMap((event) => tellsOf(event, ref, kind));
    }),
  );
  return found.some((events) => events === null) ? "too many" : found.flatMap((events) => events ?? []);
}

const tellsOf = (document: StoredDocument, ref: string, kind: QuotaEvent["kind"]): QuotaEvent[] =>
  quotasNamedIn(document).flatMap((named) =>
    named.ref === ref ? [{ kind, at: named.at, auditVersion: named.auditVersion }] : [],
  );
