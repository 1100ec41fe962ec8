import { recordEvent } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import { toDocument } from "../commit/document-change.js";
import { accept } from "../commit/outcome.js";
import type { Outcome } from "../commit/outcome.js";
import { Agent, MAX_CLOCK_SKEW_MS, agentRef, inTenant, keyProofMessage } from "../contracts/index.js";
import type { AgentKey, ReasonCode, RouteAnswer, RouteBody, UtcInstant } from "../contracts/index.js";
import { ROTATION_OVERLAP_MS, isKeyValid, withKey } from "./agent-keys.js";
import { keyIdOf, verifyEd25519 } from "./ed25519.js";
import { readStored } from "../commit/read-stored.js";
import { refuseProof } from "./refuse-agent.js";
import type { UnprovenCommand } from "./refuse-agent.js";

export interface RotateCommand extends UnprovenCommand {
  readonly body: RouteBody<"rotateAgentKey">;
}

type Answer = Outcome<RouteAnswer<"rotateAgentKey">>;

/**
 * May this key take the place of the agent's own? If the agent's newest key signed for it, and whoever asks holds the new
 * one. From this commit on the new key counts, and the old one for `ROTATION_OVERLAP_MS` more, so that at most two are good
 * at once (M05.7). The same rotation once more changes nothing and is accepted.
 *
 * Refuses with AGENT_UNKNOWN, AGENT_REVOKED (the agent, its key, or the new key was revoked), KEY_PROOF_INVALID,
 * KEY_PROOF_STALE and KEY_REPLACED (a key in its last day lets no other in), each on record.
 */
export function rotateAgentKey(deps: Deps, command: RotateCommand): Promise<Answer> {
  const { tenantId, agentId, requestId, body } = command;
  return deps.transactor.transact<Answer>(async (reads) => {
    const now = deps.clock.now();
    const path = inTenant(tenantId, agentRef(agentId));
    const before = readStored(Agent, (await reads.get([path]))[0]);
    const verdict = judgeRotation(command, before, now);
    if (verdict.kind === "refused") {
      const { reason, isProven } = verdict;
      const refusal = { operation: "rotate", reason, agent: isProven ? before : null, counted: null } as const;
      return refuseProof(deps, reads, command, refusal, now);
    }
    const { agent: enrolled, keyId } = verdict;
    const oldKeyUntil = new Date(Date.parse(now) + ROTATION_OVERLAP_MS).toISOString();
    if (verdict.isRepeat) {
      const old = enrolled.keys.find((key) => key.keyId === body.keyId);
      const answer = accept({ agentId, keyId, oldKeyUntil: old?.notAfter ?? now });
      return { changes: [], events: [], answer };
    }
    const eventId = deps.ids.random();
    const agent: Agent = {
      ...enrolled,
      keys: withKey(enrolled.keys, { keyId, publicKey: body.publicKey }, now),
      auditVersion: enrolled.auditVersion + 1,
      lastEventId: eventId,
    };
    const event = recordEvent(
      {
        tenantId,
        type: "agent.key_rotated",
        severity: "notice",
        at: now,
        actor: { type: "agent", id: agentId, name: agent.name, ownerUid: agent.ownerUid },
        outcome: "done",
        resourceRefs: [{ path: agentRef(agentId), auditVersion: agent.auditVersion }],
        requestId,
        data: { agentId, keyId, oldKeyId: body.keyId, oldKeyUntil },
      },
      eventMeans(deps, eventId),
    );
    const changes = [{ op: "set" as const, path, data: toDocument(agent) }];
    return { changes, events: [event], answer: accept({ agentId, keyId, oldKeyUntil }) };
  });
}

type Verdict =
  | { readonly kind: "refused"; readonly reason: ReasonCode; readonly isProven: boolean }
  | { readonly kind: "good"; readonly agent: Agent; readonly keyId: string; readonly isRepeat: boolean };

function judgeRotation({ tenantId, agentId, body }: RotateCommand, agent: Agent | null, now: UtcInstant): Verdict {
  const no = (reason: ReasonCode, isProven = false): Verdict => ({ kind: "refused", reason, isProven });
  const signer = agent?.keys.find((key) => key.keyId === body.keyId);
  if (agent === null) return no("AGENT_UNKNOWN");
  if (signer === undefined) return no("KEY_PROOF_INVALID");
  const { publicKey, keyId, signedAt } = body;
  const facts = { purpose: "rotate", tenantId, agentId, publicKey, keyId, signedAt } as const;
  const message = Buffer.from(keyProofMessage(facts), "utf8");
  const isSignedBy = (key: string, signature: string): boolean =>
    verifyEd25519(Buffer.from(key, "base64"), message, Buffer.from(signature, "base64"));
  if (!isSignedBy(signer.publicKey, body.signature) || !isSignedBy(publicKey, body.proof))
    return no("KEY_PROOF_INVALID");
  if (agent.status === "revoked" || signer.revokedAt !== null) return no("AGENT_REVOKED", true);
  if (Math.abs(Date.parse(now) - Date.parse(signedAt)) > MAX_CLOCK_SKEW_MS) return no("KEY_PROOF_STALE", true);
  const newId = keyIdOf(Buffer.from(publicKey, "base64"));
  const known = agent.keys.find((key) => key.keyId === newId);
  if (known?.revokedAt != null) return no("AGENT_REVOKED", true);
  if (known !== undefined && isCurrent(known, now)) return { kind: "good", agent, keyId: newId, isRepeat: true };
  return isCurrent(signer, now) ? { kind: "good", agent, keyId: newId, isRepeat: false } : no("KEY_REPLACED", true);
}

/** The newest key is the one without an end. */
const isCurrent = (key: AgentKey, now: UtcInstant): boolean => key.notAfter === null && isKeyValid(key, now);
