import { recordEvent } from "../audit/record-event.js";
import type { EventDraft } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import { accept, refuse } from "../commit/outcome.js";
import type { Outcome } from "../commit/outcome.js";
import { readStored } from "../commit/read-stored.js";
import type { Commit } from "../commit/transactor.js";
import {
  API_ROUTES,
  AUDIT_LINKS_MAX,
  AuditExport,
  AuditLink,
  COLLECTIONS,
  auditLinkRef,
  controlRef,
  exportRef,
  inTenant,
} from "../contracts/index.js";
import type { HumanActor, ReasonCode, Role, RouteAnswer, RouteBody } from "../contracts/index.js";
import { readControl } from "../policy/control.js";
import { rolesHeld } from "../policy/staff.js";

const DAY_MS = 24 * 3_600_000;
const TOKEN_BYTES = 32;
const MAKERS: readonly Role[] = API_ROUTES.createAuditLink.roles;

interface LinkCommand<Body> {
  readonly actor: HumanActor;
  readonly tenantId: string;
  readonly requestId: string;
  readonly body: Body;
}

type Created = RouteAnswer<"createAuditLink">;
type Revoked = RouteAnswer<"revokeAuditLink">;

/**
 * May this person let an outsider read the log? The link's secret is made here, answered once and stored nowhere: its SHA-256 names the
 * document. Refuses with ROLE_MISSING, NOT_FOUND (the export that is named) and AUDIT_LINKS_EXHAUSTED.
 */
export function createAuditLink(
  deps: Deps,
  command: LinkCommand<RouteBody<"createAuditLink">>,
): Promise<Outcome<Created>> {
  const { actor, tenantId, body } = command;
  return deps.transactor.transact(async (reads): Promise<Commit<Outcome<Created>>> => {
    const now = deps.clock.now();
    const [control, exported] = await reads.get([
      inTenant(tenantId, controlRef()),
      inTenant(tenantId, exportRef(body.exportId ?? "none")),
    ]);
    const counting = await reads.count({
      collection: inTenant(tenantId, COLLECTIONS.auditLinks),
      where: [
        { field: "revokedAt", op: "==", value: null },
        { field: "expiresAt", op: ">", value: now },
      ],
      limit: AUDIT_LINKS_MAX,
    });
    const refused = (reason: ReasonCode): Commit<Outcome<Created>> => refuseOnRecord(deps, command, "create", reason);
    if (!rolesHeld(readControl(control?.data ?? null), actor).some((role) => MAKERS.includes(role)))
      return refused("ROLE_MISSING");
    if (body.exportId !== null && readStored(AuditExport, exported) === null) return refused("NOT_FOUND");
    if (counting >= AUDIT_LINKS_MAX) return refused("AUDIT_LINKS_EXHAUSTED");
    const token = `audit-link-${deps.ids.hex(TOKEN_BYTES)}`;
    const eventId = deps.ids.random();
    const link: AuditLink = {
      linkId: deps.sha256(token),
      tenantId,
      label: body.label,
      exportId: body.exportId,
      createdBy: { id: actor.id, name: actor.name },
      createdAt: now,
      expiresAt: new Date(Date.parse(now) + body.days * DAY_MS).toISOString(),
      revokedAt: null,
      usedInHour: null,
      refusedInHour: null,
      auditVersion: 1,
      lastEventId: eventId,
    };
    const data = { linkId: link.linkId, expiresAt: link.expiresAt, exportId: link.exportId };
    const event = recordEvent(
      { ...ofLink(command, link, "audit_link.created"), at: now, data, freeText: { label: link.label } },
      eventMeans(deps, eventId),
    );
    const change = { op: "create" as const, path: inTenant(tenantId, auditLinkRef(link.linkId)), data: link };
    return { changes: [change], events: [event], answer: accept({ link, token }) };
  });
}

/** From this commit on the link opens nothing. Revoking one that is revoked changes nothing. Refuses with ROLE_MISSING and NOT_FOUND. */
export function revokeAuditLink(
  deps: Deps,
  command: LinkCommand<RouteBody<"revokeAuditLink">> & { readonly linkId: string },
): Promise<Outcome<Revoked>> {
  const { actor, tenantId, linkId, body } = command;
  return deps.transactor.transact(async (reads): Promise<Commit<Outcome<Revoked>>> => {
    const now = deps.clock.now();
    const path = inTenant(tenantId, auditLinkRef(linkId));
    const [control, stored] = await reads.get([inTenant(tenantId, controlRef()), path]);
    if (!rolesHeld(readControl(control?.data ?? null), actor).some((role) => MAKERS.includes(role)))
      return refuseOnRecord(deps, command, "revoke", "ROLE_MISSING");
    const before = readStored(AuditLink, stored);
    if (before === null) return refuseOnRecord(deps, command, "revoke", "NOT_FOUND");
    if (before.revokedAt !== null) return { changes: [], events: [], answer: accept({ link: before }) };
    const eventId = deps.ids.random();
    const link = { ...before, revokedAt: now, auditVersion: before.auditVersion + 1, lastEventId: eventId };
    const event = recordEvent(
      {
        ...ofLink(command, link, "audit_link.revoked"),
        at: now,
        data: { linkId },
        freeText: { reason: body.reason },
      },
      eventMeans(deps, eventId),
    );
    return { changes: [{ op: "set", path, data: link }], events: [event], answer: accept({ link }) };
  });
}

function ofLink(
  { actor, tenantId, requestId }: LinkCommand<unknown>,
  { linkId, auditVersion }: AuditLink,
  type: "audit_link.created" | "audit_link.revoked",
): Omit<EventDraft, "at"> {
  const resourceRefs = [{ path: auditLinkRef(linkId), auditVersion }];
  return { tenantId, type, severity: "notice", actor, outcome: "done", requestId, resourceRefs };
}

function refuseOnRecord(
  deps: Deps,
  { actor, tenantId, requestId }: LinkCommand<unknown>,
  operation: "create" | "revoke",
  reason: ReasonCode,
): Commit<Outcome<never>> {
  const draft: EventDraft = {
    tenantId,
    type: "audit_link.refused",
    at: deps.clock.now(),
    actor,
    outcome: "refused",
    reasonCode: reason,
    requestId,
    data: { operation },
  };
  return { changes: [], events: [recordEvent(draft, eventMeans(deps))], answer: refuse(reason) };
}
