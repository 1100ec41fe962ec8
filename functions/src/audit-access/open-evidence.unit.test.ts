import assert from "node:assert/strict";
import { TENANT_ID, aPerson, anApprover, anOperator, aViewer } from "../../test/support/builders.js";
import { sha256 } from "../../test/support/fake-means.js";
import { openMemoryStudio } from "../../test/support/memory-studio.js";
import type { MemoryStudio } from "../../test/support/memory-studio.js";
import { canonicalJson } from "../audit/canonical-json.js";
import type { HumanActor, JsonObject, RiskTier } from "../contracts/index.js";
import { openEvidence } from "./open-evidence.js";

describe("audit-access/open-evidence", () => {
  let studio: MemoryStudio;
  let proposalId: string;
  beforeEach(async () => {
    studio = await openMemoryStudio();
    proposalId = (await studio.accepted(studio.submit())).proposal.proposalId;
  });
  const rests = (riskTier: RiskTier, evidence: readonly { ref: string; sha256?: string }[]): void =>
    studio.change(`proposals/${proposalId}`, {
      riskTier,
      evidence: evidence.map((it): JsonObject => ({ kind: "document", summary: "see there", sha256: null, ...it })),
    });
  const open = (index = 0, actor: HumanActor = anApprover()) =>
    openEvidence(studio.deps, { actor, tenantId: TENANT_ID, requestId: "request-1", proposalId, body: { index } });
  const REFUSED = ["evidence.refused"];

  it("puts on record who opened the evidence of a proposal of high risk, and which", async () => {
    rests("high", [{ ref: "rule-7" }, { ref: "batches/b-1" }]);
    const answer = await studio.accepted(open(1), ["evidence.opened"]);
    assert.deepEqual([answer.record?.["batchId"], answer.isSame, answer.isOnRecord], ["b-1", null, true]);
    const event = studio.events().at(-1);
    assert.deepEqual([event?.actor.id, event?.proposalId, event?.data["index"]], [anApprover().id, proposalId, 1]);
    assert.ok(!JSON.stringify(event).includes("see there"), "the words of the requester stay out of the log");
  });

  it("opens the evidence of low and medium risk without an event", async () => {
    for (const riskTier of ["low", "medium"] as const) {
      rests(riskTier, [{ ref: "batches/b-1" }]);
      assert.equal((await studio.accepted(open(), [])).isOnRecord, false);
    }
  });

  it("says whether the record still is the one that the requester hashed", async () => {
    const hash = sha256(canonicalJson(studio.at("batches/b-1") ?? {}));
    rests("high", [{ ref: "batches/b-1", sha256: hash }]);
    assert.equal((await studio.accepted(open())).isSame, true);
    studio.change("batches/b-1", { title: "something else" });
    assert.equal((await studio.accepted(open())).isSame, false);
  });

  it("has no record to show for what names none of the studio, or one that is not there", async () => {
    const refs = ["hubitat:12/temperature", "rule-7", "batches/b-none", "control/state", "auditPayloads/e-1", "a/b/c"];
    rests(
      "high",
      refs.map((ref) => ({ ref })),
    );
    for (const index of refs.keys())
      assert.equal((await studio.accepted(open(index), ["evidence.opened"])).record, null);
  });

  it("refuses those who may not read records of that kind, on record", async () => {
    rests("high", [{ ref: "orders/o-1" }, { ref: "batches/b-1" }]);
    studio.deps.transactor.put(`tenants/${TENANT_ID}/orders/o-1`, { total: 5 });
    await studio.refused(open(0, anOperator()), "ROLE_MISSING", REFUSED);
    await studio.refused(open(1, aViewer()), "ROLE_MISSING", REFUSED);
    await studio.refused(open(1, aPerson("nobody", ["owner"])), "ROLE_MISSING", REFUSED);
  });

  it("refuses evidence and proposals that are not there, or cannot be read", async () => {
    await studio.refused(open(0), "NOT_FOUND", REFUSED);
    studio.change(`proposals/${proposalId}`, { evidence: "none" });
    const outcome = await open();
    assert.equal(outcome.kind === "refused" ? outcome.reason : "", "TARGET_UNREADABLE");
    proposalId = "p-none";
    const missing = await open();
    assert.equal(missing.kind === "refused" ? missing.reason : "", "NOT_FOUND");
  });
});
