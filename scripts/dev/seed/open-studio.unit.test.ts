import { DEFAULT_APPROVAL_POLICY } from "../../../functions/src/policy/approval-policy.js";
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { openStudio } from "./open-studio.js";
import type { SignIn } from "./staff-accounts.js";

const person = (uid: string): SignIn => ({
  uid,
  displayName: uid,
  email: `${uid}@saguaro-clay.example`,
  password: "secret-of-" + uid,
  tenants: { "demo-studio": ["owner"] },
});
const MAYA = person("maya-owner");
const DEVON = person("devon-admin");

const control = (mode: "normal" | "stopped") => ({
  mode,
  epoch: 1,
  reason: "A new studio starts stopped.",
  by: { id: "platform", name: "Studio OS" },
  at: "2026-11-21T07:00:00.000Z",
  scopes: [],
  releaseRequest: null,
  staff: [],
  covers: [],
  approvalPolicy: DEFAULT_APPROVAL_POLICY,
  auditVersion: 1,
  lastEventId: "e-1",
  updatedAt: "2026-11-21T07:00:00.000Z",
});
const refusal = (code: string) => ({ error: { code, message: "No.", requestId: "r-1" } });
type Reply = readonly [status: number, body: unknown];
const REQUESTED: Reply = [200, { control: control("stopped"), isReleased: false }];
const RELEASED: Reply = [200, { control: control("normal"), isReleased: true }];

/** An API and an Auth emulator in one, which answer as told and note who called what. */
class FakeBackend {
  readonly calls: string[] = [];
  mode: "normal" | "stopped" = "stopped";
  releases: Reply[] = [];
  readonly server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const [status, body] = this.answer(
        request.url ?? "",
        request.headers.authorization,
        Buffer.concat(chunks).toString(),
      );
      response.writeHead(status, { "Content-Type": "application/json" });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    });
  });

  answer(url: string, authorization: string | undefined, body: string): Reply {
    if (url.includes("signInWithPassword")) {
      const { email, password } = JSON.parse(body) as { email: string; password: string };
      const known = [MAYA, DEVON].find((it) => it.email === email && it.password === password);
      return known === undefined ? [400, refusal("no")] : [200, { idToken: `token-of-${known.uid}` }];
    }
    this.calls.push(`${authorization ?? "nobody"} ${url}`);
    if (url.endsWith("/control"))
      return [200, { effectiveMode: this.mode, control: control(this.mode), detail: "as told" }];
    return this.releases.shift() ?? [500, "<html>no more answers</html>"];
  }
}

describe("scripts/dev/seed/open-studio", () => {
  let backend: FakeBackend;
  let host: string;

  beforeEach(async () => {
    backend = new FakeBackend();
    backend.server.listen(0, "127.0.0.1");
    await once(backend.server, "listening");
    host = `127.0.0.1:${(backend.server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    backend.server.closeAllConnections();
    backend.server.close();
  });

  const open = (signIns: readonly [SignIn, SignIn] = [MAYA, DEVON]) =>
    openStudio({ apiOrigin: `http://${host}/`, authHost: host, tenantId: "demo-studio", signIns });

  it("lets one person ask and another confirm", async () => {
    backend.releases = [REQUESTED, RELEASED];
    assert.equal(await open(), true);
    assert.deepEqual(backend.calls, [
      "Bearer token-of-maya-owner /api/v1/tenants/demo-studio/control",
      "Bearer token-of-maya-owner /api/v1/tenants/demo-studio/control:release",
      "Bearer token-of-devon-admin /api/v1/tenants/demo-studio/control:release",
    ]);
  });

  it("leaves a studio that is open as it is", async () => {
    backend.mode = "normal";
    assert.equal(await open(), false);
    assert.equal(backend.calls.length, 1);
  });

  it("goes on to the confirmation when the first person had asked before", async () => {
    backend.releases = [[409, refusal("RELEASE_NOT_CONFIRMED")], RELEASED];
    assert.equal(await open(), true);
  });

  it("needs nobody else when the first call completes what somebody had asked for", async () => {
    backend.releases = [RELEASED];
    assert.equal(await open(), true);
    assert.equal(backend.calls.length, 2);
  });

  it("names the reason code of a refusal", async () => {
    backend.releases = [[423, refusal("CONTROL_UNREADABLE")]];
    await assert.rejects(open(), /CONTROL_UNREADABLE: No\. \(request r-1\)/);
  });

  it("says so when the studio stays stopped after both calls", async () => {
    backend.releases = [REQUESTED, REQUESTED];
    await assert.rejects(open(), /still stopped though maya-owner asked and devon-admin confirmed/);
  });

  it("says what answered when it was not the API", async () => {
    await assert.rejects(open(), /control:release answered 500 with something that is not in the contract/);
  });

  it("never prints a password or a token", async () => {
    const stranger = { ...MAYA, uid: "stranger", password: "wrong-secret" };
    const errors = await Promise.all(
      [open([stranger, DEVON]), open()].map((attempt) =>
        attempt.then(
          () => "",
          (error: unknown) => String(error),
        ),
      ),
    );
    assert.match(errors[0] ?? "", /stranger could not sign in: the Auth emulator answered 400/);
    assert.doesNotMatch(errors.join(), /secret|token-of/);
  });
});
