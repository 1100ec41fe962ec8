import assert from "node:assert/strict";
import { sign } from "node:crypto";
import * as fc from "fast-check";
import { TENANT_ID, aControl, aPerson, anAdmin, anApprover, anOwner } from "../../test/support/builders.js";
import { HOUR, MINUTE, NOW, later, sha256, testDeps } from "../../test/support/fake-means.js";
import type { TestDeps } from "../../test/support/fake-means.js";
import { eventsOf } from "../../test/support/audit-trail.js";
import { aKey } from "../../test/support/uplink-fixtures.js";
import type { SigningKey } from "../../test/support/uplink-fixtures.js";
import {
  Agent,
  Enrolment,
  EnrolmentCode,
  PLATFORM_TENANT_ID,
  agentRef,
  controlRef,
  enrolmentRef,
  inTenant,
  keyProofMessage,
  tenantPath,
} from "../contracts/index.js";
import type { HumanActor } from "../contracts/index.js";
import { toDocument } from "../commit/document-change.js";
import { ROTATION_OVERLAP_MS, isKeyValid } from "./agent-keys.js";
import { enrolAgent } from "./enrol-agent.js";
import { toCode } from "./enrolment-code.js";
import { makeEnrolmentCode } from "./make-enrolment-code.js";
import { redeemCode } from "./redeem-code.js";
import { revokeAgent } from "./revoke-agent.js";
import { rotateAgentKey } from "./rotate-key.js";

const AGENT = "pi-7";
const WRONG = "00000-00000-00000-00000";

function proofBy(
  { privateKey }: SigningKey,
  facts: Omit<Parameters<typeof keyProofMessage>[0], "tenantId" | "agentId">,
  agentId = AGENT,
): string {
  const message = keyProofMessage({ tenantId: TENANT_ID, agentId, ...facts });
  return sign(null, Buffer.from(message), privateKey).toString("base64");
}

describe("devices: enrolment by code and rotation by signature", () => {
  let deps: TestDeps;
  beforeEach(() => {
    const control = toDocument(aControl());
    deps = testDeps({ [tenantPath(TENANT_ID)]: { tenantId: TENANT_ID }, [inTenant(TENANT_ID, controlRef())]: control });
  });

  const at = (ref: string): unknown => deps.transactor.dump()[inTenant(TENANT_ID, ref)];
  const agent = (): Agent => Agent.parse(at(agentRef(AGENT)));
  const enrolment = (): Enrolment => Enrolment.parse(at(enrolmentRef(AGENT)));
  const events = (tenantId = TENANT_ID) => eventsOf(deps.transactor.dump(), tenantId);
  const refusals = (tenantId = TENANT_ID): unknown[] =>
    events(tenantId)
      .filter(({ outcome }) => outcome === "refused")
      .map(({ reasonCode }) => reasonCode);

  async function make(validMinutes = 10, actor: HumanActor = anOwner()): Promise<string> {
    const body = { name: "Kiln room Pi", validMinutes };
    const made = await makeEnrolmentCode(deps, { actor, tenantId: TENANT_ID, agentId: AGENT, requestId: "r", body });
    assert.ok(made.kind === "accepted", JSON.stringify(made));
    return made.answer.code;
  }
  function redeem(
    code: string,
    signer: SigningKey,
    change: { agentId?: string; tenantId?: string; proof?: string } = {},
  ) {
    const { publicKey } = signer.key;
    const proof = change.proof ?? proofBy(signer, { purpose: "enrol", publicKey });
    const { agentId = AGENT, tenantId = TENANT_ID } = change;
    return redeemCode(deps, { tenantId, agentId, requestId: "r", body: { code, publicKey, proof } });
  }
  function rotate(
    old: SigningKey,
    fresh: SigningKey,
    change: { signedAt?: string; signature?: string; proof?: string } = {},
  ) {
    const signedAt = change.signedAt ?? deps.clock.now();
    const { publicKey } = fresh.key;
    const { keyId } = old.key;
    const facts = { purpose: "rotate", publicKey, keyId, signedAt } as const;
    const { signature = proofBy(old, facts), proof = proofBy(fresh, facts) } = change;
    const body = { publicKey, keyId, signedAt, signature, proof };
    return rotateAgentKey(deps, { tenantId: TENANT_ID, agentId: AGENT, requestId: "r", body });
  }
  const reasonOf = (outcome: { kind: string; reason?: unknown }): unknown =>
    outcome.kind === "refused" ? outcome.reason : outcome.kind;

  it("enrols the machine that has the code and its key, its maker answering for it, and stores no code in the clear", async () => {
    const code = await make();
    const signer = aKey();
    const outcome = await redeem(code, signer);
    assert.deepEqual(outcome, {
      kind: "accepted",
      answer: { agentId: AGENT, name: "Kiln room Pi", keyId: signer.key.keyId },
    });
    assert.deepEqual([agent().ownerUid, agent().status], [anOwner().id, "active"]);
    assert.ok(isKeyValid(agent().keys[0]!, NOW));
    assert.ok(!JSON.stringify(deps.transactor.dump()).includes(code));
    assert.deepEqual(
      events().map(({ type }) => type),
      ["agent.code_made", "agent.enrolled"],
    );
  });

  it("lets owners and approval admins make a code, and nobody else", async () => {
    await make(10, anAdmin());
    const command = { tenantId: TENANT_ID, agentId: AGENT, requestId: "r", body: { name: "Pi", validMinutes: 10 } };
    assert.equal(reasonOf(await makeEnrolmentCode(deps, { ...command, actor: anApprover() })), "ROLE_MISSING");
    assert.equal(enrolment().auditVersion, 1);
    assert.deepEqual(refusals(), ["ROLE_MISSING"]);
  });

  it("lets nobody enrol or make a code whom the staff list does not lead, whatever their token says", async () => {
    const command = { actor: aPerson("gone", ["owner"]), tenantId: TENANT_ID, requestId: "r" };
    const made = { ...command, agentId: AGENT, body: { name: "Pi", validMinutes: 10 } };
    const enrolled = { ...command, body: { agentId: AGENT, name: "Pi", publicKey: aKey().key.publicKey } };
    assert.equal(reasonOf(await makeEnrolmentCode(deps, made)), "ROLE_MISSING");
    assert.equal(reasonOf(await enrolAgent(deps, enrolled)), "ROLE_MISSING");
    deps.transactor.put(inTenant(TENANT_ID, controlRef()), { mode: "open" });
    assert.equal(reasonOf(await makeEnrolmentCode(deps, { ...made, actor: anOwner() })), "CONTROL_UNREADABLE");
    assert.equal(reasonOf(await enrolAgent(deps, { ...enrolled, actor: anOwner() })), "CONTROL_UNREADABLE");
    assert.deepEqual(refusals().sort(), ["CONTROL_UNREADABLE", "CONTROL_UNREADABLE", "ROLE_MISSING", "ROLE_MISSING"]);
  });

  it("lets nobody revoke whom the staff list does not lead, but whoever the token says while no list can be read", async () => {
    await redeem(await make(), aKey());
    const gone = { actor: aPerson("gone", ["owner"]), tenantId: TENANT_ID, agentId: AGENT, requestId: "r" };
    const body = { reason: "out of spite", keyId: null };
    assert.equal(reasonOf(await revokeAgent(deps, { ...gone, body })), "ROLE_MISSING");
    assert.equal(agent().status, "active");
    deps.transactor.put(inTenant(TENANT_ID, controlRef()), { mode: "open" });
    assert.equal(reasonOf(await revokeAgent(deps, { ...gone, body })), "accepted");
  });

  it("lets no code in that was made before the agent was revoked", async () => {
    const code = await make(60);
    await enrolAgent(deps, {
      ...{ actor: anOwner(), tenantId: TENANT_ID, requestId: "r" },
      body: { agentId: AGENT, name: "Pi", publicKey: aKey().key.publicKey },
    });
    deps.clock.advance(MINUTE);
    const command = { actor: anOwner(), tenantId: TENANT_ID, agentId: AGENT, requestId: "r" };
    await revokeAgent(deps, { ...command, body: { reason: "the Pi was stolen, with the note on it", keyId: null } });
    assert.equal(reasonOf(await redeem(code, aKey())), "ENROLMENT_CODE_EXPIRED");
    assert.equal(agent().status, "revoked");
    assert.equal((await redeem(await make(), aKey())).kind, "accepted");
  });

  it("lets a code in once: another machine with it is refused, the same key hears its answer again", async () => {
    const code = await make();
    const signer = aKey();
    await redeem(code, signer);
    assert.equal(reasonOf(await redeem(code, aKey())), "ENROLMENT_CODE_SPENT");
    assert.equal(reasonOf(await redeem(WRONG, signer)), "ENROLMENT_CODE_SPENT");
    const before = agent();
    assert.equal((await redeem(code, signer)).kind, "accepted");
    assert.deepEqual(agent(), before);
  });

  it("holds until, but not at, its expiry, and a new code voids the one before", async () => {
    const code = await make(10);
    deps.clock.set(later(10 * MINUTE));
    assert.equal(reasonOf(await redeem(code, aKey())), "ENROLMENT_CODE_EXPIRED");
    deps.clock.set(later(10 * MINUTE - 1));
    const second = await make(60);
    assert.equal(reasonOf(await redeem(code, aKey())), "ENROLMENT_CODE_WRONG");
    deps.clock.set(later(69 * MINUTE));
    assert.equal((await redeem(second, aKey())).kind, "accepted");
  });

  it("bears four wrong guesses, each on record, and after the fifth not even the right code", async () => {
    const code = await make();
    for (let left = 4; left >= 1; left -= 1) {
      assert.equal(reasonOf(await redeem(WRONG, aKey())), "ENROLMENT_CODE_WRONG");
      assert.equal(enrolment().triesLeft, left);
    }
    const fifth = deps.transactor.dump();
    assert.equal(reasonOf(await redeem(WRONG, aKey())), "ENROLMENT_CODE_WRONG");
    assert.equal(reasonOf(await redeem(code, aKey())), "ENROLMENT_CODE_SPENT");
    assert.equal(refusals().length, 6);
    assert.notDeepEqual(fifth, deps.transactor.dump());
    assert.equal(at(agentRef(AGENT)), undefined);
  });

  it("keeps a flood of guesses at no live code to one event an hour for each reason, whatever ids are tried", async () => {
    for (let n = 0; n < 50; n += 1) await redeem(WRONG, aKey(), { agentId: `pi-${n}`, proof: "A".repeat(86) + "==" });
    assert.deepEqual(refusals(), ["ENROLMENT_CODE_WRONG"]);
    for (let n = 0; n < 5; n += 1) await redeem(WRONG, aKey(), { tenantId: `nowhere-${n}` });
    assert.equal(refusals(PLATFORM_TENANT_ID).length, 1);
    deps.clock.set(later(HOUR));
    await redeem(WRONG, aKey());
    assert.equal(refusals().length, 2);
  });

  it("refuses a key whose holder did not sign, signed for another agent, or which is no key; the code stays good", async () => {
    const code = await make();
    const signer = aKey();
    const { publicKey } = signer.key;
    const wrongs = [
      proofBy(aKey(), { purpose: "enrol", publicKey }),
      proofBy(signer, { purpose: "enrol", publicKey }, "pi-8"),
      proofBy(signer, { purpose: "rotate", publicKey }),
    ];
    for (const proof of wrongs) assert.equal(reasonOf(await redeem(code, signer, { proof })), "KEY_PROOF_INVALID");
    assert.equal((await redeem(code, signer)).kind, "accepted");
  });

  it("rotates: the new key counts at once, the old one for a day, and at no moment more than two", async () => {
    const first = aKey();
    await redeem(await make(), first);
    const keys = [first];
    for (let n = 0; n < 4; n += 1) {
      const fresh = aKey();
      deps.clock.set(later(n * HOUR));
      const outcome = await rotate(keys.at(-1)!, fresh);
      assert.ok(outcome.kind === "accepted", JSON.stringify(outcome));
      assert.equal(outcome.answer.oldKeyUntil, later(n * HOUR + ROTATION_OVERLAP_MS));
      keys.push(fresh);
      for (const instant of [0, 1, ROTATION_OVERLAP_MS - 1])
        assert.ok(agent().keys.filter((key) => isKeyValid(key, later(instant, deps.clock.now()))).length <= 2);
      const goodAfter = agent().keys.filter((key) => isKeyValid(key, later(n * HOUR + ROTATION_OVERLAP_MS)));
      assert.deepEqual(
        goodAfter.map(({ keyId }) => keyId),
        [fresh.key.keyId],
      );
    }
    assert.equal(events().filter(({ type }) => type === "agent.key_rotated").length, 4);
  });

  it("answers the same rotation again and writes nothing, also once the old key has ended", async () => {
    const [old, fresh] = [aKey(), aKey()];
    await redeem(await make(), old);
    await rotate(old, fresh);
    const before = deps.transactor.dump();
    assert.equal((await rotate(old, fresh)).kind, "accepted");
    deps.clock.set(later(2 * ROTATION_OVERLAP_MS));
    assert.equal((await rotate(old, fresh)).kind, "accepted");
    assert.deepEqual(deps.transactor.dump(), before);
  });

  it("refuses a rotation by a stranger's key, a replaced key, a stale date, a revoked key or agent, each on record", async () => {
    const [old, current] = [aKey(), aKey()];
    assert.equal(reasonOf(await rotate(old, current)), "AGENT_UNKNOWN");
    await redeem(await make(), old);
    assert.equal(reasonOf(await rotate(aKey(), current)), "KEY_PROOF_INVALID");
    assert.equal(reasonOf(await rotate(old, current, { proof: "A".repeat(86) + "==" })), "KEY_PROOF_INVALID");
    assert.equal(reasonOf(await rotate(old, current, { signedAt: later(-5 * MINUTE - 1) })), "KEY_PROOF_STALE");
    assert.equal((await rotate(old, current, { signedAt: later(5 * MINUTE) })).kind, "accepted");
    assert.equal(reasonOf(await rotate(old, aKey())), "KEY_REPLACED");
    const command = { actor: anOwner(), tenantId: TENANT_ID, agentId: AGENT, requestId: "r" };
    await revokeAgent(deps, { ...command, body: { reason: "the card was lost", keyId: current.key.keyId } });
    assert.equal(agent().status, "active");
    assert.equal(reasonOf(await rotate(current, aKey())), "AGENT_REVOKED");
    assert.deepEqual(refusals().sort(), [
      "AGENT_REVOKED",
      "AGENT_UNKNOWN",
      "KEY_PROOF_INVALID",
      "KEY_PROOF_STALE",
      "KEY_REPLACED",
    ]);
    await revokeAgent(deps, { ...command, body: { reason: "the Pi was stolen", keyId: null } });
    assert.equal(agent().status, "revoked");
    const back = await make();
    assert.equal(reasonOf(await redeem(back, current)), "AGENT_REVOKED");
    assert.equal((await redeem(back, aKey())).kind, "accepted");
    assert.equal(agent().status, "active");
  });

  it("revokes one key alone, once, and refuses one that the agent does not have", async () => {
    const [old, fresh] = [aKey(), aKey()];
    await redeem(await make(), old);
    await rotate(old, fresh);
    const command = { actor: anAdmin(), tenantId: TENANT_ID, agentId: AGENT, requestId: "r" };
    const revoke = (keyId: string) => revokeAgent(deps, { ...command, body: { reason: "it leaked", keyId } });
    assert.equal(reasonOf(await revoke("0".repeat(16))), "NOT_FOUND");
    await revoke(old.key.keyId);
    await revoke(old.key.keyId);
    const good = agent().keys.filter((key) => isKeyValid(key, NOW));
    assert.deepEqual(
      good.map(({ keyId }) => keyId),
      [fresh.key.keyId],
    );
    assert.equal(events().filter(({ type }) => type === "agent.key_revoked").length, 1);
  });

  it("makes codes of 100 bits that keep their shape, and different ones of different randomness", () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), (seed) => {
        const hex = sha256(seed).slice(0, 40);
        const code = toCode(hex);
        EnrolmentCode.parse(code);
        seen.add(code);
      }),
    );
    assert.ok(seen.size > 50);
  });
});
