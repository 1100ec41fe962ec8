import assert from "node:assert/strict";
import { PLATFORM_TENANT_ID } from "../../src/contracts/index.js";
import { bootstrapOperators } from "../../src/policy/bootstrap-control.js";
import { engageGlobalStop, releaseGlobalStop } from "../../src/policy/global-control.js";
import { engageStop } from "../../src/policy/engage-stop.js";
import { approveProposal } from "../../src/proposals/review.js";
import { submitProposal } from "../../src/proposals/submit.js";
import { aPerson } from "../support/builders.js";
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
    const proposalId = await approvedIn(studio);
    const about = { tenantId: studio.tenantId, requestId: "flip-test" };
    const stop = { mode: "stopped" as const, reason: "Smoke in the kiln room" };
    await engageStop(studio.deps, { ...about, actor: studio.approver, body: stop });
    await untilBlocked(studio, proposalId);
    assert.ok((await studio.eventTypes()).includes("proposal.blocked"));
  });

  it("marks what was approved in every studio after a flip above them", async () => {
    const studios = [await openTestStudio(), await openTestStudio()] as const;
    const [pat, pim] = [aPerson("pat", ["operator"]), aPerson("pim", ["operator"])];
    const { deps } = studios[0];
    await bootstrapOperators(
      deps,
      [pat, pim].map(({ id, name }) => ({ uid: id, name })),
    );
    const about = { tenantId: PLATFORM_TENANT_ID, requestId: "flip-test" };
    const ids = [await approvedIn(studios[0]), await approvedIn(studios[1])] as const;
    const reason = "A drill of the switch above all studios";
    const stopped = await engageGlobalStop(deps, { ...about, actor: pat, body: { mode: "stopped", reason } });
    try {
      assert.equal(stopped.kind, "accepted");
      await untilBlocked(studios[0], ids[0]);
      await untilBlocked(studios[1], ids[1]);
    } finally {
      for (const actor of [pat, pim])
        await releaseGlobalStop(deps, { ...about, actor, body: { reason, phrase: null } });
      await Promise.all(studios.map((each) => each.close()));
    }
  });

  async function approvedIn(studio: TestStudio): Promise<string> {
    await studio.put("firings/f-1", aFiringDocument("f-1"));
    const about = { tenantId: studio.tenantId, requestId: "flip-test" };
    const input = { firingId: "f-1", attention: "other", note: "something is odd" };
    const body = { capabilityId: "firing.flag", input, rationale: "", evidence: [] };
    const submitted = await submitProposal(studio.deps, { ...about, actor: studio.owner, body });
    assert.ok(submitted.kind === "accepted");
    const { proposalId, rev, plan } = submitted.answer.proposal;
    const decision = { ifRev: rev, planId: plan.planId, rationale: null, reasonCode: "looks_right" as const };
    await approveProposal(studio.deps, { ...about, actor: studio.approver, proposalId, body: decision });
    return proposalId;
  }

  async function untilBlocked(studio: TestStudio, proposalId: string): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while ((await studio.read(`proposals/${proposalId}`))?.["status"] !== "blocked") {
      assert.ok(Date.now() < deadline, "the proposal was not marked in time");
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
});
