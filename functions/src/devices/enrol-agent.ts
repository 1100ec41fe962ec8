import { recordEvent } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import { accept, refuse } from "../commit/outcome.js";
import type { Outcome, Refused } from "../commit/outcome.js";
import type { Commit, StoredDocument } from "../commit/transactor.js";
import { API_ROUTES, Agent, agentRef, controlRef, inTenant } from "../contracts/index.js";
import type { HumanActor, Role, RouteAnswer, RouteBody, UtcInstant } from "../contracts/index.js";
import { readControl } from "../policy/control.js";
import { rolesHeld } from "../policy/staff.js";
import { isKeyValid, withKey } from "./agent-keys.js";
import { ED25519_KEY_BYTES, keyIdOf } from "./ed25519.js";
import { readStored } from "../commit/read-stored.js";

export interface EnrolCommand {
  readonly actor: HumanActor;
  readonly tenantId: string;
  readonly requestId: string;
  readonly body: RouteBody<"enrolAgent">;
}

/**
 * May this key speak for the agent from now on? The caller becomes the person who answers for it. A new key for an agent
 * that is enrolled is a rotation: the old key counts for one more day. A revoked agent comes back with a new key only; the
 * same key of the same owner once more changes nothing and is accepted, so that a lost answer can be asked for again.
 *
 * Refuses with ROLE_MISSING, CONTROL_UNREADABLE, INVALID_INPUT (not a raw Ed25519 key) and AGENT_REVOKED (a key that was
 * revoked).
 */
export function enrolAgent(deps: Deps, command: EnrolCommand): Promise<Outcome<RouteAnswer<"enrolAgent">>> {
  const { actor, tenantId, body } = command;
  return deps.transactor.transact<Outcome<RouteAnswer<"enrolAgent">>>(async (reads) => {
    const now = deps.clock.now();
    const path = inTenant(tenantId, agentRef(body.agentId));
    const [control, stored] = await reads.get([inTenant(tenantId, controlRef()), path]);
    const before = readStored(Agent, stored);
    const refusal = refuseRole(control, actor, "enrolAgent") ?? refuseEnrolment(command, before);
    if (refusal !== null) return refuseOnRecord(deps, command, refusal, "enrol", now);
    if (before !== null && isEnrolledAlready(before, command, now))
      return { changes: [], events: [], answer: accept({ agent: before }) };
    const eventId = deps.ids.random();
    const agent = enrol(before, command, now, eventId);
    const event = recordEvent(
      {
        tenantId,
        type: "agent.enrolled",
        severity: "notice",
        at: now,
        actor,
        outcome: "done",
        resourceRefs: [{ path: agentRef(agent.agentId), auditVersion: agent.auditVersion }],
        requestId: command.requestId,
        data: {
          agentId: agent.agentId,
          keyId: keyIdOf(rawKey(body.publicKey)),
          isRotation: before?.status === "active",
        },
      },
      eventMeans(deps, eventId),
    );
    return { changes: [{ op: "set", path, data: agent }], events: [event], answer: accept({ agent }) };
  });
}

/** A refused command on an agent is on record and changes nothing. */
export function refuseOnRecord(
  deps: Deps,
  { actor, tenantId, requestId }: Omit<EnrolCommand, "body">,
  refusal: Refused,
  operation: "enrol" | "revoke" | "makeCode" | "redrive",
  at: UtcInstant,
): Commit<Refused> {
  const { reason: reasonCode } = refusal;
  const data = { operation: `agent.${operation}` };
  const event = recordEvent(
    { tenantId, type: "access.refused", at, actor, outcome: "refused", reasonCode, requestId, data },
    eventMeans(deps),
  );
  return { changes: [], events: [event], answer: refusal };
}

/**
 * May this person do that to agents, by their token and by the staff list as this transaction read it? While the list cannot
 * be read, revoking alone is for whoever the token says, for it is the safe direction. null: nothing speaks against it.
 */
export function refuseRole(
  control: StoredDocument | undefined,
  actor: HumanActor,
  route: "enrolAgent" | "revokeAgent" | "makeEnrolmentCode" | "redriveDeadLetter",
): Refused | null {
  const roles: readonly Role[] = API_ROUTES[route].roles;
  const staff = readControl(control?.data ?? null);
  const isBlind = staff.kind === "unreadable";
  if (isBlind && route !== "revokeAgent") return refuse("CONTROL_UNREADABLE");
  const held = isBlind ? actor.roles : rolesHeld(staff, actor);
  return held.some((role) => roles.includes(role)) ? null : refuse("ROLE_MISSING", { roles: [...roles] });
}

function refuseEnrolment({ body }: EnrolCommand, before: Agent | null): Refused | null {
  const raw = rawKey(body.publicKey);
  if (raw.length !== ED25519_KEY_BYTES)
    return refuse("INVALID_INPUT", { issues: [{ path: "publicKey", problem: "not a raw Ed25519 key of 32 bytes" }] });
  const known = before?.keys.find((key) => key.keyId === keyIdOf(raw));
  return known !== undefined && known.revokedAt !== null ? refuse("AGENT_REVOKED") : null;
}

function isEnrolledAlready(before: Agent, { actor, body }: EnrolCommand, now: UtcInstant): boolean {
  const keyId = keyIdOf(rawKey(body.publicKey));
  const known = before.keys.find((key) => key.keyId === keyId);
  return (
    before.status === "active" &&
    before.ownerUid === actor.id &&
    before.name === body.name &&
    known?.notAfter === null &&
    isKeyValid(known, now)
  );
}

function enrol(before: Agent | null, { actor, tenantId, body }: EnrolCommand, now: UtcInstant, eventId: string): Agent {
  const keyId = keyIdOf(rawKey(body.publicKey));
  return {
    agentId: body.agentId,
    tenantId,
    name: body.name,
    ownerUid: actor.id,
    status: "active",
    keys: withKey(before?.keys ?? [], { keyId, publicKey: body.publicKey }, now),
    enrolledAt: now,
    revokedAt: null,
    auditVersion: (before?.auditVersion ?? 0) + 1,
    lastEventId: eventId,
  };
}

function rawKey(base64: string): Uint8Array {
  return Buffer.from(base64, "base64");
}
