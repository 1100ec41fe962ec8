import assert from "node:assert/strict";
import { aDecision, aProposal, hash } from "../../test/support/builders.js";
import { createApiClient, fillPath } from "./api-client.js";

interface Sent {
  url: string;
  init: RequestInit;
}

function clientThatGets(status: number, body: unknown, sent: Sent[] = [], token: string | null = "token") {
  let ended = 0;
  const call = createApiClient({
    idToken: () => Promise.resolve(token),
    onUnauthenticated: () => {
      ended += 1;
    },
    fetch: (url, init) => {
      sent.push({ url: url as string, init: init ?? {} });
      return Promise.resolve(new Response(typeof body === "string" ? body : JSON.stringify(body), { status }));
    },
  });
  return { call, endings: () => ended };
}
const params = { tenantId: "clay", proposalId: "p-1" };

describe("data/api-client", () => {
  it("sends path, token, body and idempotency key as the route table says", async () => {
    const sent: Sent[] = [];
    const answer = { proposal: aProposal({ status: "executed" }), replayed: false, policy: aDecision() };
    const { call } = clientThatGets(200, answer, sent);
    const outcome = await call("executeProposal", params, { planId: hash("b") }, { idempotencyKey: "k".repeat(16) });
    assert.equal(outcome.kind, "done");
    assert.equal(sent[0]?.url, "/api/v1/tenants/clay/proposals/p-1:execute");
    const headers = sent[0].init.headers as Record<string, string>;
    assert.equal(headers["authorization"], "Bearer token");
    assert.equal(headers["Idempotency-Key"], "k".repeat(16));
    assert.deepEqual(JSON.parse(sent[0].init.body as string), { planId: hash("b") });
  });

  it("answers a refusal with its code, sentence, request id and details", async () => {
    const error = { code: "STALE_PLAN", message: "changed", requestId: "r-1", details: { changed: [] } };
    const { call } = clientThatGets(409, { error });
    const outcome = await call("planProposal", params, { ifRev: 1 });
    assert.deepEqual(outcome, { kind: "failed", failure: error });
  });

  it("ends the session on UNAUTHENTICATED and when there is no token", async () => {
    const refused = clientThatGets(401, { error: { code: "UNAUTHENTICATED", message: "no", requestId: "r" } });
    await refused.call("getProposal", params, null);
    assert.equal(refused.endings(), 1);
    const signedOut = clientThatGets(200, {}, [], null);
    const outcome = await signedOut.call("getProposal", params, null);
    assert.equal(outcome.kind === "failed" && outcome.failure.code, "UNAUTHENTICATED");
    assert.equal(signedOut.endings(), 1);
  });

  it("answers NETWORK_UNREACHABLE, and ANSWER_UNREADABLE for a page in place of JSON or a foreign shape", async () => {
    const broken = createApiClient({
      idToken: () => Promise.resolve("t"),
      onUnauthenticated: () => undefined,
      fetch: () => Promise.reject(new TypeError("failed")),
    });
    const codes = [
      await broken("getProposal", params, null),
      await clientThatGets(502, "<html>").call("getProposal", params, null),
      await clientThatGets(200, { proposal: 1 }).call("getProposal", params, null),
    ].map((outcome) => (outcome.kind === "failed" ? outcome.failure.code : "done"));
    assert.deepEqual(codes, ["NETWORK_UNREACHABLE", "ANSWER_UNREADABLE", "ANSWER_UNREADABLE"]);
  });

  it("keeps a parameter inside its path segment", () => {
    assert.equal(fillPath("/a/{id}:plan", { id: "../x?y" }), "/a/..%2Fx%3Fy:plan");
  });
});
