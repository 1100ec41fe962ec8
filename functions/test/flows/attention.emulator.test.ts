import assert from "node:assert/strict";
import { StudioError } from "../../src/commit/studio-error.js";
import { Digest, delegationRef, digestRef } from "../../src/contracts/index.js";
import type { Proposal } from "../../src/contracts/index.js";
import { decideAgentSubmission } from "../../src/proposals/submit-for-agent.js";
import { fromFirestore } from "../../src/platform/firestore-codec.js";
import { aDelegation, anAgent } from "../support/builders.js";
import { aFiringDocument, openTestStudio } from "../support/emulator.js";
import type { TestStudio } from "../support/emulator.js";

const BURST = 25;
const AN_HOUR = 10;
/** All of a burst meet in the agent's one count and take turns: whoever ran out of attempts is delivered again. */
const DELIVERIES = 30;

describe("the attention budget on the Firestore emulator", function () {
  this.timeout(180_000);
  let studio: TestStudio;

  beforeEach(async () => {
    studio = await openTestStudio();
    await studio.put(
      delegationRef("lent-1"),
      aDelegation({
        tenantId: studio.tenantId,
        delegator: studio.owner.id,
        issuedAt: "2026-01-01T00:00:00.000Z",
        expiresAt: "2100-01-01T00:00:00.000Z",
      }),
    );
    for (let n = 0; n < BURST; n += 1)
      await studio.put(`firings/f-${n}`, { ...aFiringDocument(`f-${n}`), kilnId: `k-${n}` });
  });
  afterEach(() => studio.close());

  it("puts exactly ten of twenty-five simultaneous requests of one agent before people, and loses none", async () => {
    const now = studio.deps.clock.now();
    const asked = await Promise.all(Array.from({ length: BURST }, (_, n) => ask(n, now)));
    const count = (status: string) => asked.filter((proposal) => proposal.status === status).length;
    assert.deepEqual([count("pending_approval"), count("draft")], [AN_HOUR, BURST - AN_HOUR]);

    const stored = await studio.firestore.collection(`tenants/${studio.tenantId}/proposals`).get();
    assert.equal(stored.size, BURST);
    const digest = Digest.parse(fromFirestore((await studio.read(digestRef("pi-1", now.slice(0, 10)))) ?? {}));
    const drafts = asked.filter(({ status }) => status === "draft").map(({ proposalId }) => proposalId);
    assert.deepEqual(digest.held.map(({ proposalId }) => proposalId).sort(), drafts.sort());
    assert.equal(digest.total, BURST - AN_HOUR);
  });

  async function ask(n: number, now: string): Promise<Proposal> {
    const { tenantId, deps, owner } = studio;
    const request = { kilnId: `k-${n}`, attention: "room_overheat", note: "41 °C", unlessBookedWithinHours: 2 };
    const proposal = { capabilityId: "firing.flag", request, ruleId: "room-hot", rationale: "hot", evidence: [] };
    const agent = anAgent({ tenantId, ownerUid: owner.id });
    const submission = { tenantId, agent, proposal, requestId: `burst-${n}`, now, sentAt: now, isLate: false };
    for (let delivery = 1; ; delivery += 1) {
      try {
        const outcome = await deps.transactor.transact((reads) => decideAgentSubmission(deps, reads, submission));
        assert.ok(outcome.kind === "accepted", outcome.kind === "refused" ? outcome.reason : "");
        return outcome.answer.proposal;
      } catch (error) {
        if (!(error instanceof StudioError) || !error.isRetryable || delivery >= DELIVERIES) throw error;
      }
    }
  }
});
