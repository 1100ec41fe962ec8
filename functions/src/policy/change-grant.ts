import { recordEvent } from "../audit/record-event.js";
import type { EventDraft } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import { toDocument } from "../commit/document-change.js";
import { accept, refuse } from "../commit/outcome.js";
import type { Outcome } from "../commit/outcome.js";
import type { Commit, TransactionReads } from "../commit/transactor.js";
import { GLOBAL_CONTROL_PATH, controlRef, inTenant } from "../contracts/index.js";
import type { ControlState, HumanActor, JsonObject, ReasonCode, UtcInstant } from "../contracts/index.js";
import { effectiveControl, readControls } from "./control.js";
import { asListed } from "./staff.js";

export interface GrantCommand<Body> {
  readonly actor: HumanActor;
  readonly tenantId: string;
  readonly requestId: string;
  readonly body: Body;
}

/** Who asks, and how it is called on record. */
export interface GrantChange {
  readonly actor: HumanActor;
  readonly tenantId: string;
  readonly requestId: string;
  readonly done: EventDraft["type"];
  readonly refused: EventDraft["type"];
  readonly freeText: JsonObject;
  readonly data: JsonObject;
}

/** What a decision about a grant may know. */
export interface GrantCircumstances {
  readonly reads: TransactionReads;
  readonly control: ControlState;
  readonly epoch: number;
  readonly now: UtcInstant;
  readonly newId: () => string;
  /** The event that the grant is tied to. */
  readonly eventId: string;
}

export type GrantDecision<Grant, Answer> =
  | {
      readonly kind: "change";
      readonly ref: string;
      readonly grant: Grant;
      readonly answer: Answer;
      readonly data?: JsonObject;
    }
  | { readonly kind: "refused"; readonly reason: ReasonCode };

/**
 * One delegation or exemption made or ended: read, decide, and write with its event in one transaction. Refuses
 * CONTROL_UNREADABLE by itself, for without the staff list nobody can say who may.
 */
export function changeGrant<Grant extends { readonly auditVersion: number }, Answer>(
  deps: Deps,
  about: GrantChange,
  decide: (around: GrantCircumstances) => Promise<GrantDecision<Grant, Answer>>,
): Promise<Outcome<Answer>> {
  const { tenantId, requestId } = about;
  return deps.transactor.transact(async (reads): Promise<Commit<Outcome<Answer>>> => {
    const [global, tenant] = await reads.get([GLOBAL_CONTROL_PATH, inTenant(tenantId, controlRef())]);
    const controls = readControls(global?.data ?? null, tenant?.data ?? null);
    const now = deps.clock.now();
    const actor = asListed(controls.tenant, about.actor);
    const { epoch, isUnreadable } = effectiveControl(controls, {}, now);
    const common = { tenantId, at: now, actor, requestId, freeText: about.freeText, controlEpoch: epoch };
    const refused = (reasonCode: ReasonCode): Commit<Outcome<Answer>> => {
      const draft: EventDraft = { ...common, type: about.refused, outcome: "refused", reasonCode, data: about.data };
      return { changes: [], events: [recordEvent(draft, eventMeans(deps))], answer: refuse(reasonCode) };
    };
    if (isUnreadable || controls.tenant.kind === "unreadable") return refused("CONTROL_UNREADABLE");
    const eventId = deps.ids.random();
    const newId = (): string => deps.ids.random();
    const decision = await decide({ reads, control: controls.tenant.state, epoch, now, newId, eventId });
    if (decision.kind === "refused") return refused(decision.reason);
    const { ref, grant, answer, data } = decision;
    const event = recordEvent(
      {
        ...common,
        type: about.done,
        outcome: "done",
        severity: "notice",
        resourceRefs: [{ path: ref, auditVersion: grant.auditVersion }],
        output: grant,
        data: { ...about.data, ...data },
      },
      eventMeans(deps, eventId),
    );
    return {
      changes: [{ op: "set", path: inTenant(tenantId, ref), data: toDocument(grant) }],
      events: [event],
      answer: accept(answer),
    };
  });
}
