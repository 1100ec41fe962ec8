import { recordEvent } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import { toDocument } from "../commit/document-change.js";
import { accept, refuse } from "../commit/outcome.js";
import type { Outcome } from "../commit/outcome.js";
import { Agent, Enrolment, agentRef, controlRef, enrolmentRef, inTenant } from "../contracts/index.js";
import type { HumanActor, RouteAnswer, RouteBody, UtcInstant } from "../contracts/index.js";
import { revokeAllOf } from "../policy/delegations.js";
import { revokeKeys } from "./agent-keys.js";
import { refuseOnRecord, refuseRole } from "./enrol-agent.js";
import { readStored } from "../commit/read-stored.js";

export interface RevokeCommand {
  readonly actor: HumanActor;
  readonly tenantId: string;
  readonly agentId: string;
  readonly requestId: string;
  readonly body: RouteBody<"revokeAgent">;
}

/**
 * From which commit on does nothing count that the agent signs? From this one: every ingest reads the agent in its own
 * transaction, so an envelope is either in before the revocation or refused after it. All its keys go with it, everything that it
 * was lent, and a code that was made for it and not used. Revoking an
 * agent that is revoked changes nothing and is accepted.
 *
 * Refuses with ROLE_MISSING and NOT_FOUND.
 */
export function revokeAgent(deps: Deps, command: RevokeCommand): Promise<Outcome<RouteAnswer<"revokeAgent">>> {
  const { actor, tenantId, agentId, requestId, body } = command;
  return deps.transactor.transact<Outcome<RouteAnswer<"revokeAgent">>>(async (reads) => {
    const now = deps.clock.now();
    const path = inTenant(tenantId, agentRef(agentId));
    const codePath = inTenant(tenantId, enrolmentRef(agentId));
    const [control, stored, code] = await reads.get([inTenant(tenantId, controlRef()), path, codePath]);
    const before = readStored(Agent, stored);
    const refusal = refuseRole(control, actor, "revokeAgent");
    if (refusal !== null) return refuseOnRecord(deps, command, refusal, "revoke", now);
    if (before === null) return refuseOnRecord(deps, command, refuse("NOT_FOUND"), "revoke", now);
    if (body.keyId !== null && !before.keys.some((key) => key.keyId === body.keyId))
      return refuseOnRecord(deps, command, refuse("NOT_FOUND"), "revoke", now);
    if (before.status === "revoked" || isKeyRevoked(before, body.keyId))
      return { changes: [], events: [], answer: accept({ agent: before }) };
    const eventId = deps.ids.random();
    const lent = await revokeAllOf(reads, { tenantId, agentId }, { by: actor.id, now, eventId });
    const voided = body.keyId === null ? voidCode(readStored(Enrolment, code), now, eventId) : [];
    const agent: Agent = {
      ...before,
      ...(body.keyId === null
        ? { status: "revoked", keys: revokeKeys(before.keys, now), revokedAt: now }
        : { keys: before.keys.flatMap((key) => (key.keyId === body.keyId ? revokeKeys([key], now) : [key])) }),
      auditVersion: before.auditVersion + 1,
      lastEventId: eventId,
    };
    const event = recordEvent(
      {
        tenantId,
        type: body.keyId === null ? "agent.revoked" : "agent.key_revoked",
        severity: "notice",
        at: now,
        actor,
        outcome: "done",
        resourceRefs: [
          { path: agentRef(agentId), auditVersion: agent.auditVersion },
          ...voided.map(({ auditVersion }) => ({ path: enrolmentRef(agentId), auditVersion })),
          ...lent.resourceRefs,
        ],
        requestId,
        data: { agentId, keyId: body.keyId },
        freeText: { reason: body.reason },
      },
      eventMeans(deps, eventId),
    );
    const voiding = voided.map((data) => ({ op: "set" as const, path: codePath, data: toDocument(data) }));
    return {
      changes: [{ op: "set", path, data: agent }, ...voiding, ...lent.changes],
      events: [event],
      answer: accept({ agent }),
    };
  });
}

/** Who revokes a stolen machine must not be undone by the note that lay beside it. */
function voidCode(enrolment: Enrolment | null, now: UtcInstant, eventId: string): Enrolment[] {
  if (enrolment === null || enrolment.usedAt !== null || enrolment.expiresAt <= now) return [];
  return [{ ...enrolment, expiresAt: now, auditVersion: enrolment.auditVersion + 1, lastEventId: eventId }];
}

const isKeyRevoked = (agent: Agent, keyId: string | null): boolean =>
  agent.keys.some((key) => key.keyId === keyId && key.revokedAt !== null);
