import { recordEvent } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import { accept, refuse } from "../commit/outcome.js";
import type { Outcome } from "../commit/outcome.js";
import { API_ROUTES, Agent, agentRef, inTenant } from "../contracts/index.js";
import type { HumanActor, RouteAnswer, RouteBody } from "../contracts/index.js";
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
 * transaction, so an envelope is either in before the revocation or refused after it. All its keys go with it, and everything that it was lent. Revoking an
 * agent that is revoked changes nothing and is accepted.
 *
 * Refuses with ROLE_MISSING and NOT_FOUND.
 */
export function revokeAgent(deps: Deps, command: RevokeCommand): Promise<Outcome<RouteAnswer<"revokeAgent">>> {
  const { actor, tenantId, agentId, requestId, body } = command;
  return deps.transactor.transact<Outcome<RouteAnswer<"revokeAgent">>>(async (reads) => {
    const now = deps.clock.now();
    const path = inTenant(tenantId, agentRef(agentId));
    const before = readStored(Agent, (await reads.get([path]))[0]);
    const missing = refuseRole(actor, "revokeAgent");
    if (missing !== null) {
      const refusal = refuse(missing, { roles: [...API_ROUTES.revokeAgent.roles] });
      return refuseOnRecord(deps, command, refusal, "revoke", now);
    }
    if (before === null) return refuseOnRecord(deps, command, refuse("NOT_FOUND"), "revoke", now);
    if (body.keyId !== null && !before.keys.some((key) => key.keyId === body.keyId))
      return refuseOnRecord(deps, command, refuse("NOT_FOUND"), "revoke", now);
    if (before.status === "revoked" || isKeyRevoked(before, body.keyId))
      return { changes: [], events: [], answer: accept({ agent: before }) };
    const eventId = deps.ids.random();
    const lent = await revokeAllOf(reads, { tenantId, agentId }, { by: actor.id, now, eventId });
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
        resourceRefs: [{ path: agentRef(agentId), auditVersion: agent.auditVersion }, ...lent.resourceRefs],
        requestId,
        data: { agentId, keyId: body.keyId },
        freeText: { reason: body.reason },
      },
      eventMeans(deps, eventId),
    );
    return { changes: [{ op: "set", path, data: agent }, ...lent.changes], events: [event], answer: accept({ agent }) };
  });
}

const isKeyRevoked = (agent: Agent, keyId: string | null): boolean =>
  agent.keys.some((key) => key.keyId === keyId && key.revokedAt !== null);
