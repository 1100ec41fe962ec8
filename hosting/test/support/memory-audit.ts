import type { AuditPayload, LogHead, RouteBody } from "@studio-os/functions/contracts";
import type { AuditData, AuditFilter, AuditPage } from "../../src/data/audit-data.js";
import type { Feed, Live } from "../../src/data/live.js";
import { createStore } from "../../src/data/store.js";
import { memoryFile, progressOf, requestExport } from "./memory-exports.js";
import type { Exports } from "./memory-exports.js";
import type { HistoryEntry, One } from "../../src/data/studio-data.js";

/** What is on record in a scenario, and how it answers. */
export interface MemoryRecord {
  readonly entries: readonly HistoryEntry[];
  readonly unreadable: readonly { readonly id: string; readonly problem: string }[];
  readonly state: "ready" | "loading" | "failed";
  /** Older pages fail as often as this before they come. */
  readonly olderFailures: number;
  /** What people wrote, by event: the routes give it out. */
  readonly words: Readonly<Record<string, AuditPayload>>;
  readonly exports: Exports;
}

const NO_EXPORTS: Exports = {
  state: "ready",
  value: { items: [], unreadable: [] },
  isFromCache: false,
  confirmedAtMs: 0,
};

export const EMPTY_RECORD: MemoryRecord = {
  entries: [],
  unreadable: [],
  state: "ready",
  olderFailures: 0,
  words: {},
  exports: NO_EXPORTS,
};

/** The stored documents of a signed log, and the events that are in it. */
export interface MemoryLogDocuments {
  readonly identity: NonNullable<AuditData["log"]["identity"]>;
  readonly head: LogHead;
  readonly checkpoints: Readonly<Record<string, unknown>>;
  readonly tiles: Readonly<Record<string, unknown>>;
  readonly entries: readonly HistoryEntry[];
}

export interface RecordControls {
  /** Somebody does something while a page shows the record. */
  readonly addEvent: (entry: HistoryEntry) => void;
  /** The record is this log's from now on. Without one, the cockpit was given no key. */
  readonly setLog: (log: MemoryLogDocuments) => void;
}

/** As many rows as one page has in the studio's own data. */
const PAGE_SIZE = 50;
const FAILURE = {
  state: "failed",
  code: "PERMISSION_DENIED",
  message: "Your role does not open this, or your sign-in has ended. An owner of the studio can tell.",
  requestId: null,
} as const;

/** A studio's record in memory, that filters, orders and pages as the database does. */
export function createMemoryAudit(record: MemoryRecord): {
  audit: AuditData;
  requestExport: (body: RouteBody<"requestExport">) => { readonly answer: unknown };
  controls: RecordControls;
} {
  const entries = createStore(record.entries);
  const exports = createStore(record.exports);
  let olderFailures = record.olderFailures;
  const matching = (filter: AuditFilter) =>
    newestFirst(entries.getSnapshot()).filter((entry) => matches(entry, filter));
  const pageAt = (filter: AuditFilter, from: number): AuditPage => {
    const found = matching(filter);
    const items = found.slice(from, from + PAGE_SIZE);
    const last = items.at(-1);
    const isFull = items.length === PAGE_SIZE && last !== undefined;
    return {
      items,
      unreadable: from === 0 ? record.unreadable : [],
      next: isFull ? { at: last.at, eventId: last.eventId } : null,
    };
  };
  const live = <T>(read: () => T): (() => Live<T>) =>
    record.state === "ready"
      ? () => ({ state: "ready", value: read(), isFromCache: false, confirmedAtMs: Date.now() })
      : () => (record.state === "failed" ? FAILURE : { state: "loading" });
  const audit: Pick<AuditData, "newest" | "older" | "chain"> = {
    newest: remembered((filter: AuditFilter) =>
      feedOver(
        entries,
        live(() => pageAt(filter, 0)),
      ),
    ),
    older: async (filter, cursor) => {
      await new Promise((done) => setTimeout(done, 40));
      if (olderFailures > 0) {
        olderFailures -= 1;
        return { ...FAILURE, code: "UNAVAILABLE", message: "The database cannot be reached." };
      }
      const at = matching(filter).findIndex(({ eventId }) => eventId === cursor.eventId);
      return { kind: "page", page: pageAt(filter, at + 1) };
    },
    chain: remembered((of) =>
      feedOver(
        entries,
        live(() => {
          const all = newestFirst(entries.getSnapshot()).reverse();
          const own = all.filter((entry) =>
            "proposalId" in of ? entry.proposalId === of.proposalId : entry.requestId === of.requestId,
          );
          const requests = new Set(own.map(({ requestId }) => requestId));
          return { items: all.filter(({ requestId }) => requests.has(requestId)), unreadable: [], isTruncated: false };
        }),
      ),
    ),
  };
  const progress = remembered((exportId: string) =>
    feedOver(exports, () => ({
      state: "ready",
      value: progressOf(exportId),
      isFromCache: false,
      confirmedAtMs: Date.now(),
    })),
  );
  const documents = createStore<MemoryLogDocuments | null>(null);
  const log: AuditData["log"] = {
    get identity() {
      return documents.getSnapshot()?.identity ?? null;
    },
    head: feedOver(documents, () => {
      const head = documents.getSnapshot()?.head;
      const value: One<LogHead> = head === undefined ? { kind: "missing" } : { kind: "found", value: head };
      return { state: "ready", value, isFromCache: false, confirmedAtMs: Date.now() };
    }),
    reads: () => ({
      checkpoint: (_, size) => Promise.resolve(documents.getSnapshot()?.checkpoints[String(size)]),
      tile: (_, level, index) => Promise.resolve(documents.getSnapshot()?.tiles[`${level}-${index}`]),
    }),
  };
  return {
    audit: {
      ...audit,
      log,
      exports: feedOver(exports, exports.getSnapshot),
      exportProgress: progress,
      exportFile: memoryFile,
    },
    requestExport: (body: RouteBody<"requestExport">) => requestExport(exports, body),
    controls: {
      addEvent: (entry) => entries.set([...entries.getSnapshot(), entry]),
      setLog: (next) => {
        documents.set(next);
        entries.set(next.entries);
      },
    },
  };
}

const newestFirst = (entries: readonly HistoryEntry[]): HistoryEntry[] =>
  entries.toSorted((a, b) => (a.at === b.at ? (a.eventId < b.eventId ? 1 : -1) : a.at < b.at ? 1 : -1));

function matches(entry: HistoryEntry, filter: AuditFilter): boolean {
  const { actorId, proposalId, requestId, outcome, severity } = filter;
  const equal = Object.entries({ actorId, proposalId, requestId, outcome, severity });
  return (
    equal.every(([name, value]) => value === null || entry[name as keyof HistoryEntry] === value) &&
    (filter.types.length === 0 || filter.types.includes(entry.type)) &&
    (filter.fromAt === null || entry.at >= filter.fromAt) &&
    (filter.untilAt === null || entry.at < filter.untilAt)
  );
}

function remembered<K, T>(open: (key: K) => Feed<T>): (key: K) => Feed<T> {
  const feeds = new Map<string, Feed<T>>();
  return (key) => {
    const name = JSON.stringify(key);
    const feed = feeds.get(name) ?? open(key);
    feeds.set(name, feed);
    return feed;
  };
}

function feedOver<T>(source: { subscribe: (onChange: () => void) => () => void }, read: () => Live<T>): Feed<T> {
  let current = read();
  const readers = new Set<() => void>();
  source.subscribe(() => {
    current = read();
    for (const reader of [...readers]) reader();
  });
  return {
    getSnapshot: () => current,
    subscribe: (onChange) => {
      readers.add(onChange);
      return () => readers.delete(onChange);
    },
    retry: () => {
      current = read();
      for (const reader of [...readers]) reader();
    },
  };
}
