import assert from "node:assert/strict";
import { StudioError } from "../../commit/studio-error.js";
import { accept, refuse } from "../../commit/outcome.js";
import type { Outcome } from "../../commit/outcome.js";
import {
  API_ROUTES,
  ApiError,
  FORBIDDEN_BODY_FIELDS,
  MAX_BODY_BYTES,
  REASON_CODES,
  ROLES,
} from "../../contracts/index.js";
import type { ApiRoute, ApiRouteName, ReasonCode } from "../../contracts/index.js";
import { aControl, aProposal } from "../../../test/support/builders.js";
import { NOW } from "../../../test/support/fake-means.js";
import type { Principal } from "./principal.js";
import type { ApiRequest } from "./read-request.js";
import { serve } from "./serve.js";
import type { AccessRefusal, ApiReply, Handlers, ServeMeans, VerifiedCall } from "./serve.js";

const BASE = "/api/v1/tenants/kiln-house";
const TEN_MINUTES = 600_000;
const SECRET = "private-key-4711";

/** The bearer token of each caller; everything else belongs to nobody. */
const people: Readonly<Record<string, Principal>> = {
  ana: { uid: "ana", name: "Ana", signedInAtMs: Date.parse(NOW), tenants: { "kiln-house": ["approver"] } },
  olga: { uid: "olga", name: "Olga", signedInAtMs: Date.parse(NOW), tenants: { "kiln-house": ["owner"] } },
  late: {
    uid: "late",
    name: "L",
    signedInAtMs: Date.parse(NOW) - TEN_MINUTES - 1,
    tenants: { "kiln-house": ["owner"] },
  },
  edge: { uid: "edge", name: "E", signedInAtMs: Date.parse(NOW) - TEN_MINUTES, tenants: { "kiln-house": ["owner"] } },
  vera: { uid: "vera", name: "Vera", signedInAtMs: Date.parse(NOW), tenants: { "kiln-house": ["viewer"] } },
  mia: { uid: "mia", name: "Mia", signedInAtMs: Date.parse(NOW), tenants: { "mud-hut": ["owner"] } },
};

interface Served {
  readonly reply: ApiReply;
  readonly calls: readonly VerifiedCall[];
  readonly recorded: readonly AccessRefusal[];
}
interface Sent extends Partial<Omit<ApiRequest, "body" | "bodyBytes">> {
  readonly as?: string;
  readonly body?: unknown;
}
type Handle = (call: VerifiedCall) => Promise<Outcome<unknown>>;

const answerNothing: Handle = () => Promise.resolve(refuse("NOT_FOUND"));

async function send(
  { as = "ana", body, ...request }: Sent,
  handle = answerNothing,
  means: Partial<ServeMeans> = {},
): Promise<Served> {
  const calls: VerifiedCall[] = [];
  const recorded: AccessRefusal[] = [];
  const handler: Handle = (call) => {
    calls.push(call);
    return handle(call);
  };
  const text = body === undefined ? "" : JSON.stringify(body);
  const reply = await serve(
    {
      method: "POST",
      path: `${BASE}/proposals`,
      query: {},
      contentType: body === undefined ? undefined : "application/json",
      authorization: `Bearer ${as}`,
      idempotencyKey: undefined,
      requestId: undefined,
      bodyBytes: Buffer.byteLength(text),
      body,
      ...request,
    },
    {
      handlers: Object.fromEntries(Object.keys(API_ROUTES).map((name) => [name, handler])) as unknown as Handlers,
      verifyToken: (token) => Promise.resolve(people[token] ?? null),
      recordRefusal: (refusal) => {
        recorded.push(refusal);
        return Promise.resolve();
      },
      nowMs: () => Date.parse(NOW),
      newRequestId: () => "request-made-here",
      ...means,
    },
  );
  return { reply, calls, recorded };
}

/** Checks the whole refusal: status, body by the contract, and that no handler was asked. */
function assertRefused({ reply, calls }: Served, code: ReasonCode): ApiError["error"] {
  const { error } = ApiError.parse(reply.body);
  assert.equal(error.code, code, JSON.stringify(error));
  assert.equal(reply.status, REASON_CODES[code].httpStatus);
  assert.equal(error.message, REASON_CODES[code].sentence);
  assert.equal(reply.logged["code"], code);
  assert.deepEqual(calls, []);
  return error;
}

const SUBMIT = { capabilityId: "firing.flag", input: {}, rationale: "" };
const CONTROL = { method: "GET", path: `${BASE}/control` };
const RELEASE = { path: `${BASE}/control:release`, body: { reason: "All clear again." } };
const EXECUTE = { path: `${BASE}/proposals/p-1:execute`, body: { planId: "0".repeat(64) } };
const KEY = "0123456789abcdef";

describe("platform/http/serve", () => {
  it("hands a verified call to its handler, and answers by the route's schema and status", async () => {
    const answer = { effectiveMode: "normal", control: aControl(), detail: "normal" };
    const { reply, calls } = await send(CONTROL, () => Promise.resolve(accept(answer)));
    assert.deepEqual([reply.status, reply.body], [200, answer]);
    const actor = { type: "human", id: "ana", name: "Ana", roles: ["approver"] };
    const rest = { requestId: "request-made-here", params: { tenantId: "kiln-house" }, body: null, idempotencyKey: "" };
    assert.deepEqual(calls, [{ actor, signedInAt: NOW, tenantId: "kiln-house", ...rest }]);
    const policy = { decision: "allow", reasonCode: null, trace: [] };
    const created = { proposal: aProposal(), deduplicated: false, policy };
    const submitted = await send({ body: SUBMIT }, () => Promise.resolve(accept(created)));
    assert.equal(submitted.reply.status, 201);
    assert.deepEqual(submitted.calls[0]?.body, { ...SUBMIT, evidence: [] });
  });

  it("passes a handler's refusal on with its details, status and code", async () => {
    const details = { from: "rejected", to: "approved", allowed: ["draft"] };
    const { reply, calls } = await send(CONTROL, () => Promise.resolve(refuse("INVALID_TRANSITION", details)));
    assert.equal(calls.length, 1);
    assert.equal(reply.status, 409);
    assert.deepEqual(ApiError.parse(reply.body).error.details, details);
  });

  describe("refuses", () => {
    it("text that is no Unicode, wherever it stands: INVALID_INPUT", async () => {
      const lone = JSON.parse('"\\ud800"') as string;
      for (const body of [
        { ...SUBMIT, rationale: lone },
        { ...SUBMIT, input: { a: [{ b: lone }] } },
        { ...SUBMIT, input: { [lone]: 1 } },
      ])
        assertRefused(await send({ body }), "INVALID_INPUT");
    });

    it("what is no route, whoever asks: ROUTE_NOT_FOUND", async () => {
      assertRefused(await send({ path: "/api/v1/nothing", authorization: undefined }), "ROUTE_NOT_FOUND");
      assertRefused(await send({ ...CONTROL, method: "DELETE" }), "ROUTE_NOT_FOUND");
      assertRefused(await send({ ...CONTROL, method: "POST" }), "ROUTE_NOT_FOUND");
    });

    const garbage = [
      undefined,
      "",
      "Bearer",
      "Bearer ",
      "Basic ana",
      "ana",
      "Bearer ana ana",
      "Bearer a\nna",
      "Bearer stranger",
      `Bearer ${"a".repeat(8193)}`,
    ];
    for (const authorization of garbage)
      it(`a sign-in like ${String(authorization).slice(0, 30)}: UNAUTHENTICATED`, async () => {
        const served = await send({ ...CONTROL, authorization });
        assertRefused(served, "UNAUTHENTICATED");
        assert.deepEqual(served.recorded, []);
      });

    it("a studio that the sign-in has no role in, as if it were not there, and puts it on record", async () => {
      const served = await send({ ...CONTROL, as: "mia" });
      assertRefused(served, "CROSS_TENANT_DENIED");
      assert.equal(served.reply.status, 404);
      const [refusal] = served.recorded;
      assert.deepEqual(
        [refusal?.principal.uid, refusal?.tenantId, refusal?.route, refusal?.reason],
        ["mia", "kiln-house", "getControl", "CROSS_TENANT_DENIED"],
      );
      assertRefused(await send({ ...CONTROL, path: "/api/v1/tenants/constructor/control" }), "CROSS_TENANT_DENIED");
      assertRefused(await send({ ...CONTROL, path: "/api/v1/tenants/KILN-HOUSE/control" }), "CROSS_TENANT_DENIED");
    });

    it("a role that the route does not name, and names those that it does, on record", async () => {
      const served = await send({ ...RELEASE, as: "ana" });
      assert.deepEqual(assertRefused(served, "ROLE_MISSING").details?.roles, ["owner", "approver_admin"]);
      assert.equal(served.recorded[0]?.reason, "ROLE_MISSING");
    });

    it("a sign-in of more than ten minutes ago where it must be recent, and takes one of exactly ten", async () => {
      const served = await send({ ...RELEASE, as: "late" });
      assertRefused(served, "REAUTH_REQUIRED");
      assert.equal(served.recorded.length, 1);
      assert.equal((await send({ ...RELEASE, as: "edge" })).calls.length, 1);
      assert.equal((await send({ ...CONTROL, as: "late" })).calls.length, 1);
    });

    it("query parameters, of which there are none: INVALID_INPUT", async () => {
      assertRefused(await send({ ...CONTROL, query: { tenantId: "mud-hut" } }), "INVALID_INPUT");
    });

    it("a body where there is none, and none where there is one", async () => {
      assertRefused(await send({ ...CONTROL, body: {} }), "INVALID_INPUT");
      assertRefused(await send({}), "UNSUPPORTED_MEDIA_TYPE");
    });

    for (const contentType of [
      undefined,
      "text/plain",
      "application/x-www-form-urlencoded",
      "application/jsonp",
      "multipart/form-data",
      "text/json",
    ])
      it(`a body of type ${contentType ?? "unknown"}: UNSUPPORTED_MEDIA_TYPE`, async () => {
        assertRefused(await send({ body: SUBMIT, contentType }), "UNSUPPORTED_MEDIA_TYPE");
      });
    for (const contentType of [
      "application/json",
      "application/json; charset=utf-8",
      "Application/JSON ;charset=utf-8",
    ])
      it(`no body of type ${contentType}`, async () => {
        assert.equal((await send({ body: SUBMIT, contentType })).calls.length, 1);
      });

    it(`a body of one byte more than ${MAX_BODY_BYTES}: BODY_TOO_LARGE`, async () => {
      const padded = (bytes: number) => {
        const rest = JSON.stringify({ ...SUBMIT, input: { a: "" } }).length;
        return { ...SUBMIT, input: { a: "x".repeat(bytes - rest) } };
      };
      assert.equal((await send({ body: padded(MAX_BODY_BYTES) })).calls.length, 1);
      assertRefused(await send({ body: padded(MAX_BODY_BYTES + 1) }), "BODY_TOO_LARGE");
    });

    it("a body nested deeper than 16: INVALID_INPUT", async () => {
      const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) });
      assert.equal((await send({ body: { ...SUBMIT, input: nested(15) } })).calls.length, 1);
      assertRefused(await send({ body: { ...SUBMIT, input: nested(16) } }), "INVALID_INPUT");
      assertRefused(await send({ body: nested(1_000) }), "INVALID_INPUT");
    });

    for (const field of FORBIDDEN_BODY_FIELDS)
      it(`a body that asserts ${field}: CLIENT_ASSERTED_IDENTITY, named and on record`, async () => {
        const served = await send({ body: { ...SUBMIT, [field]: "mallory" } });
        const { details } = assertRefused(served, "CLIENT_ASSERTED_IDENTITY");
        assert.deepEqual(
          details?.issues?.map(({ path }) => path),
          [field],
        );
        assert.equal(served.recorded[0]?.reason, "CLIENT_ASSERTED_IDENTITY");
        assert.ok(!JSON.stringify(served.reply).includes("mallory"));
      });

    const shapes: readonly [string, unknown, string][] = [
      ["null", null, "body"],
      ["a list", [], "body"],
      ["text", "text", "body"],
      ["a field less", { input: {}, rationale: "" }, "body.capabilityId"],
      ["a field more", { ...SUBMIT, isUrgent: true }, "body"],
      ["a field of another type", { ...SUBMIT, rationale: 7 }, "body.rationale"],
      ["a control character", { ...SUBMIT, rationale: "a\u0007b" }, "body.rationale"],
    ];
    for (const [what, body, path] of shapes)
      it(`a body that is ${what}: INVALID_INPUT, with the place`, async () => {
        const { details } = assertRefused(await send({ body }), "INVALID_INPUT");
        assert.equal(details?.issues?.[0]?.path, path);
      });

    it("a body with endless mistakes, naming the first 20", async () => {
      const evidence = Array.from({ length: 20 }, () => ({}));
      const { details } = assertRefused(await send({ body: { ...SUBMIT, evidence } }), "INVALID_INPUT");
      assert.equal(details?.issues?.length, 20);
    });

    for (const idempotencyKey of [
      undefined,
      "",
      "a".repeat(15),
      "a".repeat(256),
      "a key with blanks in it",
      "é".repeat(20),
    ])
      it(`an Idempotency-Key like ${String(idempotencyKey).slice(0, 20)}: IDEMPOTENCY_KEY_REQUIRED`, async () => {
        assertRefused(await send({ ...EXECUTE, idempotencyKey }), "IDEMPOTENCY_KEY_REQUIRED");
      });

    it("no Idempotency-Key of 16 to 255 characters, and ignores it where none is needed", async () => {
      for (const idempotencyKey of [KEY, "~".repeat(255)]) {
        const { calls } = await send({ ...EXECUTE, idempotencyKey });
        assert.equal(calls[0]?.idempotencyKey, idempotencyKey);
      }
      assert.equal((await send({ ...CONTROL, idempotencyKey: "short" })).calls.length, 1);
    });
  });

  it("checks route, sign-in, studio, role, recency and shape in this order", async () => {
    const worst = {
      path: `${BASE}/control:release`,
      query: { a: 1 },
      body: { uid: "mallory" },
      contentType: "text/plain",
    };
    const steps: readonly [Sent, ReasonCode][] = [
      [{ ...worst, path: "/nowhere", as: "stranger" }, "ROUTE_NOT_FOUND"],
      [{ ...worst, as: "stranger" }, "UNAUTHENTICATED"],
      [{ ...worst, as: "mia" }, "CROSS_TENANT_DENIED"],
      [{ ...worst, as: "vera" }, "ROLE_MISSING"],
      [{ ...worst, as: "late" }, "REAUTH_REQUIRED"],
      [{ ...worst, as: "olga" }, "INVALID_INPUT"],
      [{ ...worst, as: "olga", query: {} }, "UNSUPPORTED_MEDIA_TYPE"],
      [{ ...worst, as: "olga", query: {}, contentType: "application/json" }, "CLIENT_ASSERTED_IDENTITY"],
      [{ ...RELEASE, as: "olga", body: {} }, "INVALID_INPUT"],
    ];
    for (const [request, code] of steps) assertRefused(await send(request), code);
  });

  const routes = Object.entries(API_ROUTES) as [ApiRouteName, ApiRoute][];

  for (const [name, route] of routes.filter(([, { access }]) => access === "proof"))
    it(`hands ${name} to its handler without a sign-in, and without an actor that somebody could pretend to be`, async () => {
      const path = route.path.replace("{tenantId}", "kiln-house").replace("{agentId}", "pi-1");
      const key = Buffer.alloc(32).toString("base64");
      const proof = Buffer.alloc(64).toString("base64");
      const body = { code: "00000-00000-00000-00000", publicKey: key, proof };
      const rotation = { publicKey: key, keyId: "0".repeat(16), signedAt: NOW, signature: proof, proof };
      const good = name === "rotateAgentKey" ? rotation : body;
      const verifyToken = (): never => assert.fail("no token is looked at");
      const { calls } = await send({ path, body: good, authorization: undefined }, answerNothing, { verifyToken });
      assert.deepEqual(calls, [
        {
          tenantId: "kiln-house",
          requestId: "request-made-here",
          params: { tenantId: "kiln-house", agentId: "pi-1" },
          body: good,
        },
      ]);
      const named = { ...good, ownerUid: "olga" };
      assertRefused(await send({ path, body: named }, answerNothing, { verifyToken }), "CLIENT_ASSERTED_IDENTITY");
      assertRefused(await send({ path, body: {} }, answerNothing, { verifyToken }), "INVALID_INPUT");
    });

  for (const [name, route] of routes.filter(([, { access }]) => access === "person"))
    it(`lets ${route.roles.join(", ")} call ${name}, and nobody else`, async () => {
      for (const role of ROLES) {
        const principal: Principal = {
          uid: "rolf",
          name: "Rolf",
          signedInAtMs: Date.parse(NOW),
          tenants: { [route.tenantId ?? "kiln-house"]: [role] },
        };
        const path = route.path.replace("{tenantId}", "kiln-house").replace(/\{\w+\}/, "x-1");
        const { reply } = await send({ method: route.method, path }, answerNothing, {
          verifyToken: () => Promise.resolve(principal),
        });
        assert.equal(reply.logged["code"] === "ROLE_MISSING", !route.roles.includes(role), role);
      }
    });

  it("asks for a sign-in of the last ten minutes for every release, export, exemption and lent right", () => {
    const sensitive = Object.entries(API_ROUTES).filter(([name]) =>
      /^(release|requestExport$|grant|createAuditLink$|changeStaff$|changeOperator$|enrolAgent$|makeEnrolment)/.test(
        name,
      ),
    );
    assert.equal(sensitive.length, 11);
    for (const [name, { needsRecentSignIn }] of sensitive) assert.ok(needsRecentSignIn, name);
  });

  it("opens the platform's routes to nobody of a studio, and no studio's routes to the platform's operators", async () => {
    const as = (tenants: Principal["tenants"]) => ({
      verifyToken: () => Promise.resolve({ uid: "rolf", name: "Rolf", signedInAtMs: Date.parse(NOW), tenants }),
    });
    const stop = { method: "POST", path: API_ROUTES.engageGlobalStop.path };
    const owner = as({ "kiln-house": [...ROLES] });
    assertRefused(await send(stop, answerNothing, owner), "CROSS_TENANT_DENIED");
    const operator = as({ platform: [...ROLES] });
    for (const path of ["/api/v1/tenants/platform/control:engage", "/api/v1/tenants/kiln-house/control:engage"])
      assertRefused(await send({ method: "POST", path }, answerNothing, operator), "CROSS_TENANT_DENIED");
  });

  describe("when something breaks", () => {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what is thrown need not be an Error
    const failing = (error: unknown): Promise<Served> => send(CONTROL, () => Promise.reject(error));

    it("says INTERNAL and a request id, and nothing of the error; the log alone gets it", async () => {
      const defect = new Error(`no such column ${SECRET}`);
      const { reply } = await failing(defect);
      assert.equal(reply.status, 500);
      assert.equal(ApiError.parse(reply.body).error.code, "INTERNAL");
      assert.ok(!JSON.stringify([reply.body, reply.headers, reply.logged]).includes(SECRET));
      assert.equal(reply.defect, defect);
    });

    it("says INTERNAL of a defect that carries another code, and of what is no error at all", async () => {
      for (const error of [new StudioError("NOT_FOUND", SECRET, { isRetryable: false }), SECRET, null, undefined]) {
        const { reply } = await failing(error);
        assert.deepEqual([reply.status, reply.logged["code"]], [500, "INTERNAL"]);
        assert.ok(!JSON.stringify(reply.body).includes(SECRET));
      }
    });

    it("says CONTENTION, 503, with Retry-After when the same call may succeed later", async () => {
      const { reply } = await failing(new StudioError("CONTENTION", SECRET, { isRetryable: true }));
      assert.deepEqual([reply.status, reply.headers], [503, { "Retry-After": "1" }]);
      assert.equal(ApiError.parse(reply.body).error.code, "CONTENTION");
      assert.ok(!JSON.stringify(reply.body).includes(SECRET));
    });

    it("says IN_PROGRESS, 409, with Retry-After while another call works on the same records", async () => {
      const { reply } = await failing(new StudioError("IN_PROGRESS", SECRET, { isRetryable: true }));
      assert.deepEqual([reply.status, reply.headers], [409, { "Retry-After": "1" }]);
    });

    it("says when to come back where a refusal tells, in whole seconds", async () => {
      const held = () => Promise.resolve(refuse("HOLD_WINDOW", { retryAfterSeconds: 9.2 }));
      const { reply } = await send(CONTROL, held);
      assert.deepEqual([reply.status, reply.headers], [409, { "Retry-After": "10" }]);
    });

    it("says ANSWER_BROKEN of an answer that breaks the route's contract, and never that nothing was written", async () => {
      const { reply } = await send(CONTROL, () => Promise.resolve(accept({ effectiveMode: "normal", secret: SECRET })));
      assert.deepEqual([reply.status, ApiError.parse(reply.body).error.code], [500, "ANSWER_BROKEN"]);
      assert.ok(!JSON.stringify(reply.body).includes(SECRET));
      assert.doesNotMatch(JSON.stringify(reply.body), /nothing was written/i);
    });

    it("says INTERNAL when the refusal cannot be put on record, or the sign-in cannot be checked", async () => {
      const broken = { recordRefusal: () => Promise.reject(new Error(SECRET)) };
      assert.equal((await send({ ...CONTROL, as: "mia" }, answerNothing, broken)).reply.status, 500);
      const unverified = await send(CONTROL, answerNothing, { verifyToken: () => Promise.reject(new Error(SECRET)) });
      assert.equal(unverified.reply.status, 500);
      assert.deepEqual(unverified.calls, []);
    });
  });

  it("takes a caller's request id of 8 to 64 harmless characters, and makes one up for anything else", async () => {
    const idOf = async (requestId: string | undefined): Promise<unknown> =>
      (await send({ ...CONTROL, requestId })).reply.logged["requestId"];
    for (const good of ["12345678", "a.b-c_d-9", "a".repeat(64)]) assert.equal(await idOf(good), good);
    for (const bad of [undefined, "", "1234567", "a".repeat(65), "a b c d e f", "id\nwith-break", "id/../../etc"])
      assert.equal(await idOf(bad), "request-made-here");
  });

  it("logs ids and codes alone: no token, no body", async () => {
    const { reply } = await send({ body: { ...SUBMIT, rationale: SECRET }, requestId: "request-0001" });
    assert.deepEqual(reply.logged, { requestId: "request-0001", route: "submitProposal", code: "NOT_FOUND" });
  });
});
