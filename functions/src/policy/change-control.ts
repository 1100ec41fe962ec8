import { recordEvent } from "../audit/record-event.js";
import type { EventDraft } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import { toDocument } from "../commit/document-change.js";
import { accept, refuse } from "../commit/outcome.js";
import type { Outcome } from "../commit/outcome.js";
import type { Commit } from "../commit/transactor.js";
import { ControlState, controlRef, inTenant } from "../contracts/index.js";
import type { HumanActor, JsonObject, ReasonCode, UtcInstant } from "../contracts/index.js";
import { readControl } from "./control.js";
import { asListed } from "./staff.js";

/** Who asks for a change of what decisions depend on, and what is put on record about it, accepted or refused. */
export interface ControlChange {
  readonly actor: HumanActor;
  readonly tenantId: string;
  readonly requestId: string;
  readonly done: EventDraft["type"];
  readonly refused: EventDraft["type"];
  readonly severity?: EventDraft["severity"];
  readonly freeText: JsonObject;
  readonly data: JsonObject;
}

/** What a decision about the control document comes to: its changed fields and the answer, or a refusal. */
export type ControlDecision<Answer> =
  | {
      readonly kind: "change";
      /** What it is called on record, where it is not `done`. */
      readonly type?: EventDraft["type"];
      readonly fields: Partial<Pick<ControlState, "staff" | "covers" | "scopes" | "epoch">>;
      readonly answer: Answer;
      readonly data?: JsonObject;
    }
  | { readonly kind: "refused"; readonly reason: ReasonCode };

/** What a decision may put into the document beside what was asked for. */
export interface ControlCircumstances {
  readonly newId: () => string;
  /** Who asks, under the name that the staff list has for them. */
  readonly by: ControlState["by"];
}

/**
 * One change of the staff list, the covers or the scopes: read, decide, and write with its event in one transaction. A
 * change of people leaves the epoch, for approvals are counted against the list of the moment anyway. Refuses
 * CONTROL_UNREADABLE by itself.
 */
export function changeControl<Answer>(
  deps: Deps,
  about: ControlChange,
  decide: (state: ControlState, now: UtcInstant, around: ControlCircumstances) => ControlDecision<Answer>,
): Promise<Outcome<Answer>> {
  const { tenantId, requestId } = about;
  return deps.transactor.transact(async (reads): Promise<Commit<Outcome<Answer>>> => {
    const path = inTenant(tenantId, controlRef());
    const [stored] = await reads.get([path]);
    const reading = readControl(stored?.data ?? null);
    const now = deps.clock.now();
    const actor = asListed(reading, about.actor);
    const common = { tenantId, at: now, actor, requestId, freeText: about.freeText };
    const refused = (reasonCode: ReasonCode): Commit<Outcome<Answer>> => {
      const draft: EventDraft = { ...common, type: about.refused, outcome: "refused", reasonCode, data: about.data };
      return { changes: [], events: [recordEvent(draft, eventMeans(deps))], answer: refuse(reasonCode) };
    };
    if (reading.kind === "unreadable") return refused("CONTROL_UNREADABLE");
    const decision = decide(reading.state, now, {
      newId: () => deps.ids.random(),
      by: { id: actor.id, name: actor.name },
    });
    if (decision.kind === "refused") return refused(decision.reason);

    const eventId = deps.ids.random();
    const auditVersion = reading.state.auditVersion + 1;
    const bookkeeping = { auditVersion, lastEventId: eventId, updatedAt: now };
    const control = ControlState.parse({ ...reading.state, ...decision.fields, ...bookkeeping });
    const event = recordEvent(
      {
        ...common,
        type: decision.type ?? about.done,
        outcome: "done",
        severity: about.severity ?? "notice",
        controlEpoch: control.epoch,
        resourceRefs: [{ path: controlRef(), auditVersion }],
        output: decision.fields,
        data: { ...about.data, ...decision.data },
      },
      eventMeans(deps, eventId),
    );
    return {
      changes: [{ op: "set", path, data: toDocument(control) }],
      events: [event],
      answer: accept(decision.answer),
    };
  });
}
