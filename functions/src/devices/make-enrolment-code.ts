import { recordEvent } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import { toDocument } from "../commit/document-change.js";
import { accept } from "../commit/outcome.js";
import type { Outcome } from "../commit/outcome.js";
import { ENROLMENT_TRIES, Enrolment, controlRef, enrolmentRef, inTenant } from "../contracts/index.js";
import type { HumanActor, RouteAnswer, RouteBody } from "../contracts/index.js";
import { refuseOnRecord, refuseRole } from "./enrol-agent.js";
import { CODE_RANDOM_BYTES, hashCode, toCode } from "./enrolment-code.js";
import { readStored } from "../commit/read-stored.js";

export interface MakeCodeCommand {
  readonly actor: HumanActor;
  readonly tenantId: string;
  readonly agentId: string;
  readonly requestId: string;
  readonly body: RouteBody<"makeEnrolmentCode">;
}

const MINUTE_MS = 60_000;

/**
 * By which code may a machine enrol as this agent? By a new random one, shown in this answer alone and stored hashed. Who
 * makes it answers for the agent that comes in by it. The code before it, used or not, no longer holds.
 *
 * Refuses with ROLE_MISSING and CONTROL_UNREADABLE.
 */
export function makeEnrolmentCode(
  deps: Deps,
  command: MakeCodeCommand,
): Promise<Outcome<RouteAnswer<"makeEnrolmentCode">>> {
  const { actor, tenantId, agentId, requestId, body } = command;
  return deps.transactor.transact<Outcome<RouteAnswer<"makeEnrolmentCode">>>(async (reads) => {
    const now = deps.clock.now();
    const path = inTenant(tenantId, enrolmentRef(agentId));
    const [control, stored] = await reads.get([inTenant(tenantId, controlRef()), path]);
    const before = readStored(Enrolment, stored);
    const refusal = refuseRole(control, actor, "makeEnrolmentCode");
    if (refusal !== null) return refuseOnRecord(deps, command, refusal, "makeCode", now);
    const eventId = deps.ids.random();
    const code = toCode(deps.ids.hex(CODE_RANDOM_BYTES));
    const salt = deps.ids.hex(16);
    const enrolment = Enrolment.parse({
      agentId,
      name: body.name,
      salt,
      codeHash: hashCode(deps.sha256, salt, code),
      madeByUid: actor.id,
      madeAt: now,
      expiresAt: new Date(Date.parse(now) + body.validMinutes * MINUTE_MS).toISOString(),
      triesLeft: ENROLMENT_TRIES,
      usedAt: null,
      keyId: null,
      auditVersion: (before?.auditVersion ?? 0) + 1,
      lastEventId: eventId,
    });
    const event = recordEvent(
      {
        tenantId,
        type: "agent.code_made",
        severity: "notice",
        at: now,
        actor,
        outcome: "done",
        resourceRefs: [{ path: enrolmentRef(agentId), auditVersion: enrolment.auditVersion }],
        requestId,
        data: { agentId, expiresAt: enrolment.expiresAt },
      },
      eventMeans(deps, eventId),
    );
    const answer = { agentId, code, expiresAt: enrolment.expiresAt };
    return { changes: [{ op: "set", path, data: toDocument(enrolment) }], events: [event], answer: accept(answer) };
  });
}
