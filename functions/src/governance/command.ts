import { recordEvent } from "../audit/record-event.js";
import type { EventDraft } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import { refuse } from "../commit/outcome.js";
import type { Refused } from "../commit/outcome.js";
import type { Commit } from "../commit/transactor.js";
import type { AuditEventType, HumanActor, JsonObject, ReasonCode } from "../contracts/index.js";

/** A command of a signed-in person about what is kept. */
export interface GovernanceCommand<Body> {
  readonly actor: HumanActor;
  readonly tenantId: string;
  readonly requestId: string;
  readonly body: Body & { readonly reason: string };
}

/** The part that all events of one command share. The reason is a person's words, and so erasable. */
export function eventOf<Body>(
  { actor, tenantId, requestId, body }: GovernanceCommand<Body>,
  at: string,
): Pick<EventDraft, "actor" | "tenantId" | "requestId" | "at" | "freeText"> {
  return { actor, tenantId, requestId, at, freeText: { reason: body.reason } };
}

/** A refusal is put on record and changes nothing else. */
export function refuseOnRecord<Body>(
  deps: Deps,
  command: GovernanceCommand<Body>,
  type: AuditEventType,
  reasonCode: ReasonCode,
  data: JsonObject,
): Commit<Refused> {
  const draft: EventDraft = {
    ...eventOf(command, deps.clock.now()),
    type,
    outcome: "refused",
    reasonCode,
    data,
  };
  return { changes: [], events: [recordEvent(draft, eventMeans(deps))], answer: refuse(reasonCode) };
}
