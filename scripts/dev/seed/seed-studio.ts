import { createHash, randomBytes } from "node:crypto";
import { deleteApp, initializeApp } from "firebase-admin/app";
import type { App } from "firebase-admin/app";
import { getAuth } from "firebase-admin/auth";
import { getFirestore } from "firebase-admin/firestore";
import type { StaffEntry, StaffMember } from "@studio-os/functions/contracts";
import type { Deps } from "../../../functions/src/commit/deps.js";
import { firestoreTransactor } from "../../../functions/src/platform/firestore-transactor.js";
import { randomId } from "../../../functions/src/platform/production-deps.js";
import {
  bootstrapGlobalControl,
  bootstrapOperators,
  bootstrapTenant,
} from "../../../functions/src/policy/bootstrap-control.js";
import { pointAdminSdkAt, requireEmulators } from "./emulator-guard.js";
import type { EmulatorHosts } from "./emulator-guard.js";
import { generateStudio } from "./generate-studio.js";
import { openStudio } from "./open-studio.js";
import { OPERATORS, createAccounts, signInsOf } from "./staff-accounts.js";
import type { SignIn } from "./staff-accounts.js";
import { studioDateOf } from "./studio-calendar.js";
import type { StudioDate } from "./studio-calendar.js";
import { JUNIPER, SAGUARO } from "./studio-plans.js";
import { writeStudio } from "./write-studio.js";

export interface SeedOptions extends EmulatorHosts {
  readonly seedNumber?: number;
  /** The day around which everything is dated; the studio's current day when absent. */
  readonly today?: StudioDate;
  /** Where the HTTP API answers. Absent: the demo studio stays stopped, and `openStudio` opens it later. */
  readonly api?: { readonly origin: string };
  readonly progress?: (message: string) => void;
}

export interface SeedSummary {
  readonly seedNumber: number;
  readonly today: StudioDate;
  readonly studios: readonly {
    readonly tenantId: string;
    readonly name: string;
    /** False: it was there before, and its control was left as it is. */
    readonly isNew: boolean;
    readonly counts: Readonly<Record<string, number>>;
  }[];
  readonly signIns: readonly SignIn[];
  readonly isDemoStudioOpen: boolean;
}

const DEFAULT_SEED_NUMBER = 1;
/** Who opens the demo studio: one asks for the release, the other confirms it. */
const OPENED_BY = ["maya-owner", "devon-admin"] as const;

/**
 * Fills the emulators with two studios and the accounts of their people. Running it again adds what is missing and leaves
 * every document as it is; accounts get their password and roles back. Throws unless hosts and project are an emulator's.
 */
export async function seedStudio(options: SeedOptions): Promise<SeedSummary> {
  requireEmulators(options);
  pointAdminSdkAt(options);
  const { seedNumber = DEFAULT_SEED_NUMBER, today = studioDateOf(new Date()), progress = () => undefined } = options;
  const seeds = [SAGUARO, JUNIPER].map((plan) => generateStudio(seedNumber, today, plan));
  const signIns = signInsOf(seeds);
  const app = initializeApp({ projectId: options.projectId }, `seed-${randomId()}`);
  try {
    const deps = depsOf(app);
    await bootstrapGlobalControl(deps);
    await bootstrapOperators(
      deps,
      OPERATORS.map(({ uid, displayName }) => ({ uid, name: displayName })),
    );
    const studios: SeedSummary["studios"][number][] = [];
    for (const seed of seeds) {
      const { isNew } = await bootstrapTenant(deps, seed.tenant, seed.staff.map(toStaffEntry));
      const counts = await writeStudio(getFirestore(app), seed, progress);
      studios.push({ tenantId: seed.tenant.tenantId, name: seed.tenant.name, isNew, counts });
    }
    await createAccounts(getAuth(app), [...signIns, ...OPERATORS]);
    progress(`${signIns.length} accounts`);
    const isDemoStudioOpen = await openDemoStudio(options, signIns, progress);
    return { seedNumber, today, studios, signIns, isDemoStudioOpen };
  } finally {
    await deleteApp(app);
  }
}

async function openDemoStudio(
  { api, authHost }: SeedOptions,
  signIns: readonly SignIn[],
  progress: (message: string) => void,
): Promise<boolean> {
  if (api === undefined) return false;
  const { tenantId, name } = SAGUARO.tenant;
  const wasStopped = await openStudio({ apiOrigin: api.origin, authHost, tenantId, signIns: openersOf(signIns) });
  progress(`${name}: ${wasStopped ? `opened by ${OPENED_BY.join(" and ")}` : "was open already"}`);
  return true;
}

/** The two people who open the demo studio, out of everybody who can sign in. */
function openersOf(signIns: readonly SignIn[]): readonly [SignIn, SignIn] {
  const [asks, confirms] = OPENED_BY.map((uid) => signIns.find((it) => it.uid === uid));
  if (asks === undefined || confirms === undefined) throw new Error(`the seed has no ${OPENED_BY.join(" and ")}`);
  return [asks, confirms];
}

/** What decisions know of a person: no address, only who they are and what they may do. */
function toStaffEntry({ uid, displayName, roles, isActive }: StaffMember): StaffEntry {
  return {
    uid,
    name: displayName,
    roles,
    groups: [],
    aliases: [],
    disabledAt: isActive ? null : new Date().toISOString(),
  };
}

function depsOf(app: App): Deps {
  return {
    transactor: firestoreTransactor(getFirestore(app)),
    clock: { now: () => new Date().toISOString() },
    ids: { random: randomId, hex: (bytes) => randomBytes(bytes).toString("hex") },
    sha256: (text) => createHash("sha256").update(text, "utf8").digest("hex"),
  };
}
