import assert from "node:assert/strict";
import {
  NOW,
  aKey,
  anAgent,
  anEnvelope,
  at,
  observations,
  anObservation,
  toBytes,
} from "../../test/support/uplink-fixtures.js";
import type { SigningKey } from "../../test/support/uplink-fixtures.js";
import { LATE_AFTER_MS, MAX_CLOCK_SKEW_MS } from "../contracts/index.js";
import type { Agent, AgentEnvelope } from "../contracts/index.js";
import { verifyEd25519 } from "./ed25519.js";
import { parseEnvelope } from "./parse-envelope.js";
import { isKeyEnrolled, verifyEnvelope } from "./verify-envelope.js";
import type { EnvelopeVerdict } from "./verify-envelope.js";

const signer = aKey();
const stranger = aKey();

function verify(envelope: AgentEnvelope, named: Agent | null, elsewhere: readonly Agent[] = []): EnvelopeVerdict {
  const parsed = parseEnvelope(toBytes(envelope));
  assert.equal(parsed.kind, "parsed");
  return verifyEnvelope(parsed, { named, elsewhere }, NOW, verifyEd25519);
}

function reasonOf(verdict: EnvelopeVerdict): string {
  return verdict.kind === "refused" ? verdict.reason : verdict.kind;
}

/** The same name in the envelope as another key's, signed by one that is not enrolled. */
function signedBy(forger: SigningKey, claimed: SigningKey): AgentEnvelope {
  const { signature } = anEnvelope({ ...forger, key: claimed.key });
  return { ...anEnvelope(claimed), signature };
}

describe("devices/verify-envelope", () => {
  it("verifies what an enrolled key signed", () => {
    const agent = anAgent([signer]);
    assert.deepEqual(verify(anEnvelope(signer), agent), { kind: "verified", agent, isLate: false });
  });

  it("refuses what another key signed in the name of an enrolled one with SIGNATURE_INVALID", () => {
    assert.equal(reasonOf(verify(signedBy(stranger, signer), anAgent([signer]))), "SIGNATURE_INVALID");
  });

  it("refuses an envelope of which any one signed field was changed with SIGNATURE_INVALID", () => {
    const original = anEnvelope(signer);
    const changes: Partial<AgentEnvelope>[] = [
      { seq: 2 },
      { bootId: "boot-2" },
      { agentId: "another-pi" },
      { tenantId: "other-studio" },
      { sentAt: at(-2_000) },
      { payload: observations(anObservation({ value: 99 })) },
    ];
    for (const change of changes)
      assert.equal(
        reasonOf(verify({ ...original, ...change }, anAgent([signer]))),
        "SIGNATURE_INVALID",
        JSON.stringify(change),
      );
  });

  it("refuses a key id that the agent does not have with SIGNATURE_INVALID, and an agent that is not there with AGENT_UNKNOWN", () => {
    assert.equal(reasonOf(verify(anEnvelope(stranger), anAgent([signer]))), "SIGNATURE_INVALID");
    assert.equal(reasonOf(verify(anEnvelope(signer), null)), "AGENT_UNKNOWN");
  });

  it("refuses what an agent of another tenant signed with TENANT_MISMATCH, and proves whose it is", () => {
    const foreign = anAgent([stranger], { tenantId: "other-studio" });
    for (const named of [null, anAgent([signer])]) {
      const verdict = verify(anEnvelope(stranger), named, [foreign]);
      assert.equal(reasonOf(verdict), "TENANT_MISMATCH");
      assert.deepEqual(verdict.kind === "refused" && verdict.provenAgent, foreign);
    }
  });

  it("blames nobody for a message that only claims another tenant's agent", () => {
    const foreign = anAgent([signer], { tenantId: "other-studio" });
    const verdict = verify(signedBy(stranger, signer), null, [foreign]);
    assert.equal(reasonOf(verdict), "AGENT_UNKNOWN");
    assert.equal(verdict.kind === "refused" && verdict.provenAgent, null);
  });

  it("refuses a revoked agent and a revoked key with AGENT_REVOKED", () => {
    const envelope = anEnvelope(signer);
    assert.equal(
      reasonOf(verify(envelope, anAgent([signer], { status: "revoked", revokedAt: at(-1) }))),
      "AGENT_REVOKED",
    );
    const revoked = { ...signer, key: { ...signer.key, revokedAt: at(-1) } };
    assert.equal(reasonOf(verify(envelope, anAgent([revoked]))), "AGENT_REVOKED");
  });

  it("lets a key count until, but not at, its end, and from its beginning on", () => {
    const withKey = (limits: Partial<SigningKey["key"]>): string =>
      reasonOf(verify(anEnvelope(signer), anAgent([{ ...signer, key: { ...signer.key, ...limits } }])));
    assert.equal(withKey({ notAfter: at(1) }), "verified");
    assert.equal(withKey({ notAfter: at(0) }), "AGENT_REVOKED");
    assert.equal(withKey({ notBefore: at(0) }), "verified");
    assert.equal(withKey({ notBefore: at(1) }), "SIGNATURE_INVALID");
  });

  it("verifies either of two keys during a rotation", () => {
    const agent = anAgent([signer, stranger]);
    assert.equal(reasonOf(verify(anEnvelope(signer), agent)), "verified");
    assert.equal(reasonOf(verify(anEnvelope(stranger), agent)), "verified");
  });

  it("calls an envelope late past, but not at, LATE_AFTER_MS", () => {
    const isLate = (ageMs: number): unknown => {
      const verdict = verify(anEnvelope(signer, { sentAt: at(-ageMs) }), anAgent([signer]));
      return verdict.kind === "verified" && verdict.isLate;
    };
    assert.equal(isLate(LATE_AFTER_MS), false);
    assert.equal(isLate(LATE_AFTER_MS + 1), true);
    assert.equal(isLate(48 * 3_600_000), true);
  });

  it("refuses an envelope past, but not at, the clock skew with ENVELOPE_FROM_FUTURE", () => {
    const ahead = (ms: number): string => reasonOf(verify(anEnvelope(signer, { sentAt: at(ms) }), anAgent([signer])));
    assert.equal(ahead(MAX_CLOCK_SKEW_MS), "verified");
    assert.equal(ahead(MAX_CLOCK_SKEW_MS + 1), "ENVELOPE_FROM_FUTURE");
  });

  it("asks for a search in other tenants only where the named one does not know the key", () => {
    assert.equal(isKeyEnrolled(anEnvelope(signer), anAgent([signer])), true);
    assert.equal(isKeyEnrolled(anEnvelope(stranger), anAgent([signer])), false);
    assert.equal(isKeyEnrolled(anEnvelope(signer), null), false);
  });
});
