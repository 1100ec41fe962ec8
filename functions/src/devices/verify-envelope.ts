import { LATE_AFTER_MS, MAX_CLOCK_SKEW_MS } from "../contracts/index.js";
import type { Agent, AgentEnvelope, AgentKey, ReasonCode, UtcInstant } from "../contracts/index.js";
import type { VerifyEd25519 } from "./ed25519.js";

export interface SignedEnvelope {
  readonly envelope: AgentEnvelope;
  readonly signedMessage: Uint8Array;
}

/** The records of whom the envelope claims to be from. */
export interface AgentRecords {
  /** In the tenant that the envelope names. */
  readonly named: Agent | null;
  /** Agents of that id in other tenants; looked up only where `isKeyEnrolled` says no. */
  readonly elsewhere: readonly Agent[];
}

export type EnvelopeVerdict =
  | { readonly kind: "verified"; readonly agent: Agent; readonly isLate: boolean }
  | {
      readonly kind: "refused";
      readonly reason: ReasonCode;
      readonly detail: string;
      /** The agent whose signature it bears, once that is proven; null: nobody knows who sent it. */
      readonly provenAgent: Agent | null;
    };

/** Does the tenant that the envelope names know the key that it claims to be signed with? */
export function isKeyEnrolled(envelope: AgentEnvelope, agent: Agent | null): boolean {
  return agent !== null && keyOf(envelope, agent) !== undefined;
}

/**
 * Did an enrolled agent of the named tenant send this, and may it at `receivedAt`? Checked in this order: the agent, its
 * key and that neither is revoked, the signature, the clock. An expiry instant itself counts as expired.
 *
 * Refuses with AGENT_UNKNOWN, TENANT_MISMATCH (an agent of another tenant signed it, provably), AGENT_REVOKED,
 * SIGNATURE_INVALID and ENVELOPE_FROM_FUTURE (M05.7). Older than `LATE_AFTER_MS` is late, and not refused.
 */
export function verifyEnvelope(
  signed: SignedEnvelope,
  records: AgentRecords,
  receivedAt: UtcInstant,
  verifyEd25519: VerifyEd25519,
): EnvelopeVerdict {
  const { envelope } = signed;
  const agent = records.named;
  const key = agent === null ? undefined : keyOf(envelope, agent);
  if (agent === null || key === undefined) return refuseStranger(signed, records, verifyEd25519);
  if (agent.status === "revoked") return refused("AGENT_REVOKED", `the agent was revoked at ${agent.revokedAt ?? "?"}`);
  if (key.revokedAt !== null) return refused("AGENT_REVOKED", `the key was revoked at ${key.revokedAt}`);
  if (key.notAfter !== null && isAtOrAfter(receivedAt, key.notAfter))
    return refused("AGENT_REVOKED", `the key was valid until ${key.notAfter}`);
  if (!isAtOrAfter(receivedAt, key.notBefore))
    return refused("SIGNATURE_INVALID", `the key is valid from ${key.notBefore} on`);
  if (!isSignedBy(signed, key, verifyEd25519))
    return refused("SIGNATURE_INVALID", "the signature does not match the envelope and the enrolled key");
  const ageMs = Date.parse(receivedAt) - Date.parse(envelope.sentAt);
  if (-ageMs > MAX_CLOCK_SKEW_MS)
    return refused("ENVELOPE_FROM_FUTURE", `dated ${-ageMs} ms ahead, at most ${MAX_CLOCK_SKEW_MS} are allowed`, agent);
  return { kind: "verified", agent, isLate: ageMs > LATE_AFTER_MS };
}

/** Another tenant is told of it only when its agent provably signed: a mere claim of its name is nobody's doing. */
function refuseStranger(signed: SignedEnvelope, records: AgentRecords, verifyEd25519: VerifyEd25519): EnvelopeVerdict {
  const signer = records.elsewhere.find((agent) => {
    const key = keyOf(signed.envelope, agent);
    return key !== undefined && isSignedBy(signed, key, verifyEd25519);
  });
  if (signer !== undefined) return refused("TENANT_MISMATCH", "its signer is enrolled in another tenant", signer);
  return records.named === null
    ? refused("AGENT_UNKNOWN", "no such agent is enrolled in the tenant that it names")
    : refused("SIGNATURE_INVALID", "the agent has no key of that id");
}

function refused(reason: ReasonCode, detail: string, provenAgent: Agent | null = null): EnvelopeVerdict {
  return { kind: "refused", reason, detail, provenAgent };
}

function keyOf(envelope: AgentEnvelope, agent: Agent): AgentKey | undefined {
  return agent.keys.find((key) => key.keyId === envelope.keyId);
}

function isSignedBy({ envelope, signedMessage }: SignedEnvelope, key: AgentKey, verify: VerifyEd25519): boolean {
  return verify(Buffer.from(key.publicKey, "base64"), signedMessage, Buffer.from(envelope.signature, "base64"));
}

function isAtOrAfter(instant: UtcInstant, other: UtcInstant): boolean {
  return Date.parse(instant) >= Date.parse(other);
}
