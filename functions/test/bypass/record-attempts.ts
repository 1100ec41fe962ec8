import { createHash } from "node:crypto";
import { attempt } from "./http-attempts.js";
import type { Attempt } from "./http-attempts.js";
import { AGENT_ID, withClaims } from "./world.js";
import type { Denial, HttpOptions, World } from "./world.js";

const WHY = "nobody looks at this anyway, so go on";
const YESTERDAY = { auth_time: Math.floor(Date.now() / 1_000) - 86_400 };
const NO_KEY = Buffer.alloc(32, 7).toString("base64");
const NO_PROOF = Buffer.alloc(64, 7).toString("base64");
const SOME_HASH = createHash("sha256").update("some text").digest("hex");

const agent = (w: World, verb: string, body: object, options: HttpOptions = {}, id = AGENT_ID): Promise<Denial> =>
  w.http("POST", `agents/${id}:${verb}`, { body, ...options });
const redemption = { code: "ABCDE-FGHJK-MNPQR-STVWX", publicKey: NO_KEY, proof: NO_PROOF };
const rotation = {
  publicKey: NO_KEY,
  keyId: "0123456789abcdef",
  signedAt: new Date().toISOString(),
  signature: NO_PROOF,
  proof: NO_PROOF,
};

/** Machines: codes, keys, and messages that were kept. */
const AGENTS: readonly Attempt[] = [
  attempt("an enrolment code made by an approver", 403, "ROLE_MISSING", (w) =>
    agent(w, "make-code", { name: "Mine" }, { who: w.approver }, "mine"),
  ),
  attempt("an enrolment code made on a sign-in of yesterday", 403, "REAUTH_REQUIRED", (w) =>
    agent(w, "make-code", { name: "Mine" }, { who: withClaims(w.owner, YESTERDAY) }, "mine"),
  ),
  attempt("an enrolment code that holds for a day", 400, "INVALID_INPUT", (w) =>
    agent(w, "make-code", { name: "Mine", validMinutes: 1_440 }, { who: w.owner }, "mine"),
  ),
  attempt("a made-up enrolment code", 403, "ENROLMENT_CODE_WRONG", (w) => agent(w, "redeem-code", redemption)),
  attempt("a made-up enrolment code in a studio that there is not", 403, "ENROLMENT_CODE_WRONG", (w) =>
    w.http("POST", "/api/v1/tenants/no-such-studio/agents/mine:redeem-code", { body: redemption, absolute: true }),
  ),
  attempt("an enrolment code with an owner's sign-in beside it", 403, "ENROLMENT_CODE_WRONG", (w) =>
    agent(w, "redeem-code", redemption, { who: w.owner }),
  ),
  attempt("an enrolment code that is a pattern", 400, "INVALID_INPUT", (w) =>
    agent(w, "redeem-code", { ...redemption, code: { $ne: "" } }),
  ),
  attempt("an enrolment that names its owner", 400, "CLIENT_ASSERTED_IDENTITY", (w) =>
    agent(w, "redeem-code", { ...redemption, ownerUid: w.stranger.uid }),
  ),
  attempt("a key put in the place of one that it was not signed with", 403, "KEY_PROOF_INVALID", (w) =>
    agent(w, "rotate-key", rotation),
  ),
  attempt("a key for an agent that there is not", 403, "AGENT_UNKNOWN", (w) =>
    agent(w, "rotate-key", rotation, {}, "made-up"),
  ),
  attempt("an agent revoked by an operator", 403, "ROLE_MISSING", (w) =>
    agent(w, "revoke", { reason: "it is in my way" }, { who: w.operator }),
  ),
  attempt("an agent revoked by the owner of another studio", 404, "CROSS_TENANT_DENIED", (w) =>
    agent(w, "revoke", { reason: "it is in my way" }, { who: w.stranger }),
  ),
  attempt("an agent enrolled with a key of 31 bytes", 400, "INVALID_INPUT", (w) =>
    w.http("POST", "agents", {
      who: w.owner,
      body: { agentId: "mine", name: "Mine", publicKey: Buffer.alloc(31, 1).toString("base64") },
    }),
  ),
  attempt("a kept message driven again by an approver", 403, "ROLE_MISSING", (w) =>
    w.http("POST", "dead-letters/made-up:redrive", { who: w.approver, body: {} }),
  ),
  attempt("a kept message that there is not", 404, "NOT_FOUND", (w) =>
    w.http("POST", "dead-letters/made-up:redrive", { who: w.operator, body: {} }),
  ),
];

const log = (w: World, path: string, options: HttpOptions = {}, tenantId = w.studio.tenantId): Promise<Denial> =>
  w.http("GET", `/audit/${tenantId}/${path}`, { absolute: true, deployed: "auditLog", ...options });
const basic = (password: string): HttpOptions => ({
  authorization: `Basic ${Buffer.from(`link:${password}`).toString("base64")}`,
});
const MADE_UP_LINK = `audit-link-${"0".repeat(64)}`;

/** The log as files, for whoever may see it. */
const LOG: readonly Attempt[] = [
  attempt("a checkpoint without a sign-in", 401, "UNAUTHENTICATED", (w) => log(w, "checkpoint")),
  attempt("a checkpoint on a made-up link", 404, "CROSS_TENANT_DENIED", (w) =>
    log(w, "checkpoint", basic(MADE_UP_LINK)),
  ),
  attempt("a checkpoint on a link of another studio", 404, "CROSS_TENANT_DENIED", (w) =>
    log(w, "checkpoint", basic(w.linkToken), w.other.tenantId),
  ),
  attempt("a checkpoint on half of a link", 404, "CROSS_TENANT_DENIED", (w) =>
    log(w, "checkpoint", basic(w.linkToken.slice(0, -1))),
  ),
  attempt("a checkpoint on the stored name of a link", 404, "CROSS_TENANT_DENIED", (w) =>
    log(w, "checkpoint", basic(`audit-link-${w.linkId}`)),
  ),
  attempt("a checkpoint as a viewer", 403, "ROLE_MISSING", (w) => log(w, "checkpoint", { who: w.viewer })),
  attempt("a checkpoint as the owner of another studio", 404, "CROSS_TENANT_DENIED", (w) =>
    log(w, "checkpoint", { who: w.stranger }),
  ),
  attempt("the platform's own log", 404, "CROSS_TENANT_DENIED", (w) =>
    log(w, "checkpoint", { who: w.owner }, "platform"),
  ),
  attempt("a tile without a sign-in", 401, "UNAUTHENTICATED", (w) => log(w, "tile/0/000")),
  attempt("the entries of a tile as a viewer", 403, "ROLE_MISSING", (w) =>
    log(w, "tile/entries/000", { who: w.viewer }),
  ),
  attempt("a tile that is not there", 404, "NOT_FOUND", (w) => log(w, "tile/0/x999/x999/999", { who: w.owner })),
  attempt("a tile that climbs", 404, "ROUTE_NOT_FOUND", (w) =>
    log(w, `tile/..%2f..%2f${w.other.tenantId}/checkpoint`, { who: w.owner }),
  ),
  attempt("a checkpoint that is written", 404, "ROUTE_NOT_FOUND", (w) =>
    w.http("PUT", `/audit/${w.studio.tenantId}/checkpoint`, {
      who: w.owner,
      body: {},
      absolute: true,
      deployed: "auditLog",
    }),
  ),
  attempt("an export's file as an operator", 403, "ROLE_MISSING", (w) =>
    log(w, "exports/made-up/README.md", { who: w.operator }),
  ),
];

const range = { fromIndex: 0, toIndex: null };
const link = { label: "The auditor", days: 7 };

/** Taking the record out of the house, or parts of it away. */
const RECORD: readonly Attempt[] = [
  attempt("an export by an operator", 403, "ROLE_MISSING", (w) =>
    w.http("POST", "audit/exports", { who: w.operator, body: range }),
  ),
  attempt("an export on a sign-in of yesterday", 403, "REAUTH_REQUIRED", (w) =>
    w.http("POST", "audit/exports", { who: withClaims(w.owner, YESTERDAY), body: range }),
  ),
  attempt("an export of another studio", 404, "CROSS_TENANT_DENIED", (w) =>
    w.http("POST", "audit/exports", { who: w.stranger, body: range }),
  ),
  attempt("an export chosen by what people wrote", 400, "INVALID_INPUT", (w) =>
    w.http("POST", "audit/exports", { who: w.owner, body: { filter: { field: "canonical", value: "x" } } }),
  ),
  attempt("an export that there is not", 404, "NOT_FOUND", (w) =>
    w.http("GET", "audit/exports/made-up", { who: w.owner }),
  ),
  attempt("an audit link made by an approver", 403, "ROLE_MISSING", (w) =>
    w.http("POST", "audit/links", { who: w.approver, body: link }),
  ),
  attempt("an audit link on a sign-in of yesterday", 403, "REAUTH_REQUIRED", (w) =>
    w.http("POST", "audit/links", { who: withClaims(w.owner, YESTERDAY), body: link }),
  ),
  attempt("an audit link for a year", 400, "INVALID_INPUT", (w) =>
    w.http("POST", "audit/links", { who: w.owner, body: { ...link, days: 365 } }),
  ),
  attempt("an audit link to an export that there is not", 404, "NOT_FOUND", (w) =>
    w.http("POST", "audit/links", { who: w.owner, body: { ...link, exportId: "made-up" } }),
  ),
  attempt("an audit link ended by an operator", 403, "ROLE_MISSING", (w) =>
    w.http("POST", `audit/links/${w.linkId}:revoke`, { who: w.operator, body: { reason: "not mine" } }),
  ),
  attempt("the end of an audit link that there is not", 404, "NOT_FOUND", (w) =>
    w.http("POST", `audit/links/${SOME_HASH}:revoke`, { who: w.owner, body: { reason: "over" } }),
  ),
  attempt("people's words shown to an approver", 403, "ROLE_MISSING", (w) =>
    w.http("POST", `audit-events/${w.rejected.lastEventId}:revealWords`, { who: w.approver, body: {} }),
  ),
  attempt("people's words of another studio shown through one's own", 404, "NOT_FOUND", (w) =>
    w.http("POST", `audit-events/${w.foreign.lastEventId}:revealWords`, { who: w.owner, body: {} }),
  ),
  attempt("words erased by an admin", 403, "ROLE_MISSING", (w) =>
    w.http("POST", `audit-events/${w.rejected.lastEventId}:eraseWords`, { who: w.admin, body: { reason: WHY } }),
  ),
  attempt("words erased on a sign-in of yesterday", 403, "REAUTH_REQUIRED", (w) =>
    w.http("POST", `audit-events/${w.rejected.lastEventId}:eraseWords`, {
      who: withClaims(w.owner, YESTERDAY),
      body: { reason: WHY },
    }),
  ),
  attempt("words of another studio erased through one's own", 404, "NOT_FOUND", (w) =>
    w.http("POST", `audit-events/${w.foreign.lastEventId}:eraseWords`, { who: w.owner, body: { reason: WHY } }),
  ),
  attempt("a legal hold placed by an approver", 403, "ROLE_MISSING", (w) =>
    w.http("POST", "legal-holds", { who: w.approver, body: { about: { kind: "everything" }, reason: WHY } }),
  ),
  attempt("a legal hold lifted by an admin", 403, "ROLE_MISSING", (w) =>
    w.http("POST", "legal-holds/made-up:lift", { who: w.admin, body: { reason: WHY } }),
  ),
  attempt("a legal hold that there is not", 404, "NOT_FOUND", (w) =>
    w.http("POST", "legal-holds/made-up:lift", { who: w.owner, body: { reason: WHY } }),
  ),
  attempt("a dry run of a purge as an operator", 403, "ROLE_MISSING", (w) =>
    w.http("GET", "retention/observations", { who: w.operator }),
  ),
  attempt("a dry run of a purge of the record", 422, "RETENTION_NOT_OVER", (w) =>
    w.http("GET", "retention/auditEvents", { who: w.owner }),
  ),
  attempt("a purge of the record", 422, "RETENTION_NOT_OVER", (w) =>
    w.http("POST", "proposals", { who: w.owner, body: purgeOf("auditEvents") }),
  ),
  attempt("a purge of the proposals", 422, "RETENTION_NOT_OVER", (w) =>
    w.http("POST", "proposals", { who: w.owner, body: purgeOf("proposals") }),
  ),
  attempt("a purge that an operator asks for", 403, "ROLE_MISSING", (w) =>
    w.http("POST", "proposals", { who: w.operator, body: purgeOf("observations") }),
  ),
  attempt("a job started by an approver", 403, "ROLE_MISSING", (w) =>
    w.http("POST", "jobs/retentionPurge:run", { who: w.approver, body: {} }),
  ),
  attempt("a job that there is not", 404, "NOT_FOUND", (w) =>
    w.http("POST", "jobs/dropEverything:run", { who: w.owner, body: {} }),
  ),
  attempt("a job with an argument", 400, "INVALID_INPUT", (w) =>
    w.http("POST", "jobs/retentionPurge:run", { who: w.owner, body: { collection: "auditEvents" } }),
  ),
  attempt("the list of capabilities without a sign-in", 401, "UNAUTHENTICATED", (w) => w.http("GET", "capabilities")),
  attempt("the list of capabilities as the owner of another studio", 404, "CROSS_TENANT_DENIED", (w) =>
    w.http("GET", "capabilities", { who: w.stranger }),
  ),
  attempt("a capability that is added", 404, "ROUTE_NOT_FOUND", (w) =>
    w.http("POST", "capabilities", { who: w.owner, body: { id: "kiln.start" } }),
  ),
];

const purgeOf = (collection: string): object => ({
  capabilityId: "retention.purge",
  input: {
    collection,
    parts: [{ fromAt: "2020-01-01T00:00:00.000Z", untilAt: "2020-02-01T00:00:00.000Z", count: 1, idsHash: SOME_HASH }],
  },
  rationale: "It is old.",
});

export const RECORD_ATTEMPTS: readonly Attempt[] = [...AGENTS, ...LOG, ...RECORD];
