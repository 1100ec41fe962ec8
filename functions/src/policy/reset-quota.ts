import { recordEvent } from "../audit/record-event.js";
import type { EventDraft } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import { toDocument } from "../commit/document-change.js";
import { accept, refuse } from "../commit/outcome.js";
import type { Outcome } from "../commit/outcome.js";
import type { Commit } from "../commit/transactor.js";
import { API_ROUTES, controlRef, inTenant } from "../contracts/index.js";
import type { HumanActor, QuotaState, ReasonCode, Role, RouteAnswer, RouteBody } from "../contracts/index.js";
import { readControl } from "./control.js";
import { readQuota } from "./quota.js";
import { rolesHeld } from "./staff.js";

type Answer = RouteAnswer<"resetQuota">;

export interface ResetQuota {
  readonly actor: HumanActor;
  readonly tenantId: string;
  readonly requestId: string;
  readonly quotaKey: string;
  readonly body: RouteBody<"resetQuota">;
}

const RESETTERS: readonly Role[] = API_ROUTES.resetQuota.roles;

/**
 * Start this count anew (M06.4)? The event holds how much had been used. Refuses with ROLE_MISSING where the staff list
 * does not grant the role any more, and NOT_FOUND where nothing that can be read was counted.
 */
export function resetQuota(
  deps: Deps,
  { actor, tenantId, requestId, quotaKey, body }: ResetQuota,
): Promise<Outcome<Answer>> {
  return deps.transactor.transact(async (reads): Promise<Commit<Outcome<Answer>>> => {
    const ref = `quotas/${quotaKey}`;
    const [control, stored] = await reads.get([inTenant(tenantId, controlRef()), inTenant(tenantId, ref)]);
    const now = deps.clock.now();
    const eventId = deps.ids.random();
    const common = { tenantId, at: now, actor, requestId, freeText: { reason: body.reason } };
    const refused = (reason: ReasonCode): Commit<Outcome<Answer>> => {
      const draft: EventDraft = {
        ...common,
        type: "quota.refused",
        outcome: "refused",
        reasonCode: reason,
        data: { ref },
      };
      return { changes: [], events: [recordEvent(draft, eventMeans(deps, eventId))], answer: refuse(reason) };
    };
    if (!rolesHeld(readControl(control?.data ?? null), actor).some((role) => RESETTERS.includes(role)))
      return refused("ROLE_MISSING");
    const before = readQuota(stored?.data ?? null);
    if (before === null || before === "unreadable") return refused("NOT_FOUND");

    const auditVersion = before.auditVersion + 1;
    const quota: QuotaState = { ...before, hits: [], auditVersion, lastEventId: eventId, updatedAt: now };
    const event = recordEvent(
      {
        ...common,
        type: "quota.reset",
        outcome: "done",
        severity: "notice",
        resourceRefs: [{ path: ref, auditVersion }],
        data: { before: before.hits.length, after: 0 },
      },
      eventMeans(deps, eventId),
    );
    return {
      changes: [{ op: "set", path: inTenant(tenantId, ref), data: toDocument(quota) }],
      events: [event],
      answer: accept({ quota }),
    };
  });
}
