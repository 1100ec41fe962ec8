import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { API_ROUTES, ApiError, PLATFORM_TENANT_ID, RATIONALE_MIN, tenantPath } from "../contracts/index.js";
import type { ApiRouteName, Proposal, RouteAnswer, RouteBodyInput } from "../contracts/index.js";
import type { UplinkDeps } from "../devices/ingest-envelope.js";
import { expiryJob } from "../jobs/jobs.js";
import { decideAgentSubmission } from "../proposals/submit-for-agent.js";
import type { Principal } from "../platform/http/principal.js";
import { serve } from "../platform/http/serve.js";
import type { ApiReply } from "../platform/http/serve.js";
import { aLog } from "../../test/support/audit-bundles.js";
import { assertTrailIsSound, eventsOf } from "../../test/support/audit-trail.js";
import { TENANT_ID } from "../../test/support/builders.js";
import { HOUR, MINUTE } from "../../test/support/fake-means.js";
import { memoryLog } from "../../test/support/memory-log.js";
import type { MemoryLog } from "../../test/support/memory-log.js";
import { openMemoryStudio } from "../../test/support/memory-studio.js";
import type { MemoryStudio } from "../../test/support/memory-studio.js";
import { apiHandlers } from "./handlers.js";
import { openApiDocument } from "./openapi.js";
import { recordAccessRefusal } from "./record-access-refusal.js";

describe("api/handlers", () => {
  let studio: MemoryStudio;
  let log: MemoryLog;
  beforeEach(async () => {
    studio = await openMemoryStudio();
    log = await memoryLog(aLog(3), [3]);
  });
  const person = (uid: string, role: Principal["tenants"][string][number], tenantId = TENANT_ID): Principal => ({
    uid,
    name: uid,
    signedInAtMs: Date.parse(studio.deps.clock.now()),
    tenants: { [tenantId]: [role] },
  });

  async function call(
    principal: Principal,
    method: string,
    ref: string,
    body?: unknown,
    idempotencyKey?: string,
  ): Promise<ApiReply> {
    const deps: UplinkDeps = {
      ...studio.deps,
      submitAgentProposal: (reads, submission) => decideAgentSubmission(studio.deps, reads, submission),
    };
    const text = body === undefined ? "" : JSON.stringify(body);
    const request = { method, path: `/api/v1/tenants/${TENANT_ID}${ref}`, query: {}, requestId: undefined };
    const sent = { contentType: "application/json", authorization: "Bearer token", idempotencyKey };
    return serve(
      { ...request, ...sent, bodyBytes: text.length, body },
      {
        handlers: apiHandlers(() => deps, { log: () => log, jobs: [expiryJob] }),
        verifyToken: () => Promise.resolve(principal),
        recordRefusal: (refusal) => recordAccessRefusal(deps, refusal),
        nowMs: () => Date.parse(studio.deps.clock.now()),
        newRequestId: () => deps.ids.random(),
      },
    );
  }
  const answerOf = <Name extends ApiRouteName>(_name: Name, reply: ApiReply): RouteAnswer<Name> => {
    assert.ok(reply.status < 300, JSON.stringify(reply.body));
    return reply.body as RouteAnswer<Name>;
  };
  const reasonOf = (reply: ApiReply): string => ApiError.parse(reply.body).error.code;
  const SUBMIT: RouteBodyInput<"submitProposal"> = {
    capabilityId: "batch.opsNote.append",
    input: { batchId: "b-1", text: "Two handles are cracked." },
    rationale: "seen at the shelf",
  };
  const submitted = async (): Promise<Proposal> =>
    answerOf("submitProposal", await call(person("otto", "operator"), "POST", "/proposals", SUBMIT)).proposal;

  it("takes a proposal from submission to undo over the API", async () => {
    const proposal = await submitted();
    const at = `/proposals/${proposal.proposalId}`;
    const { planId } = proposal.plan;
    const seen = answerOf("getProposal", await call(person("ana", "approver"), "GET", at));
    assert.equal(seen.policy.approve.decision, "allow");
    const planned = answerOf("planProposal", await call(person("ana", "approver"), "POST", `${at}:plan`, { ifRev: 1 }));
    assert.equal(planned.isChanged, false);
    const decision = { ifRev: 1, planId, reasonCode: "looks_right" };
    answerOf("approveProposal", await call(person("ana", "approver"), "POST", `${at}:approve`, decision));
    studio.deps.clock.advance(10_000);
    const key = "0123456789abcdef";
    const execute = () => call(person("otto", "operator"), "POST", `${at}:execute`, { planId }, key);
    assert.equal(answerOf("executeProposal", await execute()).replayed, false);
    assert.equal(answerOf("executeProposal", await execute()).replayed, true);
    const why = { rationale: "it was the wrong batch" };
    const undone = await call(person("otto", "operator"), "POST", `${at}:rollback`, why, `${key}-undo`);
    assert.equal(answerOf("rollbackProposal", undone).proposal.status, "rolled_back");
    assert.equal(reasonOf(await execute()), "ROLLED_BACK");
    assertTrailIsSound(studio.deps.transactor.dump(), TENANT_ID);
  });

  it("rejects and withdraws over the API", async () => {
    const first = await submitted();
    const no = { ifRev: 1, reasonCode: "not_needed", rationale: "x".repeat(RATIONALE_MIN) };
    const rejected = await call(person("ana", "approver"), "POST", `/proposals/${first.proposalId}:reject`, no);
    assert.equal(answerOf("rejectProposal", rejected).proposal.status, "rejected");
    const second = await submitted();
    const back = { ifRev: 1, rationale: "changed my mind" };
    const withdrawn = await call(person("otto", "operator"), "POST", `/proposals/${second.proposalId}:withdraw`, back);
    assert.equal(answerOf("withdrawProposal", withdrawn).proposal.status, "withdrawn");
  });

  it("stops, looks at and releases the studio over the API", async () => {
    const stop = { mode: "stopped", reason: "Smoke in the kiln room" };
    answerOf("engageStop", await call(person("otto", "operator"), "POST", "/control:engage", stop));
    const { effectiveMode } = answerOf("getControl", await call(person("vera", "viewer"), "GET", "/control"));
    assert.equal(effectiveMode, "stopped");
    const clear = { reason: "All clear again, says Otto" };
    const asked = await call(person("olga", "owner"), "POST", "/control:release", clear);
    assert.equal(answerOf("releaseStop", asked).isReleased, false);
    assert.equal(
      reasonOf(await call(person("olga", "owner"), "POST", "/control:release", clear)),
      "RELEASE_NOT_CONFIRMED",
    );
    const done = await call(person("omar", "approver_admin"), "POST", "/control:release", clear);
    assert.equal(answerOf("releaseStop", done).isReleased, true);
  });

  it("enrols and revokes an agent, and says NOT_FOUND of a dead letter that is not there", async () => {
    const raw = generateKeyPairSync("ed25519").publicKey.export({ format: "der", type: "spki" }).subarray(-32);
    const body = { agentId: "pi-2", name: "Kiln room Pi", publicKey: raw.toString("base64") };
    const enrolled = answerOf("enrolAgent", await call(person("olga", "owner"), "POST", "/agents", body));
    assert.equal(enrolled.agent.ownerUid, "olga");
    const revoked = await call(person("olga", "owner"), "POST", "/agents/pi-2:revoke", { reason: "it was stolen" });
    assert.equal(answerOf("revokeAgent", revoked).agent.status, "revoked");
    assert.equal(reasonOf(await call(person("olga", "owner"), "POST", "/dead-letters/d-1:redrive", {})), "NOT_FOUND");
  });

  it("exports, links and starts jobs over the API, and tells no studio what a job counted", async () => {
    const olga = person("olga", "owner");
    const asked = await call(olga, "POST", "/audit/exports", { fromIndex: 0, toIndex: null });
    const { exportId } = answerOf("requestExport", asked).export;
    const looked = answerOf("getExport", await call(olga, "GET", `/audit/exports/${exportId}`));
    assert.deepEqual([looked.export.status, looked.progress.done], ["requested", 0]);
    const made = await call(olga, "POST", "/audit/links", { label: "Ms. Reed, auditor", days: 7, exportId });
    const { link } = answerOf("createAuditLink", made);
    const ended = await call(olga, "POST", `/audit/links/${link.linkId}:revoke`, { reason: "the audit is over" });
    assert.notEqual(answerOf("revokeAuditLink", ended).link.revokedAt, null);
    const started = await call(olga, "POST", "/jobs/expirySweep:run", {});
    const { run } = answerOf("runJob", started);
    assert.deepEqual([run.status, run.startedBy, "counts" in run], ["done", "hand", false]);
    assert.equal(reasonOf(await call(olga, "POST", "/jobs/no-such-job:run", {})), "NOT_FOUND");
    const types = eventsOf(studio.deps.transactor.dump(), TENANT_ID).map(({ type, outcome }) => `${type} ${outcome}`);
    for (const type of ["job.started_by_hand done", "job.started_by_hand refused", "export.requested done"])
      assert.ok(types.includes(type), type);
  });

  it("has a handler for every route, and none besides", () => {
    const handlers = apiHandlers(() => assert.fail("no handler reads its means before it is called"), {
      log: () => log,
      jobs: [],
    });
    assert.deepEqual(Object.keys(handlers).sort(), Object.keys(API_ROUTES).sort());
  });

  describe("record-access-refusal", () => {
    const knock = (principal: Principal, ref = "/control"): Promise<ApiReply> => call(principal, "GET", ref);
    const refusals = (tenantId = TENANT_ID) =>
      eventsOf(studio.deps.transactor.dump(), tenantId).filter(({ type }) => type === "access.refused");

    it("puts a stranger's knock on the record of the studio that was knocked at, once an hour for each route", async () => {
      const stranger = person("mallory", "owner", "mud-hut");
      for (let n = 0; n < 5; n += 1) assert.equal(reasonOf(await knock(stranger)), "CROSS_TENANT_DENIED");
      assert.equal(refusals().length, 1);
      const [event] = refusals();
      assert.deepEqual(
        [event?.actor.id, event?.reasonCode, event?.outcome],
        ["mallory", "CROSS_TENANT_DENIED", "refused"],
      );
      assert.deepEqual(event?.data, { route: "getControl", tenantId: TENANT_ID });
      await knock(stranger, "/proposals/p-1");
      await knock(person("eve", "owner", "mud-hut"));
      assert.equal(refusals().length, 3);
      studio.deps.clock.advance(HOUR);
      await knock(stranger);
      assert.equal(refusals().length, 4);
    });

    it("is on record once when many knock at once", async () => {
      await Promise.all(Array.from({ length: 6 }, () => knock(person("mallory", "owner", "mud-hut"))));
      assert.equal(refusals().length, 1);
    });

    it("is on record once for all the studios that somebody makes up", async () => {
      const mallory = person("mallory", "owner", "mud-hut");
      for (let n = 0; n < 5; n += 1)
        await recordAccessRefusal(studio.deps, {
          principal: mallory,
          tenantId: `made-up-${n}`,
          route: "getControl",
          reason: "CROSS_TENANT_DENIED",
          requestId: "request-1",
        });
      assert.equal(refusals(PLATFORM_TENANT_ID).length, 1);
    });

    it("goes to the platform's record for a studio that does not exist, and gives the same answer", async () => {
      const replies = [await knock(person("mallory", "owner", "mud-hut"))];
      studio.deps.transactor.remove(tenantPath(TENANT_ID));
      studio.deps.clock.advance(MINUTE);
      replies.push(await knock(person("mallory", "owner", "mud-hut")));
      assert.deepEqual(replies.map(reasonOf), ["CROSS_TENANT_DENIED", "CROSS_TENANT_DENIED"]);
      assert.equal(refusals(PLATFORM_TENANT_ID).length, 1);
    });
  });
});

describe("api/openapi", () => {
  it("refers to nothing that it does not define, and describes answers, bodies and the key of every route", () => {
    const document = openApiDocument();
    const text = JSON.stringify(document);
    const schemas = (document["components"] as { schemas: Record<string, unknown> }).schemas;
    const referred = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref ?? "");
    assert.ok(referred.length > 0);
    for (const ref of referred) {
      assert.match(ref, /^#\/components\/schemas\/\w+$/);
      assert.ok(ref.split("/").at(-1)! in schemas, ref);
    }
    const paths = Object.values(document["paths"] as Record<string, Record<string, Record<string, unknown>>>);
    for (const operation of paths.flatMap((methods) => Object.values(methods))) {
      const route = API_ROUTES[operation["operationId"] as ApiRouteName];
      assert.equal("requestBody" in operation, route.body !== null);
      assert.equal(JSON.stringify(operation["parameters"]).includes("Idempotency-Key"), route.needsIdempotencyKey);
      assert.ok(String(route.successStatus) in (operation["responses"] as object));
    }
  });
});
