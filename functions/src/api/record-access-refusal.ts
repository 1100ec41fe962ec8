import { recordEvent } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import { PLATFORM_TENANT_ID, auditEventRef, inTenant, tenantPath } from "../contracts/index.js";
import type { AccessRefusal } from "../platform/http/serve.js";

/**
 * Puts on record, in the studio that was knocked at, that somebody with a valid sign-in was turned away: once an hour for
 * each person, route and reason, so that knocking in a loop cannot flood the log. A studio that does not exist has no
 * record; the platform's takes it, once for all the names that somebody makes up.
 */
export async function recordAccessRefusal(deps: Deps, refusal: AccessRefusal): Promise<void> {
  const { principal, tenantId, route, reason, requestId } = refusal;
  await deps.transactor.transact(async (reads) => {
    const now = deps.clock.now();
    const [tenant] = await reads.get([tenantPath(tenantId)]);
    const onRecordOf = tenant?.data == null ? PLATFORM_TENANT_ID : tenantId;
    const eventId = deps.sha256([onRecordOf, principal.uid, route, reason, now.slice(0, 13)].join("|")).slice(0, 20);
    const [existing] = await reads.get([inTenant(onRecordOf, auditEventRef(eventId))]);
    if (existing?.data != null) return { changes: [], events: [], answer: undefined };
    const event = recordEvent(
      {
        tenantId: onRecordOf,
        type: "access.refused",
        at: now,
        actor: { type: "human", id: principal.uid, name: principal.name, roles: [] },
        outcome: "refused",
        reasonCode: reason,
        requestId,
        data: { route, tenantId },
      },
      eventMeans(deps, eventId),
    );
    return { changes: [], events: [event], answer: undefined };
  });
}
