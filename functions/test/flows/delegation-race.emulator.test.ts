import assert from "node:assert/strict";
import { delegationRef } from "../../src/contracts/index.js";
import { revokeDelegation } from "../../src/policy/delegations.js";
import { executeProposal } from "../../src/proposals/execute.js";
import { approveProposal } from "../../src/proposals/review.js";
import { decideAgentSubmission } from "../../src/proposals/submit-for-agent.js";
import { aDelegation, anAgent } from "../support/builders.js";
import { aFiringDocument, openTestStudio } from "../support/emulator.js";
import type { TestStudio } from "../support/emulator.js";

/** Rounds of the race (M05.3): the whole count runs with STUDIO_TEST_FULL=1. */
const ROUNDS = process.env["STUDIO_TEST_FULL"] === "1" ? 200 : 12;

describe("delegations: taking back and executing at once, on Firestore", function () {
  this.timeout(600_000);
  let studio: TestStudio;
  before(async () => (studio = await openTestStudio()));
  after(() => studio.close());

  it(`has no effect in any of ${ROUNDS} races in which the revocation was committed first`, async () => {
    let revokedFirst = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const { proposalId, planId, delegationId } = await approvedForAgent(round);
      const revoke = () => sleep((round * 3) % 10).then(() => takeBack(delegationId));
      const execute = () => sleep((round * 7) % 10).then(() => run(proposalId, planId, round));
      const [revoked, executed] = await Promise.all([revoke(), execute()]);
      assert.equal(revoked.kind, "accepted", "nobody else takes it back");
      const grant = await studio.firestore.doc(`tenants/${studio.tenantId}/${delegationRef(delegationId)}`).get();
      const firing = await studio.firestore.doc(`tenants/${studio.tenantId}/firings/f-${round}`).get();
      const isFlagged = firing.get("attention") !== null;
      assert.equal(isFlagged, executed.kind === "accepted");
      if (executed.kind === "refused") {
        assert.equal(executed.reason, "DELEGATION_REVOKED");
        revokedFirst += 1;
      } else {
        assert.ok(
          (firing.updateTime?.valueOf() ?? "z") < (grant.updateTime?.valueOf() ?? ""),
          "an effect after the revocation",
        );
      }
      const late = await run(proposalId, planId, round + ROUNDS);
      assert.equal(late.kind, "refused", "after both, nothing more happens");
    }
    assert.ok(revokedFirst > 0 && revokedFirst < ROUNDS, `${revokedFirst} of ${ROUNDS}: the race went both ways`);
  });

  const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const command = () => ({ tenantId: studio.tenantId, requestId: "race" });

  async function approvedForAgent(round: number) {
    const { tenantId, deps, owner } = studio;
    const agentId = `pi-${round}`;
    const delegationId = `lent-${round}`;
    await studio.put(`firings/f-${round}`, { ...aFiringDocument(`f-${round}`), kilnId: `k-${round}` });
    await studio.put(
      delegationRef(delegationId),
      aDelegation({
        ...{ delegationId, tenantId, delegate: agentId, delegator: owner.id },
        ...{ issuedAt: "2026-01-01T00:00:00.000Z", expiresAt: "2100-01-01T00:00:00.000Z" },
      }),
    );
    const request = { kilnId: `k-${round}`, attention: "room_overheat", note: "41 °C", unlessBookedWithinHours: 2 };
    const asked = { capabilityId: "firing.flag", request, ruleId: "room-hot", rationale: "hot", evidence: [] };
    const agent = anAgent({ agentId, tenantId, ownerUid: owner.id });
    const now = deps.clock.now();
    const sent = { agent, proposal: asked, now, sentAt: now, isLate: false, ...command() };
    const submitted = await deps.transactor.transact((reads) => decideAgentSubmission(deps, reads, sent));
    assert.ok(submitted.kind === "accepted", submitted.kind === "refused" ? submitted.reason : "");
    const { proposalId, rev, plan } = submitted.answer.proposal;
    const body = { ifRev: rev, planId: plan.planId, rationale: null, reasonCode: "looks_right" as const };
    const approved = await approveProposal(deps, { ...command(), actor: studio.approver, proposalId, body });
    assert.ok(approved.kind === "accepted", approved.kind === "refused" ? approved.reason : "");
    return { proposalId, planId: plan.planId, delegationId };
  }

  const takeBack = (delegationId: string) =>
    revokeDelegation(studio.deps, {
      ...{ ...command(), actor: studio.owner, delegationId },
      body: { reason: "the agent was moved" },
    });

  const run = (proposalId: string, planId: string, n: number) =>
    executeProposal(studio.deps, {
      ...{ ...command(), actor: studio.approver, proposalId, body: { planId } },
      idempotencyKey: `race-of-the-delegation-${n}`,
    });
});
