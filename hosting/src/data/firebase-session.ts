import { initializeApp } from "firebase/app";
import type { FirebaseApp } from "firebase/app";
import {
  browserLocalPersistence,
  connectAuthEmulator,
  indexedDBLocalPersistence,
  initializeAuth,
  onIdTokenChanged,
  signInWithEmailAndPassword,
  signOut,
} from "firebase/auth";
import type { Auth, User } from "firebase/auth";
import type { StudioConfig } from "./config.js";
import { createStore } from "./store.js";
import type { Session, SignInOutcome, Store } from "./studio-data.js";
import { readTenantClaims } from "./tenant-claims.js";

export interface FirebaseSession {
  readonly app: FirebaseApp;
  readonly session: Store<Session>;
  readonly signIn: (email: string, password: string) => Promise<SignInOutcome>;
  readonly signOut: () => Promise<void>;
  readonly expire: () => void;
  readonly idToken: () => Promise<string | null>;
}

/**
 * Signs people in and says who is there. `initializeAuth` with named persistence leaves out the popup and redirect
 * code, which the cockpit does not use. A sign-in that ends without the person asking for it is `expired`, not
 * `signed_out`: the screen and what was typed stay.
 */
export function openFirebaseSession(config: StudioConfig): FirebaseSession {
  const app = initializeApp({ apiKey: config.apiKey, projectId: config.projectId });
  const auth = initializeAuth(app, { persistence: [indexedDBLocalPersistence, browserLocalPersistence] });
  if (config.authEmulatorUrl !== undefined)
    connectAuthEmulator(auth, config.authEmulatorUrl, { disableWarnings: true });
  const session = createStore<Session>({ kind: "loading" });
  onIdTokenChanged(auth, (user) => {
    void sessionOf(user, session).then(session.set);
  });

  return {
    app,
    session,
    signIn: (email, password) => signInWith(auth, email, password),
    signOut: async () => {
      session.set({ kind: "signed_out" });
      await signOut(auth);
    },
    expire: () => session.set(expiredFrom(session.getSnapshot())),
    idToken: async () => {
      try {
        return (await auth.currentUser?.getIdToken()) ?? null;
      } catch (error) {
        // A network failure says nothing about the sign-in; the request itself will tell.
        if (codeOf(error) === "auth/network-request-failed") throw error;
        return null;
      }
    },
  };
}

async function sessionOf(user: User | null, session: Store<Session>): Promise<Session> {
  if (user === null) return expiredFrom(session.getSnapshot());
  try {
    const { claims } = await user.getIdTokenResult();
    const before = session.getSnapshot();
    const email = user.email ?? user.uid;
    const person = { uid: user.uid, name: user.displayName ?? email, email };
    return {
      kind: "signed_in",
      person,
      tenants: readTenantClaims(claims.tenants),
      serial: nextSerial(before, user.uid),
    };
  } catch {
    return expiredFrom(session.getSnapshot());
  }
}

let signIns = 0;
/** A refreshed token is the same sign-in; coming back after `expired`, or as somebody else, is a new one. */
function nextSerial(before: Session, uid: string): number {
  if (before.kind === "signed_in" && before.person.uid === uid) return before.serial;
  signIns += 1;
  return signIns;
}

function expiredFrom(before: Session): Session {
  if (before.kind !== "signed_in" && before.kind !== "expired") return { kind: "signed_out" };
  return { kind: "expired", person: before.person, tenants: before.tenants };
}

async function signInWith(auth: Auth, email: string, password: string): Promise<SignInOutcome> {
  try {
    await signInWithEmailAndPassword(auth, email, password);
    return { kind: "done" };
  } catch (error) {
    const code = codeOf(error);
    return { kind: "refused", code, message: SIGN_IN_SENTENCES[code] ?? "The sign-in did not work. Try again." };
  }
}

/** One sentence for a wrong address and a wrong password: telling them apart would tell who has an account. */
const WRONG_PAIR = "This e-mail address and password do not belong together.";
const SIGN_IN_SENTENCES: Readonly<Record<string, string>> = {
  "auth/invalid-credential": WRONG_PAIR,
  "auth/invalid-email": WRONG_PAIR,
  "auth/user-not-found": WRONG_PAIR,
  "auth/wrong-password": WRONG_PAIR,
  "auth/user-disabled": "This account is disabled. Ask an owner of the studio.",
  "auth/too-many-requests": "Too many attempts. Wait a few minutes and try again.",
  "auth/network-request-failed": "The sign-in service could not be reached. Check the network and try again.",
};

function codeOf(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error && typeof error.code === "string"
    ? error.code
    : "auth/unknown";
}
