import assert from "node:assert/strict";
import { toFirestore } from "../../src/platform/firestore-codec.js";
import { sweepExpired } from "../../src/proposals/expire.js";
import { approveProposal } from "../../src/proposals/review.js";
import { submitProposal } from "../../src/proposals/submit.js";
import { aFiringDocument, openTestStudio } from "../support/emulator.js";
import type { TestStudio } from "../support/emulator.js";

/** Rounds of the race: the whole count runs with STUDIO_TEST_FULL=1. */
const ROUNDS = process.env["STUDIO_TEST_FULL"] === "1" ? 200 : 12;
/** How long after the set-up the time to decide ends, in milliseconds: both runners start around it. */
const UNTIL_EXPIRY_MS = 40;

describe("proposals: expiry and a click at once, on Firestore", function () {
  this.timeout(600_000);
  let studio: TestStudio;
  before(async () => (studio = await openTestStudio()));
  after(() => studio.close());

  it(`ends each of ${ROUNDS} races in one state with one event that tells of it, by whichever came first`, async () => {
    const endings = new Map<string, number>();
    for (let round = 0; round < ROUNDS; round += 1) {
      const proposalId = await aboutToExpire(`f-${round}`);
      const clickAfterMs = UNTIL_EXPIRY_MS - 30 + (round % 12) * 5;
      const [clicked] = await Promise.all([
        sleep(clickAfterMs).then(() => approve(proposalId)),
        sleep(UNTIL_EXPIRY_MS).then(() => sweepExpired(studio.deps, "race")),
      ]);
      await sleep(UNTIL_EXPIRY_MS).then(() => sweepExpired(studio.deps, "race-late"));
      const { status } = (await studio.read(`proposals/${proposalId}`)) as { status: string };
      assert.deepEqual(await endingsOnRecord(proposalId), [`proposal.${status}`]);
      assert.equal(clicked.kind === "accepted" ? "approved" : "expired", status);
      endings.set(status, (endings.get(status) ?? 0) + 1);
    }
    assert.equal((endings.get("approved") ?? 0) + (endings.get("expired") ?? 0), ROUNDS);
  });

  const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  async function aboutToExpire(firingId: string): Promise<string> {
    await studio.put(`firings/${firingId}`, aFiringDocument(firingId));
    const input = { firingId, attention: "room_overheat", note: "41 °C with both kilns off" };
    const body = { capabilityId: "firing.flag", input, rationale: "", evidence: [] };
    const command = { actor: studio.owner, tenantId: studio.tenantId, requestId: "race", body };
    const outcome = await submitProposal(studio.deps, command);
    assert.ok(outcome.kind === "accepted");
    const { proposalId } = outcome.answer.proposal;
    const expiresAt = new Date(Date.now() + UNTIL_EXPIRY_MS).toISOString();
    await studio.firestore.doc(`tenants/${studio.tenantId}/proposals/${proposalId}`).update(toFirestore({ expiresAt }));
    return proposalId;
  }

  async function approve(proposalId: string) {
    const { plan, rev } = (await studio.read(`proposals/${proposalId}`)) as { plan: { planId: string }; rev: number };
    const body = { ifRev: rev, planId: plan.planId, rationale: null, reasonCode: "looks_right" as const };
    const { tenantId, approver: actor } = studio;
    return approveProposal(studio.deps, { actor, tenantId, requestId: "race", proposalId, body });
  }

  /** Events that end the wait. */
  async function endingsOnRecord(proposalId: string): Promise<string[]> {
    const events = await studio.firestore
      .collection(`tenants/${studio.tenantId}/auditEvents`)
      .where("proposalId", "==", proposalId)
      .get();
    const types = events.docs.map((event) => String(event.get("type")));
    return types.filter((type) => type === "proposal.approved" || type === "proposal.expired");
  }
});
