import { getAuth } from "firebase-admin/auth";
import { adminApp } from "./production-deps.js";
import { toPrincipal } from "./http/principal.js";
import type { Principal } from "./http/principal.js";

/**
 * Does this ID token hold, now? Signature, audience, issuer and expiry are checked, and with the issuer that neither the
 * session was revoked nor the account disabled. Any failure, the issuer being out of reach included, is a no.
 */
export async function verifyToken(token: string): Promise<Principal | null> {
  try {
    return toPrincipal(await getAuth(adminApp()).verifyIdToken(token, true));
  } catch {
    return null;
  }
}
