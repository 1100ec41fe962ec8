import { readCurrentLog } from "../audit/current-log.js";
import type { LogReader } from "../audit/log-store.js";
import { recordEvent } from "../audit/record-event.js";
import type { EventDraft } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import { accept, refuse } from "../commit/outcome.js";
import type { Outcome, Refused } from "../commit/outcome.js";
import type { Commit } from "../commit/transactor.js";
import {
  API_ROUTES,
  EXPORT_ENTRIES_MAX,
  EXPORT_PROOFS_MAX,
  controlRef,
  exportProgressRef,
  exportRef,
  inTenant,
} from "../contracts/index.js";
import type {
  AuditExport,
  ExportContent,
  ExportProgress,
  HumanActor,
  JsonObject,
  LogCheckpoint,
  Role,
  RouteAnswer,
  RouteBody,
} from "../contracts/index.js";
import { readControl } from "../policy/control.js";
import { rolesHeld } from "../policy/staff.js";

export interface ExportDeps extends Deps {
  readonly log: LogReader;
}

export interface RequestExport {
  readonly actor: HumanActor;
  readonly tenantId: string;
  readonly requestId: string;
  readonly body: RouteBody<"requestExport">;
}

type Answer = RouteAnswer<"requestExport">;
const EXPORTERS: readonly Role[] = API_ROUTES.requestExport.roles;

/**
 * May this person take this part of the log out, and what exactly is it? The newest signed checkpoint is fixed here: entries that come
 * later are not in it. The files are written by the export job. Refuses with ROLE_MISSING, LOG_UNSIGNED, INVALID_INPUT (ends that
 * the signed log does not have, an earlier size without a checkpoint) and EXPORT_TOO_LARGE; each refusal is on record.
 */
export async function requestExport(deps: ExportDeps, command: RequestExport): Promise<Outcome<Answer>> {
  const { actor, tenantId, requestId, body } = command;
  // What is signed never changes: it may be read before the transaction.
  const signed = await readCurrentLog(deps.log, tenantId);
  const earlier =
    signed === null || body.earlierSize === null
      ? null
      : await deps.log.checkpoint(tenantId, signed.epoch, body.earlierSize);
  return deps.transactor.transact(async (reads): Promise<Commit<Outcome<Answer>>> => {
    const now = deps.clock.now();
    const [control] = await reads.get([inTenant(tenantId, controlRef())]);
    const common = { tenantId, at: now, actor, requestId, data: asked(body) };
    const mayExport = rolesHeld(readControl(control?.data ?? null), actor).some((role) => EXPORTERS.includes(role));
    const planned = mayExport ? planContent(body, signed, earlier) : refuse("ROLE_MISSING");
    if (planned.kind === "refused" || signed === null) {
      const refusal = planned.kind === "refused" ? planned : refuse("LOG_UNSIGNED");
      const draft: EventDraft = { ...common, type: "export.refused", outcome: "refused", reasonCode: refusal.reason };
      return { changes: [], events: [recordEvent(draft, eventMeans(deps))], answer: refusal };
    }
    const [exportId, eventId] = [deps.ids.random(), deps.ids.random()];
    const exported: AuditExport = {
      exportId,
      tenantId,
      requestedBy: { id: actor.id, name: actor.name },
      requestedAt: now,
      content: planned.content,
      epoch: signed.epoch,
      treeSize: signed.size,
      earlierSize: body.earlierSize,
      status: "requested",
      count: planned.content.kind === "range" ? planned.content.to - planned.content.from : null,
      problem: null,
      endedAt: null,
      filesUntilAt: null,
      auditVersion: 1,
      lastEventId: eventId,
    };
    const progress: ExportProgress = {
      exportId,
      done: 0,
      parts: [],
      choice: null,
      frontier: [],
      bytes: 0,
      lease: null,
      attempts: 0,
      removing: false,
      updatedAt: now,
    };
    const event = recordEvent(
      {
        ...common,
        type: "export.requested",
        severity: "notice",
        outcome: "done",
        resourceRefs: [{ path: exportRef(exportId), auditVersion: 1 }],
        data: { ...asked(body), exportId, treeSize: signed.size },
      },
      eventMeans(deps, eventId),
    );
    return {
      changes: [
        { op: "create", path: inTenant(tenantId, exportRef(exportId)), data: exported },
        { op: "create", path: inTenant(tenantId, exportProgressRef(exportId)), data: progress },
      ],
      events: [event],
      answer: accept({ export: exported }),
    };
  });
}

/** What was asked for, as an event tells it. */
function asked(body: RequestExport["body"]): JsonObject {
  if ("filter" in body) return { kind: "filtered", ...body.filter };
  return { kind: "range", from: body.fromIndex, to: body.toIndex, proofs: body.proofs };
}

type Planned = { readonly kind: "planned"; readonly content: ExportContent } | Refused;

function planContent(
  body: RequestExport["body"],
  signed: LogCheckpoint | null,
  earlier: LogCheckpoint | null,
): Planned {
  if (signed === null || signed.size === 0) return refuse("LOG_UNSIGNED");
  if (body.earlierSize !== null && earlier === null)
    return invalid("earlierSize", "no checkpoint of this size was ever signed");
  if ("filter" in body) return { kind: "planned", content: { kind: "filtered", ...body.filter } };
  const { fromIndex: from, proofs } = body;
  const to = body.toIndex ?? signed.size;
  if (to > signed.size) return invalid("toIndex", `only ${signed.size} entries are under a signed checkpoint`);
  if (from >= to) return invalid("fromIndex", "a range has at least one entry");
  if (to - from > (proofs ? EXPORT_PROOFS_MAX : EXPORT_ENTRIES_MAX)) return refuse("EXPORT_TOO_LARGE");
  return { kind: "planned", content: { kind: "range", from, to, proofs } };
}

const invalid = (path: string, problem: string): Refused => refuse("INVALID_INPUT", { issues: [{ path, problem }] });
