import { deleteApp, initializeApp } from "firebase-admin/app";
import type { App } from "firebase-admin/app";
import { getFirestore } from "firebase-admin/firestore";
import type { Transactor } from "../../src/commit/transactor.js";
import { firestoreTransactor } from "../../src/platform/firestore-transactor.js";
import { describeTransactor } from "../support/transactor-suite.js";

/** A project for each test: the emulator keeps them apart, so that no test clears what another suite stores. */
let projects = 0;
const apps: App[] = [];

async function freshStore(): Promise<Transactor> {
  const host = process.env["FIRESTORE_EMULATOR_HOST"];
  if (host === undefined || host === "")
    throw new Error(
      "This suite needs the Firestore emulator and FIRESTORE_EMULATOR_HOST is not set: run it with `npm test`, or " +
        "behind `npx tsx scripts/dev/with-emulators.ts --only firestore --`.",
    );
  await Promise.all(apps.splice(0).map((app) => deleteApp(app)));
  projects += 1;
  const app = initializeApp({ projectId: `demo-transactor-${process.pid}-${projects}` }, `transactor-${projects}`);
  apps.push(app);
  return firestoreTransactor(getFirestore(app));
}

after(async () => {
  await Promise.all(apps.splice(0).map((app) => deleteApp(app)));
});

describeTransactor("platform/firestore-transactor", freshStore);
