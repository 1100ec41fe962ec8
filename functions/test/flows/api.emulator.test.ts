import assert from "node:assert/strict";
import { ApiError } from "../../src/contracts/index.js";
import type { Proposal, ReasonCode } from "../../src/contracts/index.js";
import { DEFAULT_APPROVAL_POLICY } from "../../src/policy/approval-policy.js";
import { aFiringDocument, openTestStudio, untilExecutable } from "../support/emulator.js";
import type { TestStudio } from "../support/emulator.js";
import { requireEnv } from "../support/require-env.js";
import { disable, signIn } from "../support/sign-in.js";
import type { SignedIn } from "../support/sign-in.js";

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

describe("the HTTP API on the functions emulator", function () {
  this.timeout(120_000);
  let studio: TestStudio;
  let owner: SignedIn;
  let approver: SignedIn;
  let viewer: SignedIn;
  let stranger: SignedIn;

  before(async () => {
    studio = await openTestStudio(DEFAULT_APPROVAL_POLICY);
    const other = await openTestStudio();
    [owner, approver, viewer, stranger] = await Promise.all([
      studio.signIn("olive", ["owner"]),
      studio.signIn("pia", ["approver"]),
      studio.signIn("vic", ["viewer"]),
      other.signIn("sam", ["owner"]),
    ]);
    await other.close();
    await studio.put("firings/f-1", aFiringDocument("f-1"));
  });
  after(() => studio.close());

  it("takes one change from submission over approval and execution to its undo, every step on record", async () => {
    const submitted = await proposalOf(await post(owner, "proposals", aSubmission("f-1")), 201);
    const path = `proposals/${submitted.proposalId}`;
    const looked = await call("GET", approver, path);
    assert.equal(looked.status, 200);

    const decision = {
      ifRev: submitted.rev,
      planId: submitted.plan.planId,
      rationale: "The room was hot and both kilns were off.",
    };
    const approved = await proposalOf(await post(approver, `${path}:approve`, decision));
    assert.equal(approved.status, "approved");
    const early = await post(approver, `${path}:execute`, { planId: submitted.plan.planId }, "execute-early-00001");
    assert.ok((refusal(early, 409, "HOLD_WINDOW").details?.retryAfterSeconds ?? 0) > 0);
    await untilExecutable(approved);
    const plan = { planId: submitted.plan.planId };
    const executed = await post(approver, `${path}:execute`, plan, "execute-once-000001");
    assert.equal((await proposalOf(executed)).status, "executed");
    const replayed = await post(approver, `${path}:execute`, plan, "execute-once-000001");
    assert.equal((replayed.body as { replayed: boolean }).replayed, true);
    assert.equal(((await studio.read("firings/f-1"))?.["attention"] as { code: string }).code, "room_overheat");

    const rolledBack = await post(approver, `${path}:rollback`, { rationale: "a wrong alarm" }, "rollback-once-00001");
    assert.equal((await proposalOf(rolledBack)).status, "rolled_back");
    assert.equal((await studio.read("firings/f-1"))?.["attention"], null);
    const types = await studio.eventTypes();
    for (const type of ["submitted", "approved", "executed", "execute_replayed", "rolled_back"])
      assert.ok(types.includes(`proposal.${type}`), `${type} is on record`);
  });

  it("answers with the request id of the caller, in the body and on the record", async () => {
    const reply = await call(
      "POST",
      owner,
      "proposals",
      { ...aSubmission("f-none") },
      { "x-request-id": "correlate-me-42" },
    );
    assert.equal(refusal(reply, 422, "TARGET_NOT_FOUND").requestId, "correlate-me-42");
    const events = await studio.firestore
      .collection(`tenants/${studio.tenantId}/auditEvents`)
      .where("requestId", "==", "correlate-me-42")
      .get();
    assert.deepEqual(
      events.docs.map((event) => event.get("reasonCode") as string),
      ["TARGET_NOT_FOUND"],
    );
  });

  const refusals: readonly [string, number, ReasonCode, () => Promise<Reply>][] = [
    ["no sign-in", 401, "UNAUTHENTICATED", () => call("GET", null, "control")],
    [
      "a forged token",
      401,
      "UNAUTHENTICATED",
      () => call("GET", { uid: "x", idToken: forged(owner.idToken) }, "control"),
    ],
    [
      "claims that are no list of roles",
      404,
      "CROSS_TENANT_DENIED",
      async () => call("GET", await signIn("odd", { tenants: { [studio.tenantId]: "owner" } }), "control"),
    ],
    [
      "a role that does not exist",
      404,
      "CROSS_TENANT_DENIED",
      async () => call("GET", await signIn("odd", { tenants: { [studio.tenantId]: ["root"] } }), "control"),
    ],
    ["an owner of another studio", 404, "CROSS_TENANT_DENIED", () => call("GET", stranger, "control")],
    [
      "a write by an owner of another studio",
      404,
      "CROSS_TENANT_DENIED",
      () => post(stranger, "control:engage", { mode: "stopped", reason: "because I can do it" }),
    ],
    ["a viewer who submits", 403, "ROLE_MISSING", () => post(viewer, "proposals", aSubmission("f-1"))],
    [
      "an approver who releases",
      403,
      "ROLE_MISSING",
      () => post(approver, "control:release", { reason: "long enough a reason" }),
    ],
    [
      "a body that names a tenant",
      400,
      "CLIENT_ASSERTED_IDENTITY",
      () => post(owner, "proposals", { ...aSubmission("f-1"), tenantId: "x" }),
    ],
    [
      "a body that names an approver",
      400,
      "CLIENT_ASSERTED_IDENTITY",
      () => post(owner, "proposals", { ...aSubmission("f-1"), approvedBy: "pia" }),
    ],
    ["an unknown field", 400, "INVALID_INPUT", () => post(owner, "proposals", { ...aSubmission("f-1"), extra: 1 })],
    ["an id that leads elsewhere", 404, "ROUTE_NOT_FOUND", () => post(owner, "proposals/..%2F..%2Fx:approve", {})],
    ["a query parameter", 400, "INVALID_INPUT", () => call("GET", owner, "control?tenantId=x")],
    [
      "an unknown capability",
      422,
      "CAPABILITY_UNKNOWN",
      () => post(owner, "proposals", { ...aSubmission("f-1"), capabilityId: "kiln.start" }),
    ],
    [
      "an execute without a key",
      400,
      "IDEMPOTENCY_KEY_REQUIRED",
      () => post(owner, "proposals/none:execute", { planId: "0".repeat(64) }),
    ],
    ["a proposal that is not there", 404, "NOT_FOUND", () => call("GET", owner, "proposals/none")],
    ["a route that is not there", 404, "ROUTE_NOT_FOUND", () => call("GET", owner, "secrets")],
    [
      "70 kB of body",
      413,
      "BODY_TOO_LARGE",
      () => post(owner, "proposals", { ...aSubmission("f-1"), rationale: "x".repeat(70_000) }),
    ],
    [
      "text instead of JSON",
      415,
      "UNSUPPORTED_MEDIA_TYPE",
      () => call("POST", owner, "proposals", "hello", { "content-type": "text/plain" }),
    ],
  ];
  for (const [what, status, code, attempt] of refusals)
    it(`answers ${status} ${code} to ${what}`, async () => void refusal(await attempt(), status, code));

  it("refuses the requester's own approval and says so in the trace", async () => {
    await studio.put("firings/f-2", aFiringDocument("f-2"));
    const { proposalId, rev, plan } = await proposalOf(await post(owner, "proposals", aSubmission("f-2")), 201);
    const reply = await post(owner, `proposals/${proposalId}:approve`, {
      ifRev: rev,
      planId: plan.planId,
      reasonCode: "looks_right",
    });
    const { details } = refusal(reply, 403, "SELF_APPROVAL");
    assert.equal(details?.policy?.trace.find(({ result }) => result === "fail")?.check, "self_approval");
  });

  it("lets nobody in whose account was disabled after the token was issued", async () => {
    const leaver = await studio.signIn("lee", ["approver"]);
    assert.equal((await call("GET", leaver, "control")).status, 200);
    await disable(leaver.uid);
    refusal(await call("GET", leaver, "control"), 401, "UNAUTHENTICATED");
  });

  it("puts a stranger's knocking on the record of the studio that was knocked at, once an hour", async () => {
    await call("GET", stranger, "control");
    await call("GET", stranger, "control");
    const events = await studio.firestore
      .collection(`tenants/${studio.tenantId}/auditEvents`)
      .where("reasonCode", "==", "CROSS_TENANT_DENIED")
      .where("actorId", "==", stranger.uid)
      .get();
    const routes = events.docs.map(
      (event) => (JSON.parse(String(event.get("canonical"))) as { data: { route: string } }).data.route,
    );
    assert.deepEqual(routes.sort(), ["engageStop", "getControl"]);
  });

  it("stops with one person and opens with two", async () => {
    assert.equal(
      (await post(approver, "control:engage", { mode: "stopped", reason: "water on the floor" })).status,
      200,
    );
    const reason = { reason: "the floor is dry again" };
    assert.equal((await post(owner, "control:release", reason)).status, 200);
    refusal(await post(owner, "control:release", reason), 409, "RELEASE_NOT_CONFIRMED");
    const admin = await studio.signIn("ada", ["approver_admin"]);
    const released = await post(admin, "control:release", reason);
    assert.equal((released.body as { isReleased: boolean }).isReleased, true);
  });

  function post(who: SignedIn | null, path: string, body: unknown, idempotencyKey?: string): Promise<Reply> {
    return call("POST", who, path, body, idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey });
  }

  async function call(
    method: "GET" | "POST",
    who: SignedIn | null,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const origin = requireEnv("STUDIO_FUNCTIONS_ORIGIN");
    const reply = await fetch(`${origin}/api/api/v1/tenants/${studio.tenantId}/${path}`, {
      method,
      headers: {
        ...(who === null ? {} : { authorization: `Bearer ${who.idToken}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    return { status: reply.status, body: await reply.json() };
  }
});

const aSubmission = (firingId: string) => ({
  capabilityId: "firing.flag",
  input: { firingId, attention: "room_overheat", note: "41 °C with both kilns off" },
  rationale: "The room is hot.",
  evidence: [],
});

function refusal({ status, body }: Reply, expectedStatus: number, code: ReasonCode): ApiError["error"] {
  const { error } = ApiError.parse(body);
  assert.deepEqual({ status, code: error.code }, { status: expectedStatus, code });
  return error;
}

async function proposalOf({ status, body }: Reply, expected = 200): Promise<Proposal> {
  assert.equal(status, expected, JSON.stringify(body).slice(0, 500));
  return Promise.resolve((body as { proposal: Proposal }).proposal);
}

/** The same token with the claims of an owner of everything, and the signature that it had. */
function forged(idToken: string): string {
  const [header = "", payload = "", signature = ""] = idToken.split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as Record<string, unknown>;
  const changed = Buffer.from(JSON.stringify({ ...claims, aud: "another-project" })).toString("base64url");
  return [header, changed, signature].join(".");
}
