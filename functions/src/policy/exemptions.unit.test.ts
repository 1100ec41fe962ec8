import assert from "node:assert/strict";
import { anApprover, anOperator, anOwner, anotherApprover, anotherOwner, ruleOf } from "../../test/support/builders.js";
import { HOUR, later } from "../../test/support/fake-means.js";
import { openMemoryStudio } from "../../test/support/memory-studio.js";
import type { MemoryStudio } from "../../test/support/memory-studio.js";
import type { HumanActor, Proposal } from "../contracts/index.js";
import { controlRef } from "../contracts/index.js";
import { getProposal } from "../proposals/look.js";
import { approveProposal } from "../proposals/review.js";
import { executeProposal } from "../proposals/execute.js";
import { DEFAULT_APPROVAL_POLICY } from "./approval-policy.js";
import { revokeExemption } from "./exemptions.js";

const REFUSED = ["exemption.refused"];
const WHY = "The sensor in the room agrees, and nobody else is here.";

describe("policy/exemptions: what may go unmet", () => {
  let studio: MemoryStudio;
  beforeEach(async () => {
    studio = await openMemoryStudio();
    // Two people must agree, and what they approve may be executed at once.
    const rules = [{ ...ruleOf(2), holdMs: 0 }];
    studio.change(controlRef(), { approvalPolicy: { ...DEFAULT_APPROVAL_POLICY, rules } as never });
  });

  const at = (proposal: Proposal, actor: HumanActor) => ({
    actor,
    signedInAt: studio.deps.clock.now(),
    tenantId: proposal.tenantId,
    requestId: "request-1",
    proposalId: proposal.proposalId,
  });
  const approve = (proposal: Proposal, exemptionId: string, actor = anApprover()) =>
    approveProposal(studio.deps, {
      ...at(proposal, actor),
      body: { ifRev: proposal.rev, planId: proposal.plan.planId, rationale: WHY, reasonCode: null, exemptionId },
    });
  const execute = (proposal: Proposal, exemptionId?: string) =>
    executeProposal(studio.deps, {
      ...at(proposal, anOperator()),
      body: { planId: proposal.plan.planId, ...(exemptionId === undefined ? {} : { exemptionId }) },
      idempotencyKey: "an-idempotency-key-of-its-own",
    });
  const grant = async (body: Parameters<MemoryStudio["exempt"]>[0] = {}, actor = anotherOwner()) =>
    (await studio.accepted(studio.exempt(body, actor), ["exemption.granted"])).exemption;

  it("lets one person's approval do where the second approver is waived, once", async () => {
    const proposal = await studio.submitFlag();
    const { exemptionId } = await grant();
    const { proposal: approved } = await studio.accepted(approve(proposal, exemptionId), ["proposal.approved"]);
    assert.equal(approved.exemptionId, exemptionId);
    await studio.accepted(execute(approved), ["proposal.executed"]);
    assert.equal(studio.at(`exemptions/${exemptionId}`)?.["uses"], 1);
  });

  it("does not stand in the way of undoing what was executed under it", async () => {
    const proposal = await studio.submitFlag();
    const { exemptionId } = await grant();
    const { proposal: approved } = await studio.accepted(approve(proposal, exemptionId));
    await studio.accepted(execute(approved));
    const { policy } = await studio.accepted(getProposal(studio.deps, at(proposal, anOperator())));
    assert.equal(policy.rollback.decision, "allow", String(policy.rollback.reasonCode));
  });

  it("is spent by the execution: the next approval cannot stand on it", async () => {
    const first = await studio.submitFlag();
    const { exemptionId } = await grant();
    const { proposal } = await studio.accepted(approve(first, exemptionId));
    await studio.accepted(execute(proposal));
    const input = { firingId: "f-1", attention: "water_leak", note: "water below the kiln" };
    const { proposal: second } = await studio.accepted(studio.submit(anOperator(), input, "firing.flag"));
    await studio.refused(approve(second, exemptionId), "EXEMPTION_SPENT");
  });

  it("never lets the one who granted it, or the request's own chain, be the one who approves", async () => {
    const proposal = await studio.submitFlag();
    const { exemptionId } = await grant({}, anOwner());
    const refused = await studio.refused(approve(proposal, exemptionId, anOwner()), "SELF_APPROVAL");
    assert.equal(refused.via, "exemptionGrantor");
    const own = (await studio.accepted(studio.submit(anOwner(), { batchId: "b-1", text: "cracked" }))).proposal;
    const forOlga = await grant({ capabilityId: "batch.opsNote.append", forUid: "olga" });
    await studio.refused(approve(own, forOlga.exemptionId, anOwner()), "SELF_APPROVAL");
  });

  it("does not outlive its end between the approval and the execution", async () => {
    const proposal = await studio.submitFlag();
    const { exemptionId, expiresAt } = await grant();
    const { proposal: approved } = await studio.accepted(approve(proposal, exemptionId));
    studio.deps.clock.set(expiresAt);
    await studio.refused(execute(approved), "EXEMPTION_EXPIRED");
  });

  it("is void after any flip of the kill switch, also for what it made approved", async () => {
    const proposal = await studio.submitFlag();
    const { exemptionId } = await grant();
    await studio.accepted(studio.stop());
    await studio.releaseByTwo();
    await studio.refused(approve(proposal, exemptionId), "EXEMPTION_REVOKED");
  });

  it("never lifts the kill switch", async () => {
    const proposal = await studio.submitFlag();
    await studio.accepted(studio.stop());
    const { exemptionId } = await grant();
    await studio.refused(approve(proposal, exemptionId), "KILL_SWITCH");
  });

  it("counts no more once it was taken back, and is taken back once", async () => {
    const proposal = await studio.submitFlag();
    const { exemptionId } = await grant();
    const { proposal: approved } = await studio.accepted(approve(proposal, exemptionId));
    const { tenantId } = proposal;
    const takeBack = (actor: HumanActor) =>
      revokeExemption(studio.deps, { actor, tenantId, requestId: "r-1", exemptionId, body: { reason: "no more" } });
    await studio.refused(takeBack(anOperator()), "ROLE_MISSING", REFUSED);
    await studio.accepted(takeBack(anOwner()), ["exemption.revoked"]);
    await studio.refused(takeBack(anOwner()), "EXEMPTION_REVOKED", REFUSED);
    await studio.refused(execute(approved), "EXEMPTION_REVOKED");
  });

  it("is not needed, and not used, where everybody agreed", async () => {
    const proposal = await studio.submitFlag();
    const { exemptionId } = await grant();
    const { proposal: once } = await studio.accepted(studio.approve(proposal), ["proposal.approval_counted"]);
    const { proposal: twice } = await studio.accepted(approve(once, exemptionId, anotherApprover()));
    assert.equal(twice.exemptionId, null);
    await studio.accepted(execute(twice), ["proposal.executed"]);
    assert.equal(studio.at(`exemptions/${exemptionId}`)?.["uses"], 0);
  });

  it("lets an execution through a quota that is used up, and counts its own use instead", async () => {
    const proposal = await studio.submitFlag();
    const { proposal: once } = await studio.accepted(studio.approve(proposal));
    const { proposal: approved } = await studio.accepted(studio.approve(once, anotherApprover()));
    const { exemptionId } = await grant({ waives: ["quota"] });
    const quota = Object.keys(studio.deps.transactor.dump()).find((path) => path.includes("/quotas/"));
    assert.equal(quota, undefined, "nothing was executed before");
    await studio.accepted(execute(approved, exemptionId), ["proposal.executed"]);
    assert.equal(studio.at(`exemptions/${exemptionId}`)?.["uses"], 1);
    assert.ok(!Object.keys(studio.deps.transactor.dump()).some((path) => path.includes("/quotas/")));
  });

  it("is granted by owners and admins, not for themselves, for one capability, within bounds", async () => {
    await studio.refused(studio.exempt({}, anOperator()), "ROLE_MISSING", REFUSED);
    await studio.refused(studio.exempt({ forUid: "omar" }), "SELF_APPROVAL", REFUSED);
    await studio.refused(studio.exempt({ capabilityId: "kiln.start" }), "CAPABILITY_UNKNOWN", REFUSED);
    await studio.refused(studio.exempt({ forUid: null }), "INVALID_INPUT", REFUSED);
    const now = Date.parse(studio.deps.clock.now());
    for (const expiresAt of [new Date(now).toISOString(), new Date(now + 7 * 24 * HOUR + 1).toISOString()])
      await studio.refused(studio.exempt({ expiresAt }), "INVALID_INPUT", REFUSED);
    await studio.refused(studio.exempt({ startsAt: later(-HOUR) }), "INVALID_INPUT", REFUSED);
  });
});
