import type { Json, JsonObject } from "../contracts/index.js";
import type { RecordedEvent } from "../audit/record-event.js";
import type { DocumentChange } from "./document-change.js";
import { StudioError } from "./studio-error.js";

/** A document as one transaction saw it. `data` is null where there is none. Instants are UTC ISO strings. */
export interface StoredDocument {
  /** Full path from the database root. */
  readonly path: string;
  readonly data: JsonObject | null;
  /** Firestore's update time, to the microsecond as UTC ISO; null where there is no document. */
  readonly updateTime: string | null;
}

export interface DocumentQuery {
  /** Full path of one collection, or with `isGroup` the bare name of every collection called so. */
  readonly collection: string;
  readonly isGroup?: boolean;
  readonly where: readonly {
    /** A field, or a field within one: `actor.id`. */
    readonly field: string;
    readonly op: "==" | "<" | "<=" | ">" | ">=" | "in" | "array-contains";
    readonly value: Json;
  }[];
  readonly orderBy?: readonly { readonly field: string; readonly direction: "asc" | "desc" }[];
  /**
   * The next page, of a query that asks for equal fields alone and for no order: it goes on behind this document, by its full
   * path, in the order of the paths. The first page of such a query comes in that order by itself.
   */
  readonly after?: string;
  /** Every query is bounded. */
  readonly limit: number;
}

/** The reads of one transaction. All of them come before the commit, and all of them are still true at the commit. */
export interface TransactionReads {
  /** The documents in the order of the paths. */
  get(paths: readonly string[]): Promise<readonly StoredDocument[]>;
  query(query: DocumentQuery): Promise<readonly StoredDocument[]>;
  /** How many documents the query finds, up to its limit. One read for each thousand. */
  count(query: DocumentQuery): Promise<number>;
}

/** What one decision comes to: everything that is written, at once or not at all, and what the caller is told. */
export interface Commit<T> {
  readonly changes: readonly DocumentChange[];
  /** The events that put the changes on record. Only what carries no decision may change without one: see `assertOnRecord`. */
  readonly events: readonly RecordedEvent[];
  readonly answer: T;
}

/**
 * The only door to stored state: read, decide, and commit in one serialisable transaction.
 *
 * `body` may run more than once, so it only reads, computes and returns. Throws `StudioError` CONTENTION (retryable) when
 * the attempts run out, and INTERNAL when the commit breaks its own rules.
 */
export interface Transactor {
  transact<T>(body: (reads: TransactionReads) => Promise<Commit<T>>): Promise<T>;
}

/**
 * Collections that carry no decision, so they change without an audit event: what devices said, what is on its way to those
 * whom an event concerns, and which jobs ran.
 */
const UNDECIDED_COLLECTIONS: ReadonlySet<string> = new Set([
  "devices",
  "observations",
  "connectorHealth",
  "firingLogs",
  "streams",
  "deadLetters",
  "outbox",
  "notices",
  "jobRuns",
  // How the log is: it follows from the events and from what the signer remembers.
  "auditLog",
  "exportProgress",
  "cosignatures",
  "witnesses",
]);

/**
 * Collections that follow from what an event does name, so that it need not name them as well: the server's own memory,
 * and the copies of approval policies that the control document held.
 */
const FOLLOWING_COLLECTIONS: ReadonlySet<string> = new Set([
  "openIntents",
  "executions",
  "approverRationales",
  "approvalPolicies",
]);
/** A document of a studio, after its studio: a studio's own document and what lies above all studios have no versions. */
const IN_TENANT = /^tenants\/([^/]+\/.+)$/;

/**
 * Does every change of this commit stand on record? No audit event, no effect: a change of anything that carries a decision
 * needs an event of the same commit that names the document with the version it gets. A commit without one is a defect,
 * and throws INTERNAL before anything is written.
 */
export function assertOnRecord(commit: Commit<unknown>): void {
  const named = new Set(
    commit.events.flatMap(({ event }) => event.resourceRefs.map(({ path }) => `${event.tenantId}/${path}`)),
  );
  for (const { path } of commit.changes) {
    const collection = collectionOf(path);
    if (UNDECIDED_COLLECTIONS.has(collection)) continue;
    if (commit.events.length === 0) throw offRecord(`a change of ${collection} has no audit event`);
    const inTenant = IN_TENANT.exec(path)?.[1];
    if (inTenant === undefined || FOLLOWING_COLLECTIONS.has(collection) || named.has(inTenant)) continue;
    throw offRecord(`a change of ${collection} is named by no audit event of its commit`);
  }
}

const offRecord = (problem: string): StudioError => new StudioError("INTERNAL", problem, { isRetryable: false });

function collectionOf(path: string): string {
  const segments = path.split("/");
  return segments[segments.length - 2] ?? "";
}
