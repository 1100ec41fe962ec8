import assert from "node:assert/strict";
import { engageStop } from "../../src/policy/engage-stop.js";
import { approveProposal } from "../../src/proposals/review.js";
import { submitProposal } from "../../src/proposals/submit.js";
import { aFiringDocument, openTestStudio } from "../support/emulator.js";
import type { TestStudio } from "../support/emulator.js";

const PATIENCE_MS = 30_000;

describe("a flip of the switch on the emulators", function () {
  this.timeout(60_000);
  let studio: TestStudio;
  before(async () => {
    studio = await openTestStudio();
  });
  after(() => studio.close());

  it("marks what was approved before it, so that nobody waits for it", async () => {
    await studio.put("firings/f-1", aFiringDocument("f-1"));
    const about = { tenantId: studio.tenantId, requestId: "flip-test" };
    const input = { firingId: "f-1", attention: "other", note: "something is odd" };
    const body = { capabilityId: "firing.flag", input, rationale: "", evidence: [] };
    const submitted = await submitProposal(studio.deps, { ...about, actor: studio.owner, body });
    assert.ok(submitted.kind === "accepted");
    const { proposalId, rev, plan } = submitted.answer.proposal;
    const decision = { ifRev: rev, planId: plan.planId, rationale: null, reasonCode: "looks_right" as const };
    await approveProposal(studio.deps, { ...about, actor: studio.approver, proposalId, body: decision });
    const stop = { mode: "stopped" as const, reason: "Smoke in the kiln room" };
    await engageStop(studio.deps, { ...about, actor: studio.approver, body: stop });
    const deadline = Date.now() + PATIENCE_MS;
    while ((await studio.read(`proposals/${proposalId}`))?.["status"] !== "blocked") {
      assert.ok(Date.now() < deadline, "the proposal was not marked in time");
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    assert.ok((await studio.eventTypes()).includes("proposal.blocked"));
  });
});
