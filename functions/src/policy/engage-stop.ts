import { recordEvent } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import { toDocument } from "../commit/document-change.js";
import { accept, refuse } from "../commit/outcome.js";
import type { Outcome } from "../commit/outcome.js";
import type { Commit, TransactionReads } from "../commit/transactor.js";
import { API_ROUTES, ControlState, controlRef, inTenant } from "../contracts/index.js";
import type { HumanActor, JsonObject, ReasonCode, Role, RouteAnswer, RouteBody } from "../contracts/index.js";
import { DEFAULT_APPROVAL_POLICY } from "./approval-policy.js";
import { readControl, unseenEpoch } from "./control.js";
import { recordedControlVersion } from "./recorded-version.js";
import { asListed, rolesHeld } from "./staff.js";

const ENGAGERS: readonly Role[] = API_ROUTES.engageStop.roles;

export interface ControlCommand<Body> {
  readonly actor: HumanActor;
  readonly tenantId: string;
  readonly requestId: string;
  readonly body: Body;
}

/**
 * Stop the studio, or make it read-only. One person is enough, and it works on an unreadable document too: engaging is
 * always the safe direction. Every execution reads this document in its own transaction, so what commits after this
 * commit sees the stop. Refuses CONTROL_UNCHANGED when the studio already is that strict, never loosens a stop, and
 * ROLE_MISSING for somebody whom the staff list, where it reads, does not lead any more.
 */
export function engageStop(
  deps: Deps,
  { actor: caller, tenantId, requestId, body }: ControlCommand<RouteBody<"engageStop">>,
): Promise<Outcome<RouteAnswer<"engageStop">>> {
  return deps.transactor.transact(async (reads): Promise<Commit<Outcome<RouteAnswer<"engageStop">>>> => {
    const path = inTenant(tenantId, controlRef());
    const [stored] = await reads.get([path]);
    const reading = readControl(stored?.data ?? null);
    const actor = asListed(reading, caller);
    const before = reading.kind === "read" ? reading.state : null;
    const now = deps.clock.now();
    const reasonCode = before === null ? null : whyNot(before, actor, body.mode);
    const eventId = deps.ids.random();
    const lastVersion = before?.auditVersion ?? (await lastVersionOf(reads, tenantId, stored?.data ?? null));
    const { staff, covers, approvalPolicy } = before ?? salvaged(stored?.data ?? null);
    const control = ControlState.parse({
      mode: body.mode,
      epoch: before === null ? unseenEpoch(now) : before.epoch + 1,
      reason: body.reason,
      by: { id: actor.id, name: actor.name },
      at: now,
      scopes: before?.scopes ?? [],
      releaseRequest: null,
      staff,
      covers,
      approvalPolicy,
      auditVersion: lastVersion + 1,
      lastEventId: eventId,
      updatedAt: now,
    });
    const event = recordEvent(
      {
        tenantId,
        at: now,
        actor,
        requestId,
        type: reasonCode === null ? "control.engaged" : "control.refused",
        outcome: reasonCode === null ? "done" : "refused",
        severity: reasonCode === null ? "alarm" : reasonCode === "CONTROL_UNCHANGED" ? "info" : "warning",
        reasonCode,
        controlEpoch: before === null || reasonCode === null ? control.epoch : before.epoch,
        resourceRefs: reasonCode !== null ? [] : [{ path: controlRef(), auditVersion: control.auditVersion }],
        data: { mode: body.mode, wasReadable: before !== null },
        freeText: { reason: body.reason },
      },
      eventMeans(deps, eventId),
    );
    return reasonCode !== null
      ? { changes: [], events: [event], answer: refuse(reasonCode) }
      : { changes: [{ op: "set", path, data: toDocument(control) }], events: [event], answer: accept({ control }) };
  });
}

function whyNot(state: ControlState, actor: HumanActor, mode: ControlState["mode"]): ReasonCode | null {
  if (!mayEngage(state, actor)) return "ROLE_MISSING";
  return state.mode === "stopped" || state.mode === mode ? "CONTROL_UNCHANGED" : null;
}

/** Everybody on the staff but viewers may stop; while nobody is listed, whoever the token says, for stopping is the safe direction. */
export const mayEngage = (state: ControlState, actor: HumanActor): boolean =>
  state.staff.length === 0 || rolesHeld({ kind: "read", state }, actor).some((role) => ENGAGERS.includes(role));

/**
 * The staff list and the policy of an unreadable document, where those parts of it still read. Else nobody is listed, until
 * the platform lists people anew, and the policy is the one that studios start with.
 */
function salvaged(data: JsonObject | null): Pick<ControlState, "staff" | "covers" | "approvalPolicy"> {
  const { staff, approvalPolicy } = ControlState.shape;
  const people = staff.safeParse(data?.["staff"]);
  const policy = approvalPolicy.safeParse(data?.["approvalPolicy"]);
  return {
    staff: people.success ? people.data : [],
    covers: [],
    approvalPolicy: policy.success ? policy.data : DEFAULT_APPROVAL_POLICY,
  };
}

/** Up to where the versions of an unreadable document went: by the audit log, or else by what can be saved of it. */
async function lastVersionOf(reads: TransactionReads, tenantId: string, data: JsonObject | null): Promise<number> {
  const recorded = await recordedControlVersion(reads, tenantId);
  const version = data?.["auditVersion"];
  const isVersion = typeof version === "number" && Number.isSafeInteger(version) && version > 0;
  return recorded > 0 || !isVersion ? recorded : version;
}
