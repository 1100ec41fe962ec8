import type { Auth, CreateRequest } from "firebase-admin/auth";
import type { Role } from "@studio-os/functions/contracts";
import type { StudioSeed } from "./generate-studio.js";

/** Every demo account's password. It opens nothing but an emulator on this machine. */
export const DEMO_PASSWORD = "clay-and-fire";

/** One person's way in, and the roles they hold, studio by studio. */
export interface SignIn {
  readonly uid: string;
  readonly displayName: string;
  readonly email: string;
  readonly password: string;
  readonly tenants: Readonly<Record<string, readonly Role[]>>;
}

/** Two operators of the platform, who belong to no studio and may stop and release all of them. */
export const OPERATORS: readonly SignIn[] = ["Pat Platform", "Pim Platform"].map((displayName) => {
  const uid = displayName.toLowerCase().replace(" ", "-");
  const email = `${uid}@example.test`;
  return { uid, displayName, email, password: DEMO_PASSWORD, tenants: { platform: ["operator"] } };
});

/** Who can sign in? Each person once, however many studios they work for. */
export function signInsOf(seeds: readonly StudioSeed[]): readonly SignIn[] {
  const byUid = new Map<string, SignIn>();
  for (const { tenant, staff } of seeds)
    for (const { uid, displayName, email, roles } of staff) {
      const tenants = { ...byUid.get(uid)?.tenants, [tenant.tenantId]: roles };
      byUid.set(uid, { uid, displayName, email, password: DEMO_PASSWORD, tenants });
    }
  return [...byUid.values()];
}

/** Creates the accounts, or brings existing ones back to what the seed says, with the roles as verified claims. */
export async function createAccounts(auth: Auth, signIns: readonly SignIn[]): Promise<void> {
  await Promise.all(
    signIns.map(async ({ uid, displayName, email, password, tenants }) => {
      const account = { displayName, email, password, emailVerified: true, disabled: false };
      await createOrUpdate(auth, uid, account);
      await auth.setCustomUserClaims(uid, { tenants });
    }),
  );
}

async function createOrUpdate(
  auth: Auth,
  uid: string,
  account: Omit<CreateRequest, "uid" | "multiFactor">,
): Promise<void> {
  try {
    await auth.createUser({ uid, ...account });
  } catch (error) {
    const isKnown = error instanceof Error && "code" in error && error.code === "auth/uid-already-exists";
    if (!isKnown) throw error;
    await auth.updateUser(uid, account);
  }
}
