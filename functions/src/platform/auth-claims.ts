import { getAuth } from "firebase-admin/auth";
import type { Role } from "../contracts/index.js";
import { adminApp } from "./production-deps.js";

/**
 * Makes an account's claims say these roles in this studio, and leaves its other studios as they are. Doing it twice does it
 * once. False: there is no such account yet, and its claims are set when somebody makes it.
 */
export async function setClaims(tenantId: string, uid: string, roles: readonly Role[] | null): Promise<boolean> {
  const auth = getAuth(adminApp());
  const user = await auth.getUser(uid).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "auth/user-not-found") return null;
    throw error;
  });
  if (user === null) return false;
  const claims = (user.customClaims ?? {}) as { tenants?: Record<string, unknown> };
  const others = Object.entries(claims.tenants ?? {}).filter(([tenant]) => tenant !== tenantId);
  const tenants = Object.fromEntries(roles === null ? others : [...others, [tenantId, roles]]);
  await auth.setCustomUserClaims(uid, { ...claims, tenants });
  return true;
}
