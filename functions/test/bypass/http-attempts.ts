import { gzipSync } from "node:zlib";
import { FORBIDDEN_BODY_FIELDS } from "../../src/contracts/index.js";
import type { Json, ReasonCode } from "../../src/contracts/index.js";
import { USED_KEY, aSubmission, anApproval, outsider, withClaims } from "./world.js";
import type { Denial, HttpOptions, World } from "./world.js";

/** One way in that has to be shut, and the answer that it gets. */
export interface Attempt {
  readonly what: string;
  readonly expected: { readonly status: number; readonly code: ReasonCode | "PERMISSION_DENIED" };
  readonly run: (world: World) => Promise<Denial>;
}

export const attempt = (what: string, status: number, code: ReasonCode, run: Attempt["run"]): Attempt => ({
  what,
  expected: { status, code },
  run,
});

const look = (world: World, options: HttpOptions): Promise<Denial> => world.http("GET", "control", options);
const submit = (world: World, body: unknown, options: HttpOptions = {}): Promise<Denial> =>
  world.http("POST", "proposals", { who: world.owner, body, ...options });
const act = (
  world: World,
  verb: string,
  on: { readonly proposalId: string },
  body: unknown,
  options: HttpOptions = {},
): Promise<Denial> =>
  world.http("POST", `proposals/${on.proposalId}:${verb}`, { who: world.approver, body, ...options });
const key = (name: string): HttpOptions => ({ headers: { "idempotency-key": `bypass-${name}-0123456789` } });
const nested = (depth: number): Json => (depth === 0 ? 1 : { a: nested(depth - 1) });
const seconds = (offset: number): number => Math.floor(Date.now() / 1_000) + offset;

/** Who is calling: tokens and claims. */
const SIGN_IN: readonly Attempt[] = [
  attempt("no token", 401, "UNAUTHENTICATED", (w) => look(w, {})),
  attempt("an empty bearer", 401, "UNAUTHENTICATED", (w) => look(w, { authorization: "Bearer " })),
  attempt("basic authentication", 401, "UNAUTHENTICATED", (w) => look(w, { authorization: "Basic b2xpdmU6eA==" })),
  attempt("two tokens in one header", 401, "UNAUTHENTICATED", (w) =>
    look(w, { authorization: `Bearer ${w.owner.idToken}, Bearer ${w.viewer.idToken}` }),
  ),
  attempt("a token of another project", 401, "UNAUTHENTICATED", (w) =>
    look(w, { who: withClaims(w.owner, { aud: "another-project" }) }),
  ),
  attempt("a token of another issuer", 401, "UNAUTHENTICATED", (w) =>
    look(w, { who: withClaims(w.owner, { iss: "https://securetoken.google.com/another-project" }) }),
  ),
  attempt("a token that ended an hour ago", 401, "UNAUTHENTICATED", (w) =>
    look(w, { who: withClaims(w.owner, { iat: seconds(-7_200), exp: seconds(-3_600) }) }),
  ),
  attempt("a token of an account that does not exist", 401, "UNAUTHENTICATED", (w) =>
    look(w, { who: withClaims(w.owner, { sub: "nobody-at-all", user_id: "nobody-at-all" }) }),
  ),
  attempt("a token from before the sessions were revoked", 401, "UNAUTHENTICATED", (w) =>
    look(w, { who: withClaims(w.revoked, { auth_time: seconds(-86_400) }) }),
  ),
  attempt("a token of a disabled account", 401, "UNAUTHENTICATED", (w) => look(w, { who: w.disabled })),
  attempt("an owner of another studio", 404, "CROSS_TENANT_DENIED", (w) => look(w, { who: w.stranger })),
  attempt("claims that are a string", 404, "CROSS_TENANT_DENIED", async (w) =>
    look(w, { who: await outsider({ [w.studio.tenantId]: "owner" }) }),
  ),
  attempt("a role that does not exist", 404, "CROSS_TENANT_DENIED", async (w) =>
    look(w, { who: await outsider({ [w.studio.tenantId]: ["root", "*"] }) }),
  ),
  attempt("claims on the name of the prototype", 404, "CROSS_TENANT_DENIED", async (w) =>
    w.http("GET", "/api/v1/tenants/constructor/control", { who: await outsider({}), absolute: true }),
  ),
  attempt("a claim to a studio whose staff list does not know the person", 403, "ROLE_MISSING", async (w) =>
    submit(w, aSubmission("f-pending"), { who: await outsider({ [w.studio.tenantId]: ["owner"] }) }),
  ),
  attempt("more roles in the token than on the staff list", 403, "ROLE_MISSING", (w) =>
    act(w, "approve", w.pending, anApproval(w.pending), {
      who: withClaims(w.viewer, { tenants: { [w.studio.tenantId]: ["owner", "viewer"] } }),
    }),
  ),
  attempt("a sign-in of yesterday for a release", 403, "REAUTH_REQUIRED", (w) =>
    w.http("POST", "control:release", {
      who: withClaims(w.owner, { auth_time: seconds(-86_400) }),
      body: { reason: "opened without anybody looking" },
    }),
  ),
];

/** What the body says about who, whose and when. */
const ASSERTED: readonly Attempt[] = FORBIDDEN_BODY_FIELDS.map((field) =>
  attempt(`a body that names ${field}`, 400, "CLIENT_ASSERTED_IDENTITY", (w) =>
    submit(w, { ...aSubmission("f-pending"), [field]: "olive" }),
  ),
);

/** How the request is made: method, path, query, headers, body. */
const SHAPE: readonly Attempt[] = [
  attempt("approval by a link that is opened", 404, "ROUTE_NOT_FOUND", (w) =>
    w.http("GET", `proposals/${w.pending.proposalId}:approve`, { who: w.approver }),
  ),
  attempt("a method that a header overrides", 404, "ROUTE_NOT_FOUND", (w) =>
    w.http("GET", `proposals/${w.pending.proposalId}:approve`, {
      who: w.approver,
      headers: { "x-http-method-override": "POST" },
    }),
  ),
  ...["PUT", "PATCH", "DELETE"].map((method) =>
    attempt(`${method} on a proposal`, 404, "ROUTE_NOT_FOUND", (w) =>
      w.http(method, `proposals/${w.pending.proposalId}`, { who: w.owner, body: { status: "approved" } }),
    ),
  ),
  attempt("a path that climbs", 404, "ROUTE_NOT_FOUND", (w) =>
    w.http("GET", `..%2f${w.other.tenantId}/control`, { who: w.owner }),
  ),
  attempt("a path with an encoded slash in the id", 404, "ROUTE_NOT_FOUND", (w) =>
    w.http("GET", "proposals/x%2F..%2Fcontrol", { who: w.owner }),
  ),
  attempt("a path with a doubled slash", 404, "ROUTE_NOT_FOUND", (w) => w.http("GET", `/control`, { who: w.owner })),
  attempt("a path with a null byte", 404, "ROUTE_NOT_FOUND", (w) => w.http("GET", "proposals/x%00", { who: w.owner })),
  attempt("a studio in capital letters", 404, "CROSS_TENANT_DENIED", (w) =>
    w.http("GET", `/api/v1/tenants/${w.studio.tenantId.toUpperCase()}/control`, { who: w.owner, absolute: true }),
  ),
  attempt("the platform's own tenant", 404, "CROSS_TENANT_DENIED", (w) =>
    w.http("GET", "/api/v1/tenants/platform/control", { who: w.owner, absolute: true }),
  ),
  attempt("a query that names another studio", 400, "INVALID_INPUT", (w) =>
    w.http("GET", `control?tenantId=${w.other.tenantId}`, { who: w.owner }),
  ),
  attempt("a query that repeats itself", 400, "INVALID_INPUT", (w) =>
    w.http("POST", "proposals?dryRun=1&dryRun=0", { who: w.owner, body: aSubmission("f-pending") }),
  ),
  attempt("a form in place of JSON", 415, "UNSUPPORTED_MEDIA_TYPE", (w) =>
    submit(w, undefined, {
      raw: "capabilityId=firing.flag",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    }),
  ),
  attempt("text in place of JSON", 415, "UNSUPPORTED_MEDIA_TYPE", (w) =>
    submit(w, undefined, { raw: JSON.stringify(aSubmission("f-pending")), headers: { "content-type": "text/plain" } }),
  ),
  attempt("JSON that ends early", 400, "INVALID_INPUT", (w) => submit(w, undefined, { raw: '{"capabilityId":' })),
  attempt("a body that is a list", 400, "INVALID_INPUT", (w) => submit(w, [aSubmission("f-pending")])),
  attempt("a body that is null", 400, "INVALID_INPUT", (w) => submit(w, null)),
  attempt("a body one byte over the bound", 413, "BODY_TOO_LARGE", (w) =>
    submit(w, undefined, { raw: JSON.stringify({ x: "x".repeat(64 * 1024 - 7) }) }),
  ),
  attempt("a compressed body that grows to two megabytes", 413, "BODY_TOO_LARGE", (w) =>
    submit(w, undefined, {
      raw: gzipSync(JSON.stringify({ rationale: "x".repeat(2 * 1024 * 1024) })),
      headers: { "content-encoding": "gzip" },
    }),
  ),
  attempt("a body nested one level too deep", 400, "INVALID_INPUT", (w) =>
    submit(w, { ...aSubmission("f-pending"), input: nested(16) }),
  ),
  attempt("a body nested 5,000 levels deep", 400, "INVALID_INPUT", (w) =>
    submit(w, undefined, { raw: `${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}` }),
  ),
  attempt("an unknown field", 400, "INVALID_INPUT", (w) => submit(w, { ...aSubmission("f-pending"), dryRun: false })),
  attempt("a field on the prototype", 400, "INVALID_INPUT", (w) =>
    submit(w, undefined, {
      raw: `{"__proto__":{"status":"approved"},${JSON.stringify(aSubmission("f-pending")).slice(1)}`,
    }),
  ),
  attempt("a list where one value belongs", 400, "INVALID_INPUT", (w) =>
    act(w, "approve", w.pending, { ...anApproval(w.pending), ifRev: [w.pending.rev, 99] }),
  ),
  attempt("a field given twice, the second one wrong", 409, "REV_MISMATCH", (w) =>
    act(w, "approve", w.pending, undefined, {
      raw: `${JSON.stringify(anApproval(w.pending)).slice(0, -1)},"ifRev":99}`,
    }),
  ),
  attempt("an effect in place of an input", 400, "INVALID_INPUT", (w) =>
    submit(w, { ...aSubmission("f-pending"), plan: w.pending.plan }),
  ),
  attempt("an input that names a path of another studio", 400, "INVALID_INPUT", (w) =>
    submit(w, {
      ...aSubmission("f-pending"),
      input: { firingId: `../../${w.other.tenantId}/firings/f-foreign`, attention: "other", note: "x" },
    }),
  ),
  attempt("an input with a field of somebody else's", 400, "INVALID_INPUT", (w) =>
    submit(w, {
      ...aSubmission("f-pending"),
      input: { firingId: "f-pending", attention: "other", note: "x", ownerUid: w.stranger.uid },
    }),
  ),
  attempt("a capability that does not exist", 422, "CAPABILITY_UNKNOWN", (w) =>
    submit(w, { ...aSubmission("f-pending"), capabilityId: "kiln.start" }),
  ),
  attempt("a capability on the prototype", 422, "CAPABILITY_UNKNOWN", (w) =>
    submit(w, { ...aSubmission("f-pending"), capabilityId: "constructor" }),
  ),
];

/** Whose turn it is, and at what: the life of a proposal. */
const LIFE: readonly Attempt[] = [
  attempt("the requester's own approval", 403, "SELF_APPROVAL", (w) =>
    act(w, "approve", w.pending, anApproval(w.pending), { who: w.owner }),
  ),
  attempt("an approval by an operator", 403, "ROLE_MISSING", (w) =>
    act(w, "approve", w.pending, anApproval(w.pending), { who: w.operator }),
  ),
  attempt("a submission by a viewer", 403, "ROLE_MISSING", (w) =>
    submit(w, aSubmission("f-pending"), { who: w.viewer }),
  ),
  attempt("an execution by finance", 403, "ROLE_MISSING", (w) =>
    act(w, "execute", w.approved, { planId: w.approved.plan.planId }, { who: w.finance, ...key("finance") }),
  ),
  attempt("a release by an approver", 403, "ROLE_MISSING", (w) =>
    w.http("POST", "control:release", { who: w.approver, body: { reason: "it was long enough" } }),
  ),
  attempt("an approval of an older revision", 409, "REV_MISMATCH", (w) =>
    act(w, "approve", w.pending, { ...anApproval(w.pending), ifRev: w.pending.rev + 1 }),
  ),
  attempt("an approval of another plan", 409, "PLAN_MISMATCH", (w) =>
    act(w, "approve", w.pending, { ...anApproval(w.pending), planId: w.approved.plan.planId }),
  ),
  attempt("an approval of what was rejected", 409, "INVALID_TRANSITION", (w) =>
    act(w, "approve", w.rejected, anApproval(w.rejected), { who: w.admin }),
  ),
  attempt("an approval of another studio's proposal through one's own", 404, "NOT_FOUND", (w) =>
    act(w, "approve", w.foreign, anApproval(w.foreign)),
  ),
  attempt("an approval of another studio's proposal in its own place", 404, "CROSS_TENANT_DENIED", (w) =>
    w.http("POST", `/api/v1/tenants/${w.other.tenantId}/proposals/${w.foreign.proposalId}:approve`, {
      who: w.approver,
      body: anApproval(w.foreign),
      absolute: true,
    }),
  ),
  attempt("a withdrawal of somebody else's proposal", 403, "ROLE_MISSING", (w) =>
    act(w, "withdraw", w.pending, { ifRev: w.pending.rev, rationale: "not mine, but gone" }),
  ),
  attempt("an execution of what nobody approved", 409, "INVALID_TRANSITION", (w) =>
    act(w, "execute", w.pending, { planId: w.pending.plan.planId }, key("unapproved")),
  ),
  attempt("an execution of another plan", 409, "PLAN_MISMATCH", (w) =>
    act(w, "execute", w.approved, { planId: w.pending.plan.planId }, key("another-plan")),
  ),
  attempt("a second execution under a new key", 409, "APPROVAL_CONSUMED", (w) =>
    act(w, "execute", w.executed, { planId: w.executed.plan.planId }, key("second")),
  ),
  attempt("a used key on another proposal", 409, "IDEMPOTENCY_PAYLOAD_MISMATCH", (w) =>
    act(w, "execute", w.approved, { planId: w.approved.plan.planId }, { headers: { "idempotency-key": USED_KEY } }),
  ),
  attempt("an execution without a key", 400, "IDEMPOTENCY_KEY_REQUIRED", (w) =>
    act(w, "execute", w.approved, { planId: w.approved.plan.planId }),
  ),
  attempt("an execution under a key of fifteen characters", 400, "IDEMPOTENCY_KEY_REQUIRED", (w) =>
    act(
      w,
      "execute",
      w.approved,
      { planId: w.approved.plan.planId },
      { headers: { "idempotency-key": "123456789012345" } },
    ),
  ),
  attempt("an undo of what was never done", 409, "INVALID_TRANSITION", (w) =>
    act(w, "rollback", w.pending, { rationale: "there is nothing to undo" }, key("undo")),
  ),
  attempt("an enrolment by an approver", 403, "ROLE_MISSING", (w) =>
    w.http("POST", "agents", {
      who: w.approver,
      body: { agentId: "mine", name: "Mine", publicKey: Buffer.alloc(32, 1).toString("base64") },
    }),
  ),
];

export const HTTP_ATTEMPTS: readonly Attempt[] = [...SIGN_IN, ...ASSERTED, ...SHAPE, ...LIFE];
