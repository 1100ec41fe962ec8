import type { FirebaseApp } from "firebase/app";
import {
  collection,
  connectFirestoreEmulator,
  doc,
  documentId,
  getDocFromServer,
  getDocsFromServer,
  getFirestore,
  limit,
  onSnapshot,
  orderBy,
  query,
  startAfter,
  where,
} from "firebase/firestore";
import type { DocumentReference, Firestore, FirestoreError, Query, QuerySnapshot } from "firebase/firestore";
import type { StudioConfig } from "./config.js";

/** A stored document as it came. */
export interface RawDocument {
  readonly id: string;
  readonly data: unknown;
}

export interface Sight<T> {
  readonly value: T;
  readonly isFromCache: boolean;
}

interface Watcher<T> {
  readonly onSight: (sight: Sight<T>) => void;
  readonly onError: (code: string) => void;
}

/** Which documents of one collection to watch. Every list has a bound. */
export interface ListQuery {
  readonly path: string;
  readonly where?: readonly (readonly [field: string, op: "==" | "in" | ">=" | "<", value: unknown])[];
  readonly orderBy?: readonly [field: string, direction: "asc" | "desc"];
  readonly limit: number;
  /** Begin behind the document of this id, where the field that is ordered by has this value. Needs `orderBy`. */
  readonly after?: { readonly value: unknown; readonly id: string };
}

export interface LiveLayer {
  /** `undefined` data: there is no such document. */
  readonly watchDocument: (path: string, watcher: Watcher<unknown>) => () => void;
  readonly watchList: (list: ListQuery, watcher: Watcher<readonly RawDocument[]>) => () => void;
  /** One answer of the server's, never the cache's. Rejects with a `FirestoreError`. */
  /** As the server has it now, `undefined` where there is none. Rejects with a `FirestoreError`. */
  readonly readDocument: (path: string) => Promise<unknown>;
  readonly readList: (list: ListQuery) => Promise<readonly RawDocument[]>;
}

/**
 * Live reads. This file alone imports the Firestore SDK, and is itself imported only when the first screen is drawn: it
 * is the largest part of the cockpit. The cache is in memory: a shared computer keeps no copy of the studio's records.
 */
export function openLiveLayer(app: FirebaseApp, config: StudioConfig): LiveLayer {
  const db = getFirestore(app);
  const emulator = config.firestoreEmulator;
  if (emulator !== undefined) connectFirestoreEmulator(db, emulator.host, emulator.port);
  return {
    watchDocument: (path, watcher) => watchDocument(doc(db, path), watcher),
    watchList: (list, watcher) => watchQuery(toQuery(db, list), watcher),
    readDocument: async (path) => (await getDocFromServer(doc(db, path))).data(),
    readList: async (list) => toRaw(await getDocsFromServer(toQuery(db, list))),
  };
}

function toQuery(db: Firestore, list: ListQuery): Query {
  const [field, direction] = list.orderBy ?? [];
  return query(
    collection(db, list.path),
    ...(list.where ?? []).map(([name, op, value]) => where(name, op, value)),
    ...(field === undefined ? [] : [orderBy(field, direction), orderBy(documentId(), direction)]),
    ...(list.after === undefined ? [] : [startAfter(list.after.value, list.after.id)]),
    limit(list.limit),
  );
}

const toRaw = (snapshot: QuerySnapshot): readonly RawDocument[] =>
  snapshot.docs.map((document) => ({ id: document.id, data: document.data() }));

function watchDocument(ref: DocumentReference, watcher: Watcher<unknown>): () => void {
  return onSnapshot(
    ref,
    { includeMetadataChanges: true },
    (snapshot) => watcher.onSight({ value: snapshot.data(), isFromCache: snapshot.metadata.fromCache }),
    (error: FirestoreError) => watcher.onError(error.code),
  );
}

function watchQuery(list: Query, watcher: Watcher<readonly RawDocument[]>): () => void {
  return onSnapshot(
    list,
    { includeMetadataChanges: true },
    (snapshot) =>
      watcher.onSight({
        value: toRaw(snapshot),
        isFromCache: snapshot.metadata.fromCache,
      }),
    (error: FirestoreError) => watcher.onError(error.code),
  );
}
