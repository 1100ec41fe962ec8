import {
  AuditExport,
  COLLECTIONS,
  ExportProgress,
  LogHead,
  StoredAuditEvent,
  exportProgressRef,
  inTenant,
  logCheckpointRef,
  logHeadRef,
  logTileRef,
} from "@studio-os/functions/contracts";
import type { AuditEventType, UtcInstant } from "@studio-os/functions/contracts";
import type { StudioConfig } from "./config.js";
import type { ExportFile } from "./export-files.js";
import type { ListQuery, RawDocument } from "./firestore-live.js";
import { createFeed } from "./live.js";
import type { Feed, Live } from "./live.js";
import { readList, readOne, toContract } from "./read-document.js";
import { remembered } from "./remembered.js";
import type { HistoryEntry, Listed, One } from "./listed.js";
import { documentFeed, failureOf, listFeed } from "./watch.js";
import type { WatchDeps } from "./watch.js";

/** How many events one page of the timeline has, and how many one chain shows at most. */
const PAGE_SIZE = 50;
const CHAIN_LIMIT = 200;
const EXPORT_LIMIT = 50;
/** How many values Firestore compares a field with at once. */
export const MAX_VALUES = 30;

/** Which events to look at. Everything that is null, and an empty list of types, narrows nothing. */
export interface AuditFilter {
  /** At most `MAX_VALUES`. */
  readonly types: readonly AuditEventType[];
  readonly actorId: string | null;
  readonly proposalId: string | null;
  readonly requestId: string | null;
  readonly outcome: StoredAuditEvent["outcome"] | null;
  readonly severity: StoredAuditEvent["severity"] | null;
  /** From this moment on, and before that one. */
  readonly fromAt: UtcInstant | null;
  readonly untilAt: UtcInstant | null;
}

/** Where a page ends: the next one begins behind this event. */
export interface AuditCursor {
  readonly at: string;
  readonly eventId: string;
}

/** Some events in a row, the newest first. `next` null: these are the oldest. */
export interface AuditPage extends Listed<HistoryEntry> {
  readonly next: AuditCursor | null;
}

export type PageOutcome =
  { readonly kind: "page"; readonly page: AuditPage } | Extract<Live<never>, { readonly state: "failed" }>;

/** Everything that belongs to one proposal, or to one request, in the order in which it happened. */
interface Chain extends Listed<HistoryEntry> {
  /** True: more is on record than one chain shows; these are the newest. */
  readonly isTruncated: boolean;
}
export type ChainOf = { readonly proposalId: string } | { readonly requestId: string };

/** The documents of a studio's signed log, and what it has to be signed with. */
export interface LogData {
  /** Null: the cockpit was configured without, so that it can verify nothing. */
  readonly identity: NonNullable<StudioConfig["auditLog"]> | null;
  /** Where the log stands, live. A hint: what counts is signed. */
  readonly head: Feed<One<LogHead>>;
  /** Reads for one check: each document is asked for once. They reject when the database cannot be asked. */
  readonly reads: () => {
    readonly checkpoint: (epoch: number, size: number) => Promise<unknown>;
    readonly tile: (epoch: number, level: number, index: number) => Promise<unknown>;
  };
}

/** What the cockpit reads of a studio's record. */
export interface AuditData {
  /** The newest page, live. */
  readonly newest: (filter: AuditFilter) => Feed<AuditPage>;
  /** The page behind this cursor, as the server has it now. Never throws. */
  readonly older: (filter: AuditFilter, cursor: AuditCursor) => Promise<PageOutcome>;
  readonly chain: (of: ChainOf) => Feed<Chain>;
  readonly log: LogData;
  /** What was taken out of the record, the newest first. */
  readonly exports: Feed<Listed<AuditExport>>;
  readonly exportProgress: (exportId: string) => Feed<One<ExportProgress>>;
  /** One file of a finished export. */
  readonly exportFile: (exportId: string, path: string, signal: AbortSignal) => Promise<ExportFile>;
}

/** The record of one studio, read under rules. */
export function openAuditData(
  deps: WatchDeps,
  tenantId: string,
  identity: LogData["identity"],
  exportFile: AuditData["exportFile"],
): AuditData {
  const path = inTenant(tenantId, COLLECTIONS.auditEvents);
  const newest = remembered((key: string) =>
    listFeed(deps, pageQuery(path, JSON.parse(key) as AuditFilter, null), toPage),
  );
  const chain = remembered((key: string) => chainFeed(deps, path, JSON.parse(key) as ChainOf));
  return {
    newest: (filter) => newest(JSON.stringify(filter)),
    older: async (filter, cursor) => {
      try {
        const layer = await deps.layer();
        return { kind: "page", page: toPage(await layer.readList(pageQuery(path, filter, cursor))) };
      } catch (error) {
        return failureOf(codeOf(error));
      }
    },
    chain: (of) => chain(JSON.stringify(of)),
    exports: listFeed(
      deps,
      {
        path: inTenant(tenantId, COLLECTIONS.exports),
        orderBy: ["requestedAt", "desc"],
        limit: EXPORT_LIMIT,
      },
      (documents) => readList(AuditExport, documents),
    ),
    exportProgress: remembered((exportId) =>
      documentFeed(deps, inTenant(tenantId, exportProgressRef(exportId)), (data) => readOne(ExportProgress, data)),
    ),
    exportFile,
    log: {
      identity,
      head: documentFeed(deps, inTenant(tenantId, logHeadRef()), (data) => readOne(LogHead, data)),
      reads: () => {
        const read = once(async (ref: string) => {
          const layer = await deps.layer();
          return toContract(await layer.readDocument(inTenant(tenantId, ref)));
        });
        return {
          checkpoint: (epoch, size) => read(logCheckpointRef(epoch, size)),
          tile: (epoch, level, index) => read(logTileRef(epoch, level, index)),
        };
      },
    },
  };
}

/** Newest first; events of the same millisecond in the order of their ids, so that no page cuts between two silently. */
export function pageQuery(path: string, filter: AuditFilter, after: AuditCursor | null): ListQuery {
  const { types, actorId, proposalId, requestId, outcome, severity, fromAt, untilAt } = filter;
  const equal = Object.entries({ actorId, proposalId, requestId, outcome, severity });
  const [type, ...more] = types;
  return {
    path,
    where: [
      ...equal.flatMap(([field, value]) => (value === null ? [] : [[field, "==", value] as const])),
      ...(type === undefined
        ? []
        : [more.length === 0 ? (["type", "==", type] as const) : (["type", "in", types] as const)]),
      ...(fromAt === null ? [] : [["at", ">=", fromAt] as const]),
      ...(untilAt === null ? [] : [["at", "<", untilAt] as const]),
    ],
    orderBy: ["at", "desc"],
    limit: PAGE_SIZE,
    ...(after === null ? {} : { after: { value: after.at, id: after.eventId } }),
  };
}

/** Events as they came; each that cannot be read stays by its id. */
export function toHistory(documents: readonly RawDocument[]): Listed<HistoryEntry> {
  const read = documents.map(({ id, data }) => ({ id, ...readList(StoredAuditEvent, [{ id, data }]) }));
  return {
    items: read.flatMap(({ id, items }) => items.map((entry) => ({ ...entry, eventId: id }))),
    unreadable: read.flatMap(({ unreadable }) => unreadable),
  };
}

export function toPage(documents: readonly RawDocument[]): AuditPage {
  const last = documents.at(-1);
  const at: unknown = (last?.data as { readonly at?: unknown } | undefined)?.at;
  const isFull = documents.length === PAGE_SIZE && last !== undefined && typeof at === "string";
  return { ...toHistory(documents), next: isFull ? { at, eventId: last.id } : null };
}

/**
 * A request's events; or a proposal's, and with them whatever else happened in the requests that touched it: a stop that
 * blocked it, a quota that was debited, another proposal that took its place.
 */
function chainFeed(deps: WatchDeps, path: string, of: ChainOf): Feed<Chain> {
  const list = (where: NonNullable<ListQuery["where"]>) =>
    listFeed(deps, { path, where, orderBy: ["at", "desc"], limit: CHAIN_LIMIT }, (documents) => documents);
  if ("requestId" in of) {
    const own = list([["requestId", "==", of.requestId]]);
    return mapFeed(own, (documents) => toChain([documents]));
  }
  const own = list([["proposalId", "==", of.proposalId]]);
  return followFeed(
    own,
    (documents) => requestsOf(documents).join("\n"),
    (key) => (key === "" ? null : list([["requestId", "in", key.split("\n")]])),
    (documents, beside) => toChain([documents, beside ?? []]),
  );
}

function toChain(lists: readonly (readonly RawDocument[])[]): Chain {
  const all = new Map(lists.flatMap((documents) => documents.map((document) => [document.id, document] as const)));
  const { items, unreadable } = toHistory([...all.values()]);
  const inOrder = items.toSorted((a, b) => (a.at === b.at ? (a.eventId < b.eventId ? -1 : 1) : a.at < b.at ? -1 : 1));
  return { items: inOrder, unreadable, isTruncated: lists.some(({ length }) => length >= CHAIN_LIMIT) };
}

/** The newest requests that touched it, as many as one query takes. */
function requestsOf(documents: readonly RawDocument[]): readonly string[] {
  const ids = toHistory(documents).items.map(({ requestId }) => requestId);
  return [...new Set(ids)].slice(0, MAX_VALUES);
}

function mapFeed<A, T>(feed: Feed<A>, map: (value: A) => T): Feed<T> {
  return followFeed(
    feed,
    () => "",
    () => null,
    (value) => map(value),
  );
}

/** A feed, and a second one that follows from what the first says: opened anew whenever its key changes. */
function followFeed<A, B, T>(
  first: Feed<A>,
  keyOf: (value: A) => string,
  second: (key: string) => Feed<B> | null,
  join: (a: A, b: B | null) => T,
): Feed<T> {
  let beside: { readonly key: string; readonly feed: Feed<B> | null } | null = null;
  const joined = createFeed<T>((emit) => {
    let leave: (() => void) | undefined;
    const update = () => {
      const a = first.getSnapshot();
      if (a.state !== "ready") {
        emit(a);
        return;
      }
      const key = keyOf(a.value);
      if (beside?.key !== key) {
        leave?.();
        beside = { key, feed: second(key) };
        leave = beside.feed?.subscribe(update);
      }
      const b = beside.feed?.getSnapshot();
      if (b === undefined) emit({ ...a, value: join(a.value, null) });
      else if (b.state !== "ready") emit(b);
      else
        emit({
          state: "ready",
          value: join(a.value, b.value),
          isFromCache: a.isFromCache || b.isFromCache,
          confirmedAtMs: Math.min(a.confirmedAtMs, b.confirmedAtMs),
        });
    };
    const end = first.subscribe(update);
    update();
    return () => {
      end();
      leave?.();
      beside = null;
    };
  });
  return {
    ...joined,
    retry: () => {
      for (const feed of [first, beside?.feed]) if (feed?.getSnapshot().state === "failed") feed.retry();
      joined.retry();
    },
  };
}

/** One answer for each question, however often it is asked. */
function once<T>(ask: (question: string) => Promise<T>): (question: string) => Promise<T> {
  const answers = new Map<string, Promise<T>>();
  return (question) => {
    const answer = answers.get(question) ?? ask(question);
    answers.set(question, answer);
    return answer;
  };
}

function codeOf(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error && typeof error.code === "string"
    ? error.code
    : "unavailable";
}
