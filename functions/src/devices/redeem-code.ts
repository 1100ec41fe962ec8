import { recordEvent } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import { toDocument } from "../commit/document-change.js";
import { accept } from "../commit/outcome.js";
import type { Outcome } from "../commit/outcome.js";
import { Agent, Enrolment, agentRef, enrolmentRef, inTenant, keyProofMessage } from "../contracts/index.js";
import type { ReasonCode, RouteAnswer, RouteBody } from "../contracts/index.js";
import { withKey } from "./agent-keys.js";
import { keyIdOf, verifyEd25519 } from "./ed25519.js";
import { hashCode, judgeCode } from "./enrolment-code.js";
import { readStored } from "../commit/read-stored.js";
import { refuseProof } from "./refuse-agent.js";
import type { UnprovenCommand } from "./refuse-agent.js";

export interface RedeemCommand extends UnprovenCommand {
  readonly body: RouteBody<"redeemEnrolmentCode">;
}

type Answer = Outcome<RouteAnswer<"redeemEnrolmentCode">>;

/**
 * May this machine be this agent? If it has the one-time code that somebody made for it, and holds the key that it brings.
 * The code is used up in the commit that enrols the key, so of two machines with one code one gets in; the same key once
 * more is accepted, so that a lost answer can be asked for again. A wrong code costs one of five tries.
 *
 * Refuses with ENROLMENT_CODE_WRONG, ENROLMENT_CODE_EXPIRED, ENROLMENT_CODE_SPENT, KEY_PROOF_INVALID (also for bytes that
 * are no Ed25519 key) and AGENT_REVOKED (a key that was revoked), each on record.
 */
export function redeemCode(deps: Deps, command: RedeemCommand): Promise<Answer> {
  const { tenantId, agentId, requestId, body } = command;
  return deps.transactor.transact<Answer>(async (reads) => {
    const now = deps.clock.now();
    const paths = [enrolmentRef(agentId), agentRef(agentId)].map((ref) => inTenant(tenantId, ref));
    const [enrolmentPath = "", agentPath = ""] = paths;
    const [enrolmentDocument, agentDocument] = await reads.get(paths);
    const enrolment = readStored(Enrolment, enrolmentDocument);
    const before = readStored(Agent, agentDocument);
    const raw = Buffer.from(body.publicKey, "base64");
    const keyId = keyIdOf(raw);
    const refuseWith = (reason: ReasonCode, spent: Enrolment | null = null) =>
      refuseProof(
        deps,
        reads,
        command,
        {
          operation: "enrol",
          reason,
          agent: null,
          counted:
            spent === null
              ? null
              : {
                  change: { op: "set", path: enrolmentPath, data: toDocument(spent) },
                  ref: enrolmentRef(agentId),
                  auditVersion: spent.auditVersion,
                },
        },
        now,
      );

    const guessHash = (salt: string): string => hashCode(deps.sha256, salt, body.code);
    const judged = judgeCode(enrolment, guessHash, now);
    // Whoever used the code with this very key may hear the answer again; the code still has to be right.
    const isRepeat =
      enrolment?.keyId === keyId && enrolment.usedAt !== null && guessHash(enrolment.salt) === enrolment.codeHash;
    if (enrolment === null || (judged.reason !== null && !isRepeat)) {
      const spent = !judged.costsTry || enrolment === null ? null : spendTry(enrolment);
      return refuseWith(judged.reason ?? "ENROLMENT_CODE_WRONG", spent);
    }
    const { publicKey } = body;
    const message = Buffer.from(keyProofMessage({ purpose: "enrol", tenantId, agentId, publicKey }), "utf8");
    if (!verifyEd25519(raw, message, Buffer.from(body.proof, "base64"))) return refuseWith("KEY_PROOF_INVALID");
    if (before?.keys.some((key) => key.keyId === keyId && key.revokedAt !== null) === true)
      return refuseWith("AGENT_REVOKED");
    if (isRepeat) return { changes: [], events: [], answer: accept({ agentId, name: enrolment.name, keyId }) };

    const eventId = deps.ids.random();
    const used: Enrolment = {
      ...enrolment,
      usedAt: now,
      keyId,
      auditVersion: enrolment.auditVersion + 1,
      lastEventId: eventId,
    };
    const agent: Agent = {
      agentId,
      tenantId,
      name: enrolment.name,
      ownerUid: enrolment.madeByUid,
      status: "active",
      keys: withKey(before?.keys ?? [], { keyId, publicKey }, now),
      enrolledAt: now,
      revokedAt: null,
      auditVersion: (before?.auditVersion ?? 0) + 1,
      lastEventId: eventId,
    };
    const event = recordEvent(
      {
        tenantId,
        type: "agent.enrolled",
        severity: "notice",
        at: now,
        actor: { type: "agent", id: agentId, name: agent.name, ownerUid: agent.ownerUid },
        outcome: "done",
        resourceRefs: [
          { path: agentRef(agentId), auditVersion: agent.auditVersion },
          { path: enrolmentRef(agentId), auditVersion: used.auditVersion },
        ],
        requestId,
        data: { agentId, keyId, isRotation: before?.status === "active" },
      },
      eventMeans(deps, eventId),
    );
    return {
      changes: [
        { op: "set", path: agentPath, data: toDocument(agent) },
        { op: "set", path: enrolmentPath, data: toDocument(used) },
      ],
      events: [event],
      answer: accept({ agentId, name: agent.name, keyId }),
    };
  });
}

const spendTry = (enrolment: Enrolment): Enrolment => ({
  ...enrolment,
  triesLeft: enrolment.triesLeft - 1,
  auditVersion: enrolment.auditVersion + 1,
});
