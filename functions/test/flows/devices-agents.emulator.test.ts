import assert from "node:assert/strict";
import { Agent, auditPayloadRef } from "../../src/contracts/index.js";
import type { HumanActor } from "../../src/contracts/index.js";
import { ROTATION_OVERLAP_MS } from "../../src/devices/agent-keys.js";
import { enrolAgent } from "../../src/devices/enrol-agent.js";
import { revokeAgent } from "../../src/devices/revoke-agent.js";
import { fromFirestore } from "../../src/platform/firestore-codec.js";
import { NOW, aKey, at } from "../support/uplink-fixtures.js";
import type { SigningKey } from "../support/uplink-fixtures.js";
import { openUplinkStudio } from "../support/uplink-studio.js";
import type { UplinkStudio } from "../support/uplink-studio.js";

describe("devices/enrol-agent and revoke-agent on Firestore", function () {
  this.timeout(30_000);
  let uplink: UplinkStudio;

  beforeEach(async () => (uplink = await openUplinkStudio()));
  afterEach(() => uplink.studio.close());

  const stored = async (): Promise<Agent> =>
    Agent.parse(fromFirestore((await uplink.studio.read(`agents/${uplink.agentId}`)) ?? {}));
  const enrol = (key: SigningKey, actor: HumanActor = uplink.studio.owner, publicKey = key.key.publicKey) => {
    const body = { agentId: uplink.agentId, name: "Kiln room Pi", publicKey };
    return enrolAgent(uplink.deps, { actor, tenantId: uplink.studio.tenantId, requestId: "enrol", body });
  };
  const revoke = (actor: HumanActor = uplink.studio.owner, agentId = uplink.agentId) => {
    const body = { reason: "the Pi was stolen", keyId: null };
    return revokeAgent(uplink.deps, { actor, tenantId: uplink.studio.tenantId, agentId, requestId: "revoke", body });
  };

  it("makes the caller answer for the agent, and puts the enrolment on record with the document's version", async () => {
    const agent = await stored();
    assert.deepEqual([agent.ownerUid, agent.status, agent.auditVersion], [uplink.studio.owner.id, "active", 1]);
    assert.equal(agent.keys[0]?.keyId, uplink.signer.key.keyId);
    const [event] = await uplink.events("agent.enrolled");
    assert.equal(event?.["eventId"], agent.lastEventId);
    assert.deepEqual(event["resourceRefs"], [{ path: `agents/${uplink.agentId}`, auditVersion: 1 }]);
  });

  it("rotates without a gap: both keys count for 24 hours, then the new one alone", async () => {
    const fresh = aKey();
    assert.equal((await enrol(fresh)).kind, "accepted");
    assert.equal((await uplink.ingest(uplink.envelope({ seq: 1 }))).kind, "accepted");
    assert.equal((await uplink.ingest(uplink.envelope({ seq: 2 }, fresh))).kind, "accepted");
    uplink.setClock(at(ROTATION_OVERLAP_MS));
    const sentAt = at(ROTATION_OVERLAP_MS);
    const refused = await uplink.ingest(uplink.envelope({ seq: 3, sentAt }));
    assert.deepEqual(refused, { kind: "refused", reason: "AGENT_REVOKED" });
    assert.equal((await uplink.ingest(uplink.envelope({ seq: 4, sentAt }, fresh))).kind, "accepted");
  });

  it("accepts the same enrolment once more and writes nothing", async () => {
    assert.deepEqual(await enrol(uplink.signer), { kind: "accepted", answer: { agent: await stored() } });
    assert.equal((await stored()).auditVersion, 1);
    assert.equal((await uplink.events("agent.enrolled")).length, 1);
  });

  it("refuses a key that is not 32 bytes with INVALID_INPUT and changes nothing", async () => {
    const before = await stored();
    for (const length of [31, 33]) {
      const outcome = await enrol(uplink.signer, undefined, Buffer.alloc(length).toString("base64"));
      assert.equal(outcome.kind === "refused" && outcome.reason, "INVALID_INPUT");
    }
    assert.deepEqual(await stored(), before);
  });

  it("revokes the agent with all its keys, keeps the reason erasable, and lets only a new key bring it back", async () => {
    assert.equal((await revoke()).kind, "accepted");
    const revoked = await stored();
    assert.deepEqual([revoked.status, revoked.revokedAt, revoked.keys[0]?.revokedAt], ["revoked", NOW, NOW]);
    const payload = await uplink.studio.read(auditPayloadRef(revoked.lastEventId));
    assert.deepEqual(payload?.["payload"], { reason: "the Pi was stolen" });
    const again = await enrol(uplink.signer);
    assert.equal(again.kind === "refused" && again.reason, "AGENT_REVOKED");
    const fresh = aKey();
    assert.equal((await enrol(fresh)).kind, "accepted");
    assert.equal((await uplink.ingest(uplink.envelope({ seq: 1 }, fresh))).kind, "accepted");
    assert.equal((await uplink.ingest(uplink.envelope({ seq: 2 }))).kind, "refused");
  });

  it("revokes once, and answers the second time without another event", async () => {
    await revoke();
    assert.equal((await revoke()).kind, "accepted");
    assert.equal((await uplink.events("agent.revoked")).length, 1);
  });

  it("refuses people without the role with ROLE_MISSING, on record, before it says whether the agent exists", async () => {
    const before = await stored();
    for (const outcome of [
      await enrol(aKey(), uplink.studio.admin),
      await revoke(uplink.studio.approver),
      await revoke(uplink.studio.approver, "nobody"),
    ])
      assert.equal(outcome.kind === "refused" && outcome.reason, "ROLE_MISSING");
    assert.deepEqual(await stored(), before);
    assert.equal((await uplink.events("access.refused")).length, 3);
  });

  it("refuses to revoke an agent that is not there with NOT_FOUND", async () => {
    const outcome = await revoke(undefined, "nobody");
    assert.equal(outcome.kind === "refused" && outcome.reason, "NOT_FOUND");
  });

  it("lets an envelope that races the revocation in before it or not at all, never after", async () => {
    const envelopes = Array.from({ length: 4 }, (_, index) => uplink.envelope({ seq: index + 1 }));
    const [, ...outcomes] = await Promise.all([revoke(), ...envelopes.map((envelope) => uplink.ingest(envelope))]);
    const streams = Object.entries(await uplink.state()).filter(([path]) => path.includes("/streams/"));
    const counted = streams.map(([, stream]) => Number((stream as { acceptedEnvelopes: unknown }).acceptedEnvelopes));
    const accepted = counted.reduce((sum, count) => sum + count, 0);
    assert.equal(accepted, outcomes.filter(({ kind }) => kind === "accepted").length);
    assert.deepEqual(await uplink.ingest(uplink.envelope({ seq: 9 })), { kind: "refused", reason: "AGENT_REVOKED" });
  });
});
