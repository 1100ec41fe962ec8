import { StudioError } from "../../src/commit/studio-error.js";
import type { DocumentChange } from "../../src/commit/document-change.js";
import { assertOnRecord } from "../../src/commit/transactor.js";
import type {
  Commit,
  DocumentQuery,
  StoredDocument,
  TransactionReads,
  Transactor,
} from "../../src/commit/transactor.js";
import type { Json, JsonObject } from "../../src/contracts/index.js";
import { runQuery } from "./memory-query.js";

/** How often a body may run again when a document that it read changed: as often as over Firestore. */
const MAX_ATTEMPTS = 8;
/** The update time of the first commit; each one after it is a microsecond later. */
const FIRST_UPDATE_SECOND = "2026-01-01T00:00:00";
/** gRPC codes that Firestore answers a create and an update with when the document is there, or is not. */
const ALREADY_EXISTS = 6;
const NOT_FOUND = 5;

interface Entry {
  readonly data: JsonObject;
  readonly commit: number;
}
type Entries = ReadonlyMap<string, Entry>;

/** One commit at the moment at which it took effect, for whoever watches over every one of them. */
export interface ObservedCommit {
  readonly changes: readonly DocumentChange[];
  readonly events: Commit<unknown>["events"];
  before(path: string): JsonObject | null;
  after(path: string): JsonObject | null;
}

export interface MemoryTransactor extends Transactor {
  /** Everything that is stored, by full path, in the order of the paths. Frozen. */
  dump(): Record<string, JsonObject>;
  /** What another system of the studio does: stores or removes a document past every rule of a commit. */
  put(path: string, data: JsonObject): void;
  remove(path: string): void;
  /** How many commits took effect, and how often a body ran. */
  readonly counts: { readonly commits: number; readonly attempts: number };
}

/**
 * What does a serialisable store without a network come to? Each body sees one snapshot; the commit holds only when no
 * document and no query that it read came out differently since, and otherwise the body runs again, at most `MAX_ATTEMPTS`
 * times. Deterministic: no clock, no randomness. Kept honest by `describeTransactor`, which runs over Firestore as well.
 */
export function memoryTransactor(
  seed: Readonly<Record<string, JsonObject>> = {},
  onCommit: (commit: ObservedCommit) => void = () => undefined,
): MemoryTransactor {
  let entries: Entries = new Map(Object.entries(seed).map(([path, data]) => [path, { data: frozen(data), commit: 0 }]));
  const counts = { commits: 0, attempts: 0 };

  const replace = (change: (draft: Map<string, Entry>, commit: number) => void): void => {
    const draft = new Map(entries);
    change(draft, counts.commits + 1);
    entries = draft;
    counts.commits += 1;
  };

  async function attempt<T>(body: (reads: TransactionReads) => Promise<Commit<T>>): Promise<{ answer: T } | null> {
    counts.attempts += 1;
    const snapshot = entries;
    const read = recordReads(snapshot);
    const commit = await body(read.reads);
    assertOnRecord(commit);
    if (!read.stillHold(entries)) return null;
    const changes = [...commit.changes, ...commit.events.flatMap((event) => event.changes)];
    const before = entries;
    if (changes.length > 0) replace((draft, number) => changes.forEach((change) => apply(draft, change, number)));
    onCommit({
      changes: commit.changes,
      events: commit.events,
      before: (path) => before.get(path)?.data ?? null,
      after: (path) => entries.get(path)?.data ?? null,
    });
    return { answer: commit.answer };
  }

  return {
    counts,
    async transact(body) {
      for (let left = MAX_ATTEMPTS; left > 0; left -= 1) {
        const done = await attempt(body);
        if (done !== null) return done.answer;
      }
      throw new StudioError("CONTENTION", "the transaction did not get through", { isRetryable: true });
    },
    dump: () =>
      Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, { data }]) => [path, data])),
    put: (path, data) => replace((draft, commit) => draft.set(path, { data: checked(data), commit })),
    remove: (path) => replace((draft) => draft.delete(path)),
  };
}

/** The reads of one attempt, and whether they would come out the same on another state of the store. */
function recordReads(snapshot: Entries): { reads: TransactionReads; stillHold(now: Entries): boolean } {
  const paths = new Set<string>();
  const queries: { readonly query: DocumentQuery; readonly seen: string }[] = [];
  const counted: { readonly query: DocumentQuery; readonly seen: number }[] = [];
  return {
    reads: {
      get(wanted) {
        wanted.forEach((path) => paths.add(path));
        return Promise.resolve(wanted.map((path) => toStored(path, snapshot.get(path))));
      },
      query(query) {
        const found = answer(snapshot, query);
        queries.push({ query, seen: signature(found) });
        return Promise.resolve(found);
      },
      count(query) {
        const seen = answer(snapshot, query).length;
        counted.push({ query, seen });
        return Promise.resolve(seen);
      },
    },
    stillHold: (now) =>
      [...paths].every((path) => snapshot.get(path) === now.get(path)) &&
      queries.every(({ query, seen }) => signature(answer(now, query)) === seen) &&
      counted.every(({ query, seen }) => answer(now, query).length === seen),
  };
}

function answer(entries: Entries, query: DocumentQuery): StoredDocument[] {
  const found = runQuery(
    [...entries].map(([path, { data }]) => ({ path, data })),
    query,
  );
  return found.map(({ path }) => toStored(path, entries.get(path)));
}

const signature = (found: readonly StoredDocument[]): string =>
  JSON.stringify(found.map(({ path, updateTime }) => [path, updateTime]));

function toStored(path: string, entry: Entry | undefined): StoredDocument {
  if (entry === undefined) return { path, data: null, updateTime: null };
  return { path, data: entry.data, updateTime: updateTimeOf(entry.commit) };
}

/** As Firestore's, with microseconds, which a JavaScript Date cannot hold. */
function updateTimeOf(commit: number): string {
  return `${FIRST_UPDATE_SECOND}.${String(commit).padStart(6, "0")}Z`;
}

function apply(draft: Map<string, Entry>, change: DocumentChange, commit: number): void {
  const { path } = change;
  const existing = draft.get(path);
  switch (change.op) {
    case "create":
      if (existing !== undefined) throw grpcError(ALREADY_EXISTS, `${path} exists already`);
      draft.set(path, { data: checked(change.data), commit });
      return;
    case "set":
      draft.set(path, { data: checked(change.data), commit });
      return;
    case "update": {
      if (existing === undefined) throw grpcError(NOT_FOUND, `there is no ${path}`);
      const fields = Object.entries({ ...existing.data, ...change.fields });
      const present = fields.filter((field): field is [string, Json] => field[1] !== undefined);
      draft.set(path, { data: checked(Object.fromEntries(present)), commit });
      return;
    }
    case "delete":
      draft.delete(path);
  }
}

/** A copy that nobody can alter, so that every reader may share it. One that is frozen already is as good as a copy. */
function frozen<T extends Json>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  const members = Array.isArray(value)
    ? value.map((item: Json) => frozen(item))
    : Object.fromEntries(Object.entries(value).map(([name, member]) => [name, frozen(member)]));
  return Object.freeze(members) as T;
}

/** A copy, when it is something that Firestore can hold: no `undefined`, and no array directly inside an array. */
function checked(data: JsonObject): JsonObject {
  refuseUnstorable(data, false);
  return frozen(data);
}

function refuseUnstorable(value: unknown, isInArray: boolean): void {
  if (value === undefined) throw new Error("undefined cannot be stored");
  if (Array.isArray(value)) {
    if (isInArray) throw new Error("an array inside an array cannot be stored");
    value.forEach((item) => refuseUnstorable(item, true));
  } else if (typeof value === "object" && value !== null)
    Object.values(value).forEach((member) => refuseUnstorable(member, false));
}

function grpcError(code: number, message: string): Error {
  return Object.assign(new Error(message), { code });
}
