import { randomBytes } from "node:crypto";
import { deleteApp, initializeApp } from "firebase-admin/app";
import type { App } from "firebase-admin/app";
import { FieldValue, getFirestore } from "firebase-admin/firestore";
import type { Firestore } from "firebase-admin/firestore";
import type { Deps } from "../../src/commit/deps.js";
import { controlRef } from "../../src/contracts/index.js";
import type { ApprovalPolicy, HumanActor, JsonObject, Proposal, Role } from "../../src/contracts/index.js";
import { firestoreTransactor } from "../../src/platform/firestore-transactor.js";
import { toFirestore } from "../../src/platform/firestore-codec.js";
import { productionDeps } from "../../src/platform/production-deps.js";
import { DEFAULT_APPROVAL_POLICY } from "../../src/policy/approval-policy.js";
import { bootstrapGlobalControl, bootstrapTenant } from "../../src/policy/bootstrap-control.js";
import { releaseStop } from "../../src/policy/release-stop.js";
import { listed } from "./builders.js";
import { requireEnv } from "./require-env.js";
import { signIn } from "./sign-in.js";
import type { SignedIn } from "./sign-in.js";

/** One studio of its own on the real Firestore emulator, opened by two people, with nothing in it yet. */
export interface TestStudio {
  readonly tenantId: string;
  readonly firestore: Firestore;
  readonly deps: Deps;
  readonly owner: HumanActor;
  readonly admin: HumanActor;
  readonly approver: HumanActor;
  put(ref: string, document: JsonObject): Promise<void>;
  read(ref: string): Promise<Record<string, unknown> | undefined>;
  eventTypes(): Promise<string[]>;
  /** Puts somebody on the studio's staff list, as its own people would. */
  list(person: HumanActor): Promise<void>;
  /** A listed person of this studio, signed in on the real Auth emulator. */
  signIn(name: string, roles: Role[]): Promise<SignedIn>;
  close(): Promise<void>;
}

const person = (id: string, ...roles: Role[]): HumanActor => ({ type: "human", id, name: id, roles });

/** The policy that studios start with, for tests that execute at once what was just approved. */
const WITHOUT_HOLD: ApprovalPolicy = {
  ...DEFAULT_APPROVAL_POLICY,
  rules: DEFAULT_APPROVAL_POLICY.rules.map((rule) => ({ ...rule, holdMs: 0 })),
};

/**
 * Connects, makes a studio with a random id, and opens it as its owner and its admin would. In a project of its own it has a
 * switch above all studios of its own too, and the emulated functions do not see it.
 */
export async function openTestStudio(policy = WITHOUT_HOLD, ownProject?: string): Promise<TestStudio> {
  requireEnv("FIRESTORE_EMULATOR_HOST");
  const tenantId = `t-${randomBytes(6).toString("hex")}`;
  const app: App = initializeApp({ projectId: ownProject ?? requireEnv("GCLOUD_PROJECT") }, tenantId);
  const firestore = getFirestore(app);
  const deps: Deps = { ...productionDeps(), transactor: firestoreTransactor(firestore) };
  const [owner, admin, approver] = [
    person("olive", "owner"),
    person("ada", "approver_admin"),
    person("pia", "approver"),
  ];
  await bootstrapGlobalControl(deps);
  const tenant = { tenantId, name: "Test", timeZone: "America/Phoenix", currency: "USD" };
  await bootstrapTenant(deps, tenant, [owner, admin, approver].map(listed), policy);
  const release = { tenantId, requestId: "test-release", body: { reason: "opened for a test", phrase: null } };
  await releaseStop(deps, { ...release, actor: owner });
  await releaseStop(deps, { ...release, actor: admin });
  const at = (ref: string) => firestore.doc(`tenants/${tenantId}/${ref}`);
  const list = async (who: HumanActor) => {
    await at(controlRef()).update({ staff: FieldValue.arrayUnion(toFirestore(listed(who))) });
  };
  return {
    tenantId,
    firestore,
    deps,
    owner,
    admin,
    approver,
    put: async (ref, document) => {
      await at(ref).set(toFirestore(document));
    },
    read: async (ref) => (await at(ref).get()).data(),
    eventTypes: async () => {
      const events = await firestore.collection(`tenants/${tenantId}/auditEvents`).get();
      return events.docs.map((event) => String(event.get("type"))).sort();
    },
    list,
    signIn: async (name, roles) => {
      const signedIn = await signIn(name, { [tenantId]: roles });
      await list(person(signedIn.uid, ...roles));
      return signedIn;
    },
    close: () => deleteApp(app),
  };
}

/** Waits, as a person would, until the hold window of an approved proposal is over. */
export async function untilExecutable({ executeNotBefore }: Pick<Proposal, "executeNotBefore">): Promise<void> {
  const leftMs = executeNotBefore === null ? 0 : Date.parse(executeNotBefore) - Date.now();
  if (leftMs > 0) await new Promise((resolve) => setTimeout(resolve, leftMs + CLOCKS_APART_MS));
}

/** The clocks of the test and of the emulated functions are one, but timers may be early by a moment. */
const CLOCKS_APART_MS = 50;

/** A finished firing that nobody flagged yet. */
export function aFiringDocument(firingId: string): JsonObject {
  return {
    firingId,
    kilnId: "kiln-a",
    kilnName: "Kiln A",
    title: "Bisque 12",
    program: "bisque",
    cone: "04",
    status: "complete",
    startAt: "2026-03-01T04:00:00.000Z",
    endAt: "2026-03-01T14:00:00.000Z",
    peakTempC: 1060,
    batchIds: [],
    faultNote: null,
    attention: null,
  };
}
