import { FieldValue, Timestamp } from "firebase-admin/firestore";
import type { DocumentSnapshot, Firestore, Precondition, WriteBatch } from "firebase-admin/firestore";
import { toDocument } from "../commit/document-change.js";
import type { DocumentChange } from "../commit/document-change.js";
import {
  COLLECTIONS,
  LogCheckpoint,
  LogHead,
  LogTile,
  auditEventRef,
  closedLogRef,
  inTenant,
  logCheckpointRef,
  logHeadRef,
  logTileRef,
} from "../contracts/index.js";
import { fromFirestore, toFirestore } from "../platform/firestore-codec.js";
import type { EventDocument } from "./event-document.js";
import type { HeadVersion, LogStore } from "./log-store.js";

/** gRPC ALREADY_EXISTS, FAILED_PRECONDITION, ABORTED, and NOT_FOUND of what was to be updated: somebody else was first. */
const LOST_RACE = new Set([5, 6, 9, 10]);
const ALREADY_EXISTS = 6;

/** A studio's log in Firestore. No transaction reads here: preconditions on update times decide every race (M07.2). */
export function firestoreLogStore(firestore: Firestore): LogStore {
  const at = (tenantId: string, ref: string) => firestore.doc(inTenant(tenantId, ref));
  const collection = (tenantId: string, ref: string) => firestore.collection(inTenant(tenantId, ref));
  const headWithVersion: LogStore["headWithVersion"] = async (tenantId) => {
    const stored = await at(tenantId, logHeadRef()).get();
    const data = stored.data();
    return data === undefined
      ? { head: null, version: null }
      : { head: LogHead.parse(fromFirestore(data)), version: microsOf(stored.updateTime) };
  };
  return {
    headWithVersion,
    head: async (tenantId) => (await headWithVersion(tenantId)).head,
    tile: async (tenantId, epoch, level, index) => {
      const data = (await at(tenantId, logTileRef(epoch, level, index)).get()).data();
      return data === undefined ? null : LogTile.parse(data);
    },
    newestCheckpoint: async (tenantId, epoch) => {
      const checkpoints = collection(tenantId, `${closedLogRef(epoch)}/${COLLECTIONS.checkpoints}`);
      const [newest] = (await checkpoints.orderBy("size", "desc").limit(1).get()).docs;
      return newest === undefined ? null : LogCheckpoint.parse(fromFirestore(newest.data()));
    },
    checkpoint: async (tenantId, epoch, size) => {
      const data = (await at(tenantId, logCheckpointRef(epoch, size)).get()).data();
      return data === undefined ? null : LogCheckpoint.parse(fromFirestore(data));
    },
    events: async (tenantId, ids) => {
      if (ids.length === 0) return [];
      const found = await firestore.getAll(...ids.map((id) => at(tenantId, auditEventRef(id))));
      return found.map((snapshot) => (snapshot.exists ? toEvent(snapshot) : null));
    },
    pending: async (tenantId, limit) => {
      const events = collection(tenantId, COLLECTIONS.auditEvents);
      const found = await events.where("pending", "==", true).orderBy("at").limit(limit).get();
      return found.docs.map(toEvent);
    },
    writeHead: (tenantId, head, version) => {
      const batch = firestore.batch();
      putHead(batch, at(tenantId, logHeadRef()), head, version);
      return commit(batch);
    },
    commitBatch: (tenantId, { head, tiles, stamps, event: recorded }, version) => {
      const batch = firestore.batch();
      // First, because its update time comes first in the answer.
      putHead(batch, at(tenantId, logHeadRef()), head, version);
      for (const tile of tiles)
        batch.set(at(tenantId, logTileRef(head.epoch, tile.level, tile.index)), LogTile.parse(tile));
      for (const { event, seq } of stamps)
        batch.update(
          at(tenantId, auditEventRef(event.id)),
          { seq, pending: FieldValue.delete(), ...(head.epoch === 1 ? {} : { logEpoch: head.epoch }) },
          unchangedSince(event.updateTime),
        );
      createAll(batch, firestore, recorded?.changes ?? []);
      return commit(batch);
    },
    setAside: async (tenantId, event, alarm) => {
      const batch = firestore.batch();
      const fields = { pending: FieldValue.delete(), quarantined: true };
      batch.update(at(tenantId, auditEventRef(event.id)), fields, unchangedSince(event.updateTime));
      createAll(batch, firestore, alarm.changes);
      return (await commit(batch)) !== null;
    },
    publish: async (tenantId, checkpoint) => {
      const document = toFirestore(toDocument(LogCheckpoint.parse(checkpoint)));
      try {
        await at(tenantId, logCheckpointRef(checkpoint.epoch, checkpoint.size)).create(document);
      } catch (error) {
        if (grpcCode(error) !== ALREADY_EXISTS) throw error;
      }
    },
  };
}

function createAll(batch: WriteBatch, firestore: Firestore, changes: readonly DocumentChange[]): void {
  for (const change of changes)
    if (change.op === "create") batch.create(firestore.doc(change.path), toFirestore(change.data));
}

function putHead(
  batch: WriteBatch,
  at: FirebaseFirestore.DocumentReference,
  head: LogHead,
  version: HeadVersion,
): void {
  const document = toFirestore(toDocument(LogHead.parse(head)));
  if (version === null) {
    batch.create(at, document);
    return;
  }
  // An update, because only that takes a precondition: fields that the head no longer has are named.
  const gone = (["lease", "needsSweep"] as const).filter((name) => head[name] === undefined);
  const removed = Object.fromEntries(gone.map((name) => [name, FieldValue.delete()]));
  batch.update(at, { ...document, ...removed }, unchangedSince(version));
}

/** The new version of what was written first, or null where the race is lost. An outcome that is not known (a broken connection) is thrown: a retry finds out. */
async function commit(batch: WriteBatch): Promise<string | null> {
  try {
    const [first] = await batch.commit();
    return microsOf(first?.writeTime);
  } catch (error) {
    if (LOST_RACE.has(grpcCode(error))) return null;
    throw error;
  }
}

export function toEvent(snapshot: DocumentSnapshot): EventDocument {
  return {
    id: snapshot.id,
    data: fromFirestore(snapshot.data() ?? {}),
    createTime: microsOf(snapshot.createTime),
    updateTime: microsOf(snapshot.updateTime),
  };
}

/** Firestore's times have microseconds: more than a Date holds, and few enough for an exact integer. */
export function microsOf(time: Timestamp | undefined): string {
  if (time === undefined) throw new Error("Firestore gave a document without its times");
  return String(time.seconds * 1_000_000 + Math.floor(time.nanoseconds / 1_000));
}

function unchangedSince(micros: string): Precondition {
  const whole = Number(micros);
  const seconds = Math.floor(whole / 1_000_000);
  return { lastUpdateTime: new Timestamp(seconds, (whole - seconds * 1_000_000) * 1_000) };
}

function grpcCode(error: unknown): number {
  return typeof error === "object" && error !== null && "code" in error && typeof error.code === "number"
    ? error.code
    : -1;
}
