import { randomBytes } from "node:crypto";
import { getAuth } from "firebase-admin/auth";
import { adminApp } from "../../src/platform/production-deps.js";
import type { Role } from "../../src/contracts/index.js";
import { requireEnv } from "./require-env.js";

/** The password of every account that `signIn` makes. */
export const TEST_PASSWORD = "only-on-the-emulator";

export interface SignedIn {
  readonly uid: string;
  readonly idToken: string;
}

/** Makes an account with these claims on the real Auth emulator and signs it in with its password. */
export async function signIn(name: string, claims: { tenants?: unknown } | Record<string, Role[]>): Promise<SignedIn> {
  const host = requireEnv("FIREBASE_AUTH_EMULATOR_HOST");
  const uid = `${name}-${randomBytes(4).toString("hex")}`;
  const email = `${uid}@example.test`;
  await getAuth(adminApp()).createUser({ uid, email, password: TEST_PASSWORD, displayName: name, emailVerified: true });
  await countTokensFrom(uid, 0);
  await getAuth(adminApp()).setCustomUserClaims(uid, "tenants" in claims ? claims : { tenants: claims });
  const answer = await fetch(
    `http://${host}/identitytoolkit.googleapis.com/v1/accounts:signInWithPassword?key=emulator`,
    {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email, password: TEST_PASSWORD, returnSecureToken: true }),
    },
  );
  const { idToken } = (await answer.json()) as { idToken: string };
  return { uid, idToken };
}

/** Tokens count from this second on: 0 lets a test say that somebody signed in long ago. */
async function countTokensFrom(localId: string, seconds: number): Promise<void> {
  const origin = `http://${requireEnv("FIREBASE_AUTH_EMULATOR_HOST")}/identitytoolkit.googleapis.com/v1`;
  await fetch(`${origin}/projects/${requireEnv("GCLOUD_PROJECT")}/accounts:update`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: "Bearer owner" },
    body: JSON.stringify({ localId, validSince: String(seconds) }),
  });
}

/** Every token that was issued before now stops counting. */
export const revokeSessions = (uid: string): Promise<void> => getAuth(adminApp()).revokeRefreshTokens(uid);

export const disable = (uid: string): Promise<unknown> => getAuth(adminApp()).updateUser(uid, { disabled: true });
