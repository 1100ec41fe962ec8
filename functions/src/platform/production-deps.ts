import { createHash, randomBytes } from "node:crypto";
import { getApps, initializeApp } from "firebase-admin/app";
import type { App } from "firebase-admin/app";
import { getFirestore } from "firebase-admin/firestore";
import type { Deps } from "../commit/deps.js";
import { firestoreTransactor } from "./firestore-transactor.js";

/** 20 characters of 62: 119 bits, the same shape as Firestore's own ids. */
const ID_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const ID_LENGTH = 20;

let deps: Deps | undefined;

/** The app of this process: project, credentials and emulator hosts come from the environment it runs in. */
export function adminApp(): App {
  // A named app is somebody else's, perhaps of another project.
  return getApps().find(({ name }) => name === "[DEFAULT]") ?? initializeApp();
}

/** Everything that a use case takes from the real world. Made at the first call, not when the module is loaded. */
export function productionDeps(): Deps {
  deps ??= {
    transactor: firestoreTransactor(getFirestore(adminApp())),
    clock: { now: () => new Date().toISOString() },
    ids: { random: randomId, hex: (bytes) => randomBytes(bytes).toString("hex") },
    sha256: (text) => createHash("sha256").update(text, "utf8").digest("hex"),
  };
  return deps;
}

/** A random document id. Bytes past the alphabet's largest multiple are thrown away, so that every character is as likely. */
export function randomId(): string {
  let id = "";
  while (id.length < ID_LENGTH)
    for (const byte of randomBytes(ID_LENGTH * 2))
      if (byte < 248 && id.length < ID_LENGTH) id += ID_ALPHABET.charAt(byte % ID_ALPHABET.length);
  return id;
}
