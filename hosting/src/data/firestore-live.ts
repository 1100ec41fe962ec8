import type { FirebaseApp } from "firebase/app";
import {
  collection,
  connectFirestoreEmulator,
  doc,
  getFirestore,
  limit,
  onSnapshot,
  orderBy,
  query,
  where,
} from "firebase/firestore";
import type { DocumentReference, FirestoreError, Query } from "firebase/firestore";
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
  readonly where?: readonly (readonly [field: string, op: "==" | "in", value: unknown])[];
  readonly orderBy?: readonly [field: string, direction: "asc" | "desc"];
  readonly limit: number;
}

export interface LiveLayer {
  /** `undefined` data: there is no such document. */
  readonly watchDocument: (path: string, watcher: Watcher<unknown>) => () => void;
  readonly watchList: (list: ListQuery, watcher: Watcher<readonly RawDocument[]>) => () => void;
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
    watchList: (list, watcher) =>
      watchQuery(
        query(
          collection(db, list.path),
          ...(list.where ?? []).map(([field, op, value]) => where(field, op, value)),
          ...(list.orderBy === undefined ? [] : [orderBy(...list.orderBy)]),
          limit(list.limit),
        ),
        watcher,
      ),
  };
}

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
        value: snapshot.docs.map((document) => ({ id: document.id, data: document.data() })),
        isFromCache: snapshot.metadata.fromCache,
      }),
    (error: FirestoreError) => watcher.onError(error.code),
  );
}
