import assert from "node:assert/strict";
import {
  anAgent,
  anApprover,
  anOperator,
  anOwner,
  anotherOwner,
  aViewer,
  TENANT_ID,
} from "../../test/support/builders.js";
import { HOUR, NOW, later } from "../../test/support/fake-means.js";
import { openMemoryStudio } from "../../test/support/memory-studio.js";
import type { MemoryStudio } from "../../test/support/memory-studio.js";
import { toDocument } from "../commit/document-change.js";
import { Delegation, MAX_LIVE_DELEGATIONS, agentRef, inTenant } from "../contracts/index.js";
import { revokeAgent } from "../devices/revoke-agent.js";
import { changeStaff } from "./change-staff.js";

const REFUSED = ["delegation.refused"];

describe("policy/delegations: what agents are lent", () => {
  let studio: MemoryStudio;
  let lentId: string;
  let lentUntil: string;
  beforeEach(async () => {
    studio = await openMemoryStudio();
    const [grant] = Object.values(studio.deps.transactor.dump()).flatMap(
      (data) => Delegation.safeParse(data).data ?? [],
    );
    assert.ok(grant !== undefined);
    ({ delegationId: lentId, expiresAt: lentUntil } = grant);
  });

  it("puts the delegator into the chain, so that they decide on nothing that is asked in their name", async () => {
    await studio.accepted(studio.takeBack(lentId), ["delegation.revoked"]);
    await studio.accepted(studio.lend({}, anApprover()), ["delegation.granted"]);
    const { proposal } = await studio.accepted(studio.submitForAgent(), ["proposal.submitted"]);
    assert.deepEqual(
      proposal.actChain.map(({ id, as, delegationId }) => [id, as, delegationId]),
      [
        ["pi-1", "requester", undefined],
        ["olga", "agentOwner", undefined],
        ["ana", "delegator", proposal.delegationId],
      ],
    );
    await studio.refused(studio.approve(proposal, anApprover()), "SELF_APPROVAL");
    await studio.accepted(studio.approve(proposal, anotherOwner()), ["proposal.approved"]);
  });

  it("refuses an agent that nobody lends anything any more, with what became of the last grant", async () => {
    await studio.accepted(studio.takeBack(lentId), ["delegation.revoked"]);
    await studio.refused(studio.submitForAgent(), "DELEGATION_REVOKED");
  });

  it("lends for eight hours where nobody says how long, and for thirty days at most", async () => {
    const { delegation } = await studio.accepted(studio.lend({ expiresAt: null }), ["delegation.granted"]);
    assert.equal(Date.parse(delegation.expiresAt) - Date.parse(delegation.issuedAt), 8 * HOUR);
    studio.deps.clock.set(lentUntil);
    await studio.refused(studio.submitForAgent(), "DELEGATION_EXPIRED");
    const now = Date.parse(studio.deps.clock.now());
    const tooLong = new Date(now + 30 * 24 * HOUR + 1).toISOString();
    for (const expiresAt of [tooLong, delegation.expiresAt, NOW])
      await studio.refused(studio.lend({ expiresAt }), "INVALID_INPUT", REFUSED);
  });

  it("lends only what the person may ask for, to an agent of this studio that is enrolled", async () => {
    await studio.refused(studio.lend({}, aViewer()), "ROLE_MISSING", REFUSED);
    await studio.refused(studio.lend({ scopes: ["batch.opsNote.append"] }), "NOT_PROPOSABLE_BY_AGENT", REFUSED);
    await studio.refused(studio.lend({ scopes: ["kiln.start"] }), "CAPABILITY_UNKNOWN", REFUSED);
    await studio.refused(studio.lend({ agentId: "pi-9" }), "NOT_FOUND", REFUSED);
    const gone = anAgent({ agentId: "pi-2", status: "revoked", revokedAt: NOW });
    studio.deps.transactor.put(inTenant(TENANT_ID, agentRef("pi-2")), toDocument(gone));
    await studio.refused(studio.lend({ agentId: "pi-2" }), "AGENT_REVOKED", REFUSED);
  });

  it("bounds how many grants of one agent run at once", async () => {
    for (let n = 1; n < MAX_LIVE_DELEGATIONS; n += 1) await studio.accepted(studio.lend(), ["delegation.granted"]);
    await studio.refused(studio.lend(), "BLAST_RADIUS_EXCEEDED", REFUSED);
  });

  it("lets the delegator take it back, and owners, and nobody else", async () => {
    await studio.refused(studio.takeBack(lentId, anOperator()), "ROLE_MISSING", REFUSED);
    await studio.refused(studio.takeBack("lent-9"), "NOT_FOUND", REFUSED);
    const { delegation } = await studio.accepted(studio.takeBack(lentId, anotherOwner()), ["delegation.revoked"]);
    assert.deepEqual([delegation.revokedBy, delegation.auditVersion], ["omar", 2]);
    await studio.refused(studio.takeBack(lentId), "DELEGATION_REVOKED", REFUSED);
  });

  it("ends what was approved before the execution, when the rights are taken back", async () => {
    const { proposal } = await studio.accepted(studio.submitForAgent());
    await studio.accepted(studio.approve(proposal), ["proposal.approved"]);
    await studio.accepted(studio.takeBack(lentId), ["delegation.revoked"]);
    await studio.refused(studio.execute(proposal), "DELEGATION_REVOKED");
    assert.equal(studio.at("firings/f-1")?.["attention"], null);
  });

  it("ends with the delegator's own rights", async () => {
    const { proposal } = await studio.accepted(studio.submitForAgent());
    await studio.accepted(studio.approve(proposal), ["proposal.approved"]);
    const body = {
      name: "Olga",
      holds: ["viewer" as const],
      groups: [],
      aliases: [],
      isIn: true,
      reason: "She left us.",
    };
    const by = { actor: anotherOwner(), tenantId: TENANT_ID, requestId: "request-1" };
    await studio.accepted(changeStaff(studio.deps, { ...by, memberUid: "olga", body }), ["staff.changed"]);
    await studio.refused(studio.execute(proposal), "DELEGATION_RIGHTS");
  });

  it("counts the proposals of a day under a grant that bounds them", async () => {
    await studio.accepted(studio.takeBack(lentId), ["delegation.revoked"]);
    await studio.accepted(studio.lend({ constraints: { maxAmountCents: null, maxPerDay: 1 } }), ["delegation.granted"]);
    await studio.accepted(studio.submitForAgent(), ["proposal.submitted"]);
    const other = { kilnId: "k-1", attention: "water_leak", note: "wet", unlessBookedWithinHours: 2 };
    await studio.refused(studio.submitForAgent(other), "DELEGATION_LIMIT");
    studio.deps.clock.set(later(25 * HOUR));
    await studio.accepted(studio.submitForAgent(other), ["proposal.submitted"]);
  });

  it("takes back everything with the agent itself, in one commit", async () => {
    await studio.accepted(studio.lend({}, anApprover()), ["delegation.granted"]);
    const command = { actor: anOwner(), tenantId: TENANT_ID, agentId: "pi-1", requestId: "request-1" };
    const outcome = await revokeAgent(studio.deps, { ...command, body: { reason: "it was stolen", keyId: null } });
    assert.equal(outcome.kind, "accepted");
    const stored = Object.entries(studio.deps.transactor.dump()).filter(([path]) => path.includes("/delegations/"));
    assert.equal(stored.length, 2);
    for (const [, data] of stored) assert.notEqual(Delegation.parse(data).revokedAt, null);
    await studio.refused(studio.submitForAgent(), "DELEGATION_REVOKED");
  });
});
