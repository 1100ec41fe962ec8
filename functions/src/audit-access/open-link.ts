import { recordEvent } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import { accept, refuse } from "../commit/outcome.js";
import type { Outcome } from "../commit/outcome.js";
import { readStored } from "../commit/read-stored.js";
import type { Commit } from "../commit/transactor.js";
import { AUDIT_LINK_TOKEN, AuditLink, auditLinkRef, inTenant } from "../contracts/index.js";
import type { ReasonCode, UtcInstant } from "../contracts/index.js";

export interface OpenLink {
  readonly tenantId: string;
  /** What the caller presents. */
  readonly token: string;
  readonly requestId: string;
}

/**
 * Does this secret open the studio's log now? The first use, and the first refusal, of each hour are put on record in the commit that
 * answers: no record, no access. One read otherwise. Refuses with CROSS_TENANT_DENIED for a secret that this studio does not know, and with
 * AUDIT_LINK_ENDED.
 */
export function openAuditLink(deps: Deps, { tenantId, token, requestId }: OpenLink): Promise<Outcome<AuditLink>> {
  if (!AUDIT_LINK_TOKEN.test(token)) return Promise.resolve(refuse("CROSS_TENANT_DENIED"));
  return deps.transactor.transact(async (reads): Promise<Commit<Outcome<AuditLink>>> => {
    const now = deps.clock.now();
    const path = inTenant(tenantId, auditLinkRef(deps.sha256(token)));
    const before = readStored(AuditLink, (await reads.get([path]))[0]);
    if (before === null) return { changes: [], events: [], answer: refuse("CROSS_TENANT_DENIED") };
    const reason = endedWhy(before, now);
    const hourField = reason === null ? "usedInHour" : "refusedInHour";
    const answer: Outcome<AuditLink> = reason === null ? accept(before) : refuse(reason);
    if (before[hourField] === now.slice(0, HOUR_CHARACTERS)) return { changes: [], events: [], answer };
    const eventId = deps.ids.random();
    const link: AuditLink = {
      ...before,
      [hourField]: now.slice(0, HOUR_CHARACTERS),
      auditVersion: before.auditVersion + 1,
      lastEventId: eventId,
    };
    const event = recordEvent(
      {
        tenantId,
        type: reason === null ? "audit_link.used" : "audit_link.refused",
        at: now,
        actor: linkHolder(link),
        outcome: reason === null ? "done" : "refused",
        reasonCode: reason,
        requestId,
        resourceRefs: [{ path: auditLinkRef(link.linkId), auditVersion: link.auditVersion }],
        data: { linkId: link.linkId },
      },
      eventMeans(deps, eventId),
    );
    return { changes: [{ op: "set", path, data: link }], events: [event], answer };
  });
}

/** `2026-11-20T09`. */
const HOUR_CHARACTERS = 13;
/** Enough of a link's id to tell links apart in an actor's id. */
const HOLDER_DIGITS = 16;

/** Whoever holds the link: nobody else is known. */
export function linkHolder({ linkId }: Pick<AuditLink, "linkId">): { type: "system"; id: string; name: string } {
  return { type: "system", id: `audit-link-${linkId.slice(0, HOLDER_DIGITS)}`, name: "Holder of an audit link" };
}

function endedWhy({ revokedAt, expiresAt }: AuditLink, now: UtcInstant): ReasonCode | null {
  return revokedAt !== null || Date.parse(now) >= Date.parse(expiresAt) ? "AUDIT_LINK_ENDED" : null;
}
