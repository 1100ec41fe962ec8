import type { Firestore, Query, QueryDocumentSnapshot } from "firebase-admin/firestore";
import { COLLECTIONS, LogCheckpoint, closedLogRef, inTenant, logHeadRef } from "../contracts/index.js";
import { fromFirestore } from "../platform/firestore-codec.js";
import type { LogInspection } from "./check-log.js";
import { toEvent } from "./firestore-log-store.js";

const PAGE_SIZE = 300;

/** What a check of a log reads in Firestore besides the log itself. */
export function firestoreLogInspection(firestore: Firestore): LogInspection {
  const collection = (tenantId: string, ref: string) => firestore.collection(inTenant(tenantId, ref));
  return {
    checkpoints: async function* (tenantId, epoch, overSize) {
      const checkpoints = collection(tenantId, `${closedLogRef(epoch)}/${COLLECTIONS.checkpoints}`);
      for await (const document of pagesOf(checkpoints.where("size", ">", overSize).orderBy("size")))
        yield LogCheckpoint.parse(fromFirestore(document.data()));
    },
    pendingEvents: async function* (tenantId) {
      const pending = collection(tenantId, COLLECTIONS.auditEvents).where("pending", "==", true);
      for await (const document of pagesOf(pending)) yield toEvent(document);
    },
    allEvents: async function* (tenantId) {
      for await (const document of pagesOf(collection(tenantId, COLLECTIONS.auditEvents))) yield toEvent(document);
    },
    countEvents: (tenantId) =>
      // Of one moment, without holding anybody up.
      firestore.runTransaction(
        async (transaction) => {
          const events = collection(tenantId, COLLECTIONS.auditEvents);
          const [all, pending, quarantined] = await Promise.all(
            [events, events.where("pending", "==", true), events.where("quarantined", "==", true)].map(
              async (query) => (await transaction.get(query.count())).data().count,
            ),
          );
          const logs = await transaction.get(collection(tenantId, COLLECTIONS.auditLog));
          const head = logs.docs.find(({ ref }) => ref.path === inTenant(tenantId, logHeadRef()));
          const closed = logs.docs.filter(({ id }) => /^e[0-9]+$/.test(id)).map((log): unknown => log.get("size"));
          return {
            all: all ?? 0,
            pending: pending ?? 0,
            quarantined: quarantined ?? 0,
            headSize: Number(head?.get("size") ?? 0),
            closedSize: closed.reduce<number | null>(
              (sum, size) => (sum === null || typeof size !== "number" ? null : sum + size),
              0,
            ),
          };
        },
        { readOnly: true },
      ),
    documents: async (tenantId, refs) => {
      if (refs.length === 0) return [];
      const found = await firestore.getAll(...refs.map((ref) => firestore.doc(inTenant(tenantId, ref))));
      return found.map((snapshot) => {
        const data = snapshot.data();
        return data === undefined ? null : fromFirestore(data);
      });
    },
  };
}

/** Every document of a query, a page at a time. */
async function* pagesOf(query: Query): AsyncGenerator<QueryDocumentSnapshot> {
  let last: QueryDocumentSnapshot | undefined;
  do {
    const page = await (last === undefined ? query : query.startAfter(last)).limit(PAGE_SIZE).get();
    yield* page.docs;
    last = page.docs.at(PAGE_SIZE - 1);
  } while (last !== undefined);
}
