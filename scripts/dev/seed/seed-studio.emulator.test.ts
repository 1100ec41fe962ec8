import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { deleteApp, initializeApp } from "firebase-admin/app";
import type { App } from "firebase-admin/app";
import { getAuth } from "firebase-admin/auth";
import { getFirestore, Timestamp } from "firebase-admin/firestore";
import { ControlState, Firing, inTenant, Tenant } from "@studio-os/functions/contracts";
import { apiHandlers } from "../../../functions/src/api/handlers.js";
import { fromFirestore } from "../../../functions/src/platform/firestore-codec.js";
import { serve } from "../../../functions/src/platform/http/serve.js";
import { productionDeps, randomId } from "../../../functions/src/platform/production-deps.js";
import { verifyToken } from "../../../functions/src/platform/verify-token.js";
import { generateStudio } from "./generate-studio.js";
import { DEMO_PASSWORD, seedStudio } from "./index.js";
import type { SeedOptions, SeedSummary } from "./index.js";

const TODAY = "2026-11-21";
const DEMO = "demo-studio";
const JUNIPER = "juniper-pottery";

function requireEnv(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "")
    throw new Error(`${name} is not set: run this tier with "npm test", or under scripts/dev/with-emulators.ts`);
  return value;
}

/** The real routes and the real sign-in check, hosted here, because this tier needs no functions emulator for them. */
function hostApi(): Server {
  const deps = () => ({ ...productionDeps(), submitAgentProposal: () => assert.fail("no agent takes part") });
  const means = {
    handlers: apiHandlers(deps, { log: () => assert.fail("nothing is exported"), jobs: [] }),
    verifyToken,
    recordRefusal: () => Promise.resolve(),
    nowMs: () => Date.now(),
    newRequestId: randomId,
  };
  return createServer((request, response) => {
    void readBody(request)
      .then((text) =>
        serve(
          {
            method: request.method ?? "",
            path: request.url ?? "",
            query: {},
            contentType: request.headers["content-type"],
            authorization: request.headers.authorization,
            idempotencyKey: undefined,
            requestId: undefined,
            bodyBytes: text.length,
            body: text === "" ? {} : (JSON.parse(text) as unknown),
          },
          means,
        ),
      )
      .then(({ status, body }) => response.writeHead(status).end(JSON.stringify(body)));
  });
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

describe("scripts/dev/seed/seed-studio", function () {
  this.timeout(60_000);
  let app: App;
  let api: Server;
  let options: SeedOptions;
  let summary: SeedSummary;
  const document = async (path: string) => (await getFirestore(app).doc(path).get()).data();
  const control = async (tenantId: string) =>
    ControlState.parse(fromFirestore((await document(inTenant(tenantId, "control/state"))) ?? {}));

  before(async () => {
    const projectId = requireEnv("GCLOUD_PROJECT");
    app = initializeApp({ projectId }, "seed-test");
    api = hostApi().listen(0, "127.0.0.1");
    await once(api, "listening");
    options = {
      firestoreHost: requireEnv("FIRESTORE_EMULATOR_HOST"),
      authHost: requireEnv("FIREBASE_AUTH_EMULATOR_HOST"),
      projectId,
      today: TODAY,
      api: { origin: `http://127.0.0.1:${(api.address() as AddressInfo).port}` },
    };
    summary = await seedStudio(options);
  });
  after(async () => {
    api.closeAllConnections();
    api.close();
    await deleteApp(app);
  });

  it("writes what the generator made, and nothing else, into the studio it belongs to", async () => {
    for (const { tenantId, counts } of summary.studios)
      for (const [collection, expected] of Object.entries(counts)) {
        const stored = await getFirestore(app).collection(inTenant(tenantId, collection)).count().get();
        assert.equal(stored.data().count, expected, `${tenantId} ${collection}`);
      }
    Tenant.parse(fromFirestore((await document(`tenants/${DEMO}`)) ?? {}));
  });

  it("stores instants as Firestore's own, and reads back the very document of the generator", async () => {
    const [firing] = generateStudio(1, TODAY).firings;
    const stored = await document(inTenant(DEMO, `firings/${firing?.firingId ?? ""}`));
    assert.ok(stored?.["startAt"] instanceof Timestamp);
    assert.deepEqual(Firing.parse(fromFirestore(stored)), firing);
  });

  it("opens the demo studio by two people's audited calls, and leaves the other one stopped", async () => {
    assert.equal(summary.isDemoStudioOpen, true);
    const opened = await control(DEMO);
    assert.deepEqual([opened.mode, opened.by.id, opened.epoch], ["normal", "devon-admin", 1]);
    assert.equal((await control(JUNIPER)).mode, "stopped");
    const events = await getFirestore(app).collection(inTenant(DEMO, "auditEvents")).get();
    const told = events.docs.map((event) => `${String(event.get("type"))} by ${String(event.get("actorId"))}`);
    assert.deepEqual(told.sort(), [
      "control.release_requested by maya-owner",
      "control.released by devon-admin",
      "tenant.created by platform",
    ]);
  });

  it("gives every person one account with a verified address and their roles as claims", async () => {
    assert.equal(summary.signIns.length, 15);
    for (const { uid, email, tenants } of summary.signIns) {
      const account = await getAuth(app).getUser(uid);
      assert.deepEqual([account.email, account.emailVerified, account.disabled], [email, true, false]);
      assert.deepEqual(account.customClaims, { tenants });
    }
    const rosa = summary.signIns.find(({ uid }) => uid === "rosa-both");
    assert.deepEqual(rosa?.tenants, { [DEMO]: ["operator"], [JUNIPER]: ["approver_admin"] });
    assert.ok(summary.signIns.every(({ password }) => password === DEMO_PASSWORD));
  });

  const countEvents = async () =>
    (await getFirestore(app).collection(inTenant(DEMO, "auditEvents")).count().get()).data().count;

  it("run again, adds what is missing, keeps what has changed since, and puts nothing more on record", async () => {
    const firestore = getFirestore(app);
    const [changed, missing] = generateStudio(1, TODAY).batches.map(({ batchId }) =>
      firestore.doc(inTenant(DEMO, `batches/${batchId}`)),
    );
    await changed?.update({ title: "Changed by an approved effect", auditVersion: 1 });
    await missing?.delete();
    const before = await countEvents();
    const again = await seedStudio(options);
    assert.deepEqual(
      again.studios.map(({ isNew }) => isNew),
      [false, false],
    );
    assert.equal((await changed?.get())?.get("title"), "Changed by an approved effect");
    assert.equal((await missing?.get())?.exists, true);
    assert.equal(await countEvents(), before);
  });
});
