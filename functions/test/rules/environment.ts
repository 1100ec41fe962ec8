import { initializeTestEnvironment } from "@firebase/rules-unit-testing";
import type { RulesTestContext, RulesTestEnvironment } from "@firebase/rules-unit-testing";
import {
  collection,
  collectionGroup,
  deleteDoc,
  doc,
  getCountFromServer,
  getDocFromServer,
  getDocsFromServer,
  setDoc,
  setLogLevel,
  updateDoc,
} from "firebase/firestore";
import type { Firestore } from "firebase/firestore";
import type { Claims } from "./matrix.js";
import { RULES } from "./rules-source.js";

/** A project of its own, so that other tests on the same emulator neither see these documents nor reset the coverage. */
export const PROJECT_ID = `demo-rules-${process.pid}`;

export const OPERATIONS = ["get", "list", "count", "create", "update", "delete"] as const;
export type Operation = (typeof OPERATIONS)[number];

export interface RulesEnvironment {
  readonly host: string;
  /** One client a caller, kept for the whole suite. `null`: not signed in. */
  as(claims: Claims | null): Firestore;
  /** What functions do: the same SDK with the rules switched off. */
  asServer(work: (db: Firestore) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** Opens the real rules on the Firestore emulator. Without one there is nothing to test, which is a failure. */
export async function openRulesEnvironment(): Promise<RulesEnvironment> {
  const host = process.env["FIRESTORE_EMULATOR_HOST"];
  if (host === undefined || host === "")
    throw new Error(
      "The rules tests need the Firestore emulator and FIRESTORE_EMULATOR_HOST is not set: run them with `npm test`, " +
        "or behind `npx tsx scripts/dev/with-emulators.ts --only firestore --`.",
    );
  // The SDK prints every denial as a warning, and this suite is made of denials.
  setLogLevel("silent");
  const { hostname, port } = new URL(`http://${host}`);
  const env = await initializeTestEnvironment({
    projectId: PROJECT_ID,
    firestore: { rules: RULES, host: hostname, port: Number(port) },
  });
  const clients = new Map<string, Firestore>();
  return {
    host,
    as: (claims) => {
      const key = JSON.stringify(claims);
      const known = clients.get(key) ?? firestoreOf(contextOf(env, claims));
      clients.set(key, known);
      return known;
    },
    asServer: (work) => env.withSecurityRulesDisabled((context) => work(firestoreOf(context))),
    close: () => env.cleanup(),
  };
}

function contextOf(env: RulesTestEnvironment, claims: Claims | null): RulesTestContext {
  return claims === null ? env.unauthenticatedContext() : env.authenticatedContext("caller", { ...claims });
}

/** The library still hands out the old wrapper; the functions of the modular SDK unwrap it, but its type does not say so. */
function firestoreOf(context: RulesTestContext): Firestore {
  return context.firestore() as unknown as Firestore;
}

/** Does one operation on a seeded document's path, at the server, and answers how many documents it reached. */
export async function perform(operation: Operation, db: Firestore, path: string): Promise<number> {
  switch (operation) {
    case "get":
      return (await getDocFromServer(doc(db, path))).exists() ? 1 : 0;
    case "list":
      return (await getDocsFromServer(collection(db, parentOf(path)))).size;
    case "count":
      return (await getCountFromServer(collection(db, parentOf(path)))).data().count;
    case "create":
      await setDoc(doc(db, `${parentOf(path)}/new-one`), { isNew: true });
      return 1;
    case "update":
      await updateDoc(doc(db, path), { isChanged: true });
      return 1;
    case "delete":
      await deleteDoc(doc(db, path));
      return 1;
  }
}

/** Asks for every collection of this name, in all studios at once. */
export async function listGroup(db: Firestore, collectionName: string): Promise<number> {
  return (await getDocsFromServer(collectionGroup(db, collectionName))).size;
}

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf("/"));
