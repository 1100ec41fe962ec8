import { recordEvent } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import { toDocument } from "../commit/document-change.js";
import type { Commit } from "../commit/transactor.js";
import {
  ControlState,
  GLOBAL_CONTROL_PATH,
  GlobalControlState,
  OPERATORS_PATH,
  PLATFORM_TENANT_ID,
  PlatformOperators,
  Tenant,
  approvalPolicyRef,
  controlRef,
  inTenant,
  tenantPath,
} from "../contracts/index.js";
import type { Actor, ApprovalPolicy, ControlMode, JsonObject, StaffEntry } from "../contracts/index.js";
import { DEFAULT_APPROVAL_POLICY } from "./approval-policy.js";
import { readControl, unseenEpoch } from "./control.js";
import { recordedControlVersion, recordedGlobalVersion } from "./recorded-version.js";

const PLATFORM: Actor = { type: "system", id: "platform", name: "Studio OS" };

/**
 * Brings a studio into being: its document, and its control in mode `stopped` with its first people on the staff list,
 * with an event (M04.2: first boot is stopped, a person must open it). A studio that exists already is left as it is, its control most of all; one that lost
 * its control document gets a new one, stopped, under an epoch that no earlier approval was given under; and one whose
 * staff list is empty, because a stop had to be engaged on a document that no longer read, gets these people.
 */
export function bootstrapTenant(
  deps: Deps,
  tenant: Omit<Tenant, "createdAt">,
  staff: readonly StaffEntry[],
  approvalPolicy: ApprovalPolicy = DEFAULT_APPROVAL_POLICY,
): Promise<{ isNew: boolean }> {
  return deps.transactor.transact<{ isNew: boolean }>(async (reads) => {
    const path = inTenant(tenant.tenantId, controlRef());
    const [stored, existing] = await reads.get([path, tenantPath(tenant.tenantId)]);
    const now = deps.clock.now();
    const eventId = deps.ids.random();
    if (stored?.data != null) return listAgain(deps, { tenantId: tenant.tenantId, staff, now, eventId }, stored.data);
    const lastVersion = await recordedControlVersion(reads, tenant.tenantId);
    const isLost = existing?.data != null || lastVersion > 0;
    const control = ControlState.parse({
      ...initialSwitch("stopped", "A new studio starts stopped until its people open it.", now, eventId),
      epoch: isLost ? unseenEpoch(now) : 0,
      auditVersion: lastVersion + 1,
      staff,
      covers: [],
      approvalPolicy,
    });
    const event = recordEvent(
      {
        tenantId: tenant.tenantId,
        type: "tenant.created",
        at: now,
        actor: PLATFORM,
        outcome: "done",
        requestId: `bootstrap-${tenant.tenantId}`,
        controlEpoch: control.epoch,
        resourceRefs: [{ path: controlRef(), auditVersion: control.auditVersion }],
        data: { name: tenant.name, timeZone: tenant.timeZone, currency: tenant.currency, staff: staff.length },
      },
      eventMeans(deps, eventId),
    );
    return {
      changes: [
        { op: "set", path: tenantPath(tenant.tenantId), data: toDocument(Tenant.parse({ ...tenant, createdAt: now })) },
        { op: "create", path, data: toDocument(control) },
        {
          op: "set",
          path: inTenant(tenant.tenantId, approvalPolicyRef(approvalPolicy.version)),
          data: toDocument(approvalPolicy),
        },
      ],
      events: [event],
      answer: { isNew: true },
    };
  });
}

/** People for a staff list that is empty; any other list is the studio's own to change. */
function listAgain(
  deps: Deps,
  { tenantId, staff, now, eventId }: { tenantId: string; staff: readonly StaffEntry[]; now: string; eventId: string },
  data: JsonObject,
): Commit<{ isNew: boolean }> {
  const reading = readControl(data);
  if (reading.kind === "unreadable" || reading.state.staff.length > 0 || staff.length === 0)
    return { changes: [], events: [], answer: { isNew: false } };
  const auditVersion = reading.state.auditVersion + 1;
  const control = ControlState.parse({ ...reading.state, staff, auditVersion, lastEventId: eventId, updatedAt: now });
  const event = recordEvent(
    {
      tenantId,
      type: "staff.changed",
      at: now,
      actor: PLATFORM,
      outcome: "done",
      severity: "alarm",
      requestId: `bootstrap-${tenantId}`,
      controlEpoch: control.epoch,
      resourceRefs: [{ path: controlRef(), auditVersion }],
      data: { staff: staff.length, wasEmpty: true },
    },
    eventMeans(deps, eventId),
  );
  const change = { op: "set", path: inTenant(tenantId, controlRef()), data: toDocument(control) } as const;
  return { changes: [change], events: [event], answer: { isNew: false } };
}

/**
 * Writes the control document that stands above every studio, once, in mode `normal`, on the platform's own record. One that
 * was there before, by that record, and got lost comes back stopped, under an epoch that no approval has seen.
 */
export function bootstrapGlobalControl(deps: Deps): Promise<{ isNew: boolean }> {
  return deps.transactor.transact<{ isNew: boolean }>(async (reads) => {
    const [stored] = await reads.get([GLOBAL_CONTROL_PATH]);
    if (stored?.data != null) return { changes: [], events: [], answer: { isNew: false } };
    const now = deps.clock.now();
    const eventId = deps.ids.random();
    const lastVersion = await recordedGlobalVersion(reads);
    const control =
      lastVersion === null
        ? initialSwitch("normal", "The platform was set up.", now, eventId)
        : {
            ...initialSwitch("stopped", "The control of all studios was lost and made anew.", now, eventId),
            epoch: unseenEpoch(now),
            auditVersion: lastVersion + 1,
          };
    const event = recordEvent(
      {
        tenantId: PLATFORM_TENANT_ID,
        type: lastVersion === null ? "control.released" : "control.engaged",
        at: now,
        actor: PLATFORM,
        outcome: "done",
        severity: lastVersion === null ? "notice" : "alarm",
        requestId: "bootstrap-global",
        controlEpoch: control.epoch,
        data: { scope: "global", auditVersion: control.auditVersion },
      },
      eventMeans(deps, eventId),
    );
    return {
      changes: [{ op: "create", path: GLOBAL_CONTROL_PATH, data: toDocument(control) }],
      events: [event],
      answer: { isNew: true },
    };
  });
}

/** Puts these people on the list of the platform's operators, once; a list that is there is left as it is. */
export function bootstrapOperators(
  deps: Deps,
  operators: readonly { readonly uid: string; readonly name: string }[],
): Promise<{ isNew: boolean }> {
  return deps.transactor.transact<{ isNew: boolean }>(async (reads) => {
    const [stored] = await reads.get([OPERATORS_PATH]);
    if (stored?.data != null) return { changes: [], events: [], answer: { isNew: false } };
    const now = deps.clock.now();
    const eventId = deps.ids.random();
    const list = PlatformOperators.parse({
      operators: operators.map(({ uid, name }) => ({ uid, name, disabledAt: null })),
      changeRequest: null,
      auditVersion: 1,
      lastEventId: eventId,
      updatedAt: now,
    });
    const event = recordEvent(
      {
        tenantId: PLATFORM_TENANT_ID,
        type: "staff.changed",
        at: now,
        actor: PLATFORM,
        outcome: "done",
        severity: "alarm",
        requestId: "bootstrap-operators",
        data: { scope: "global", operators: operators.map(({ uid }) => uid) },
      },
      eventMeans(deps, eventId),
    );
    return {
      changes: [{ op: "create", path: OPERATORS_PATH, data: toDocument(list) }],
      events: [event],
      answer: { isNew: true },
    };
  });
}

function initialSwitch(mode: ControlMode, reason: string, now: string, eventId: string): GlobalControlState {
  return GlobalControlState.parse({
    mode,
    epoch: 0,
    reason,
    by: { id: PLATFORM.id, name: PLATFORM.name },
    at: now,
    scopes: [],
    releaseRequest: null,
    auditVersion: 1,
    lastEventId: eventId,
    updatedAt: now,
  });
}
