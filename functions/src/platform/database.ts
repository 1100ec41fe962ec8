import { getFirestore } from "firebase-admin/firestore";
import type { Firestore } from "firebase-admin/firestore";
import { adminApp } from "./production-deps.js";

/** The database of this process, for the audit log's own stores; everything else goes through the transactor. */
export function database(): Firestore {
  return getFirestore(adminApp());
}
