import { FieldPath, FieldValue } from "firebase-admin/firestore";
import type { DocumentSnapshot, Firestore, Query, Transaction } from "firebase-admin/firestore";
import type { DocumentChange } from "../commit/document-change.js";
import { StudioError } from "../commit/studio-error.js";
import { GLOBAL_CONTROL_PATH, controlRef } from "../contracts/index.js";
import { assertOnRecord } from "../commit/transactor.js";
import type { Commit, DocumentQuery, StoredDocument, TransactionReads, Transactor } from "../commit/transactor.js";
import { fromFirestore, toFirestore, toStoredValue } from "./firestore-codec.js";

/** How often Firestore may run the body again when somebody else won the race. */
const MAX_ATTEMPTS = 8;
/** gRPC ABORTED, CANCELLED, UNAVAILABLE, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED: the same call may succeed later. */
const RETRYABLE_GRPC = new Set([1, 4, 8, 10, 14]);

/** gRPC ABORTED: somebody else holds the document. The switch can be read, only not in this attempt. */
const ABORTED = 10;

/**
 * The door to the real Firestore: one serialisable transaction for each decision. Where a control document cannot be read,
 * for want of permission or for whatever other reason, nothing is written and the answer is CONTROL_UNREADABLE (M04.2).
 */
export function firestoreTransactor(firestore: Firestore): Transactor {
  return {
    async transact<T>(body: (reads: TransactionReads) => Promise<Commit<T>>): Promise<T> {
      let unreadable: unknown;
      try {
        return await firestore.runTransaction(
          async (transaction) => {
            const commit = await body(
              readsOf(firestore, transaction, (cause) => {
                unreadable = cause;
              }),
            );
            assertOnRecord(commit);
            const changes = [...commit.changes, ...commit.events.flatMap((event) => event.changes)];
            for (const change of changes) write(firestore, transaction, change);
            return commit.answer;
          },
          { maxAttempts: MAX_ATTEMPTS },
        );
      } catch (cause) {
        if (cause !== undefined && cause === unreadable && codeOf(cause) !== ABORTED)
          throw new StudioError("CONTROL_UNREADABLE", "the control documents cannot be read", {
            isRetryable: true,
            cause,
          });
        throw toStudioError(cause);
      }
    },
  };
}

const isControl = (path: string): boolean => path === GLOBAL_CONTROL_PATH || path.endsWith(`/${controlRef()}`);

function readsOf(
  firestore: Firestore,
  transaction: Transaction,
  onUnreadableControl: (cause: unknown) => void,
): TransactionReads {
  return {
    async get(paths) {
      if (paths.length === 0) return [];
      try {
        const snapshots = await transaction.getAll(...paths.map((path) => firestore.doc(path)));
        return snapshots.map(toStoredDocument);
      } catch (cause) {
        // Firestore answers for all of the documents or for none.
        if (paths.some(isControl)) onUnreadableControl(cause);
        // As it came: Firestore's client tells by it whether to try again.
        throw cause;
      }
    },
    async query(query) {
      const result = await transaction.get(toQuery(firestore, query));
      return result.docs.map(toStoredDocument);
    },
    async count(query) {
      const result = await transaction.get(toQuery(firestore, query).count());
      return result.data().count;
    },
  };
}

function toStoredDocument(snapshot: DocumentSnapshot): StoredDocument {
  const data = snapshot.data();
  return {
    path: snapshot.ref.path,
    data: data === undefined ? null : fromFirestore(data),
    updateTime: snapshot.updateTime === undefined ? null : microseconds(snapshot.updateTime),
  };
}

/** Firestore's times have microseconds, which a JavaScript Date cannot hold. */
function microseconds(time: { seconds: number; nanoseconds: number }): string {
  const whole = new Date(time.seconds * 1_000).toISOString().slice(0, 19);
  return `${whole}.${String(Math.floor(time.nanoseconds / 1_000)).padStart(6, "0")}Z`;
}

function toQuery(firestore: Firestore, query: DocumentQuery): Query {
  let built: Query =
    query.isGroup === true ? firestore.collectionGroup(query.collection) : firestore.collection(query.collection);
  for (const { field, op, value } of query.where) built = built.where(field, op, toStoredValue(field, value));
  for (const { field, direction } of query.orderBy ?? []) built = built.orderBy(field, direction);
  if (query.after !== undefined) built = built.orderBy(FieldPath.documentId()).startAfter(firestore.doc(query.after));
  return built.limit(query.limit);
}

function write(firestore: Firestore, transaction: Transaction, change: DocumentChange): void {
  const reference = firestore.doc(change.path);
  switch (change.op) {
    case "create":
      transaction.create(reference, toFirestore(change.data));
      return;
    case "set":
      transaction.set(reference, toFirestore(change.data));
      return;
    case "update":
      transaction.update(
        reference,
        Object.fromEntries(
          Object.entries(change.fields).map(([name, value]) => [
            name,
            value === undefined ? FieldValue.delete() : toStoredValue(name, value),
          ]),
        ),
      );
      return;
    case "delete":
      transaction.delete(reference);
  }
}

function toStudioError(cause: unknown): unknown {
  if (cause instanceof StudioError) return cause;
  const code = codeOf(cause);
  if (typeof code === "number" && RETRYABLE_GRPC.has(code))
    return new StudioError("CONTENTION", "the transaction did not get through", { isRetryable: true, cause });
  return cause;
}

const codeOf = (cause: unknown): unknown =>
  typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined;
