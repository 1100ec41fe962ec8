import { sign } from "node:crypto";
import { canonicalJson } from "@studio-os/functions/canonical-json";
import { AgentEnvelope, ENVELOPE_SIGNING_CONTEXT } from "@studio-os/functions/contracts";
import type { UnsignedEnvelope } from "@studio-os/functions/contracts";
import type { EnvelopeDraft } from "../outbox/outbox.js";
import type { AgentSigningKey } from "./agent-key.js";

export interface EnvelopeIdentity {
  readonly tenantId: string;
  readonly agentId: string;
}

/**
 * The text of one Pub/Sub message: a signed envelope that keeps its contract. Ed25519 (RFC 8032) over the signing context
 * and the canonical JSON (RFC 8785) of everything but the signature, so that the signature is over meaning, not spelling.
 */
export function signEnvelope(draft: EnvelopeDraft, identity: EnvelopeIdentity, key: AgentSigningKey): string {
  const unsigned: UnsignedEnvelope = {
    v: 1,
    tenantId: identity.tenantId,
    agentId: identity.agentId,
    keyId: key.keyId,
    ...draft,
  };
  const covered = Buffer.from(ENVELOPE_SIGNING_CONTEXT + canonicalJson(unsigned), "utf8");
  const signature = sign(null, covered, key.privateKey).toString("base64");
  return canonicalJson(AgentEnvelope.parse({ ...unsigned, signature }));
}
