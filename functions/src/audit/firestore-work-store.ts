import type { Firestore, QueryDocumentSnapshot } from "firebase-admin/firestore";
import { COLLECTIONS, LogHead } from "../contracts/index.js";
import { fromFirestore } from "../platform/firestore-codec.js";
import { microsOf } from "./firestore-log-store.js";
import type { LogWork } from "./sweep-logs.js";

/** What is not done, by one query over all studios each: one read where there is nothing. */
export function firestoreLogWork(firestore: Firestore): LogWork {
  return {
    waiting: async function* (pageSize) {
      const oldestFirst = firestore
        .collectionGroup(COLLECTIONS.auditEvents)
        .where("pending", "==", true)
        .orderBy("at")
        // What a next page begins behind has to be in the answer.
        .select("at")
        .limit(pageSize);
      let last: QueryDocumentSnapshot | undefined;
      do {
        const page = await (last === undefined ? oldestFirst : oldestFirst.startAfter(last)).get();
        last = page.docs.at(pageSize - 1);
        if (!page.empty)
          yield page.docs.map((event) => ({ tenantId: tenantOf(event), createTime: microsOf(event.createTime) }));
      } while (last !== undefined);
    },
    unfinished: async (limit) => {
      const logs = firestore.collectionGroup(COLLECTIONS.auditLog).where("needsSweep", "==", true).limit(limit);
      const found = (await logs.get()).docs.map((log) => ({
        tenantId: tenantOf(log),
        head: log.id === "head" ? (LogHead.safeParse(fromFirestore(log.data())).data ?? null) : null,
      }));
      // Heads first: what they lead to decides whether the alarms of their studios are over.
      return found.sort((a, b) => Number(a.head === null) - Number(b.head === null));
    },
  };
}

const tenantOf = (document: QueryDocumentSnapshot): string => document.ref.path.split("/")[1] ?? "";
