import { recordEvent } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import { readStored } from "../commit/read-stored.js";
import type { Commit } from "../commit/transactor.js";
import {
  AuditExport,
  EXPORT_FILES_DAYS,
  ExportProgress,
  exportProgressRef,
  exportRef,
  inTenant,
} from "../contracts/index.js";
import type { JsonObject } from "../contracts/index.js";

/** Longer than writing one part takes; a run that died holds nobody up for more. */
const LEASE_MS = 3 * 60_000;
/** Runs that may die on the same part before the export is given up. */
const MAX_ATTEMPTS = 5;

const DAY_MS = 24 * 60 * 60_000;

/** The export job's own voice in the log. */
const EXPORT_JOB = { type: "system", id: "export-job", name: "Export job" } as const;

export interface ClaimedExport {
  readonly exported: AuditExport;
  readonly progress: ExportProgress;
}

/**
 * May this run write the export's files? `taken`: another one is at it; `settled`: it is done or failed; `gone`: there is none. A run
 * that is the sixth on the same part ends the export as failed.
 */
export function claimExport(
  deps: Deps,
  tenantId: string,
  exportId: string,
  holder: string,
): Promise<ClaimedExport | "taken" | "settled" | "gone"> {
  return deps.transactor.transact(async (reads): Promise<Commit<ClaimedExport | "taken" | "settled" | "gone">> => {
    const now = deps.clock.now();
    const path = inTenant(tenantId, exportProgressRef(exportId));
    const [first, second] = await reads.get([inTenant(tenantId, exportRef(exportId)), path]);
    const [exported, before] = [readStored(AuditExport, first), readStored(ExportProgress, second)];
    if (exported === null || before === null) return nothing("gone");
    if (exported.status !== "requested") return nothing("settled");
    if (before.lease !== null && before.lease.holder !== holder && before.lease.untilAt > now) return nothing("taken");
    if (before.attempts >= MAX_ATTEMPTS) return end(deps, exported, { problem: "TOO_MANY_ATTEMPTS" }, "settled");
    const progress = { ...before, attempts: before.attempts + 1, ...leased(holder, now) };
    return { changes: [{ op: "set", path, data: progress }], events: [], answer: { exported, progress } };
  });
}

/**
 * Stores how far the run is, and keeps its claim, or gives it back for the next run; false when somebody else has taken over
 * meanwhile.
 */
export function saveProgress(
  deps: Deps,
  tenantId: string,
  holder: string,
  progress: ExportProgress,
  goesOn: boolean,
): Promise<boolean> {
  return deps.transactor.transact(async (reads): Promise<Commit<boolean>> => {
    const now = deps.clock.now();
    const path = inTenant(tenantId, exportProgressRef(progress.exportId));
    const stored = readStored(ExportProgress, (await reads.get([path]))[0]);
    if (stored?.lease?.holder !== holder) return nothing(false);
    const claim = goesOn ? leased(holder, now) : { lease: null, updatedAt: now };
    const next = ExportProgress.parse({ ...progress, attempts: 0, ...claim });
    return { changes: [{ op: "set", path, data: next }], events: [], answer: true };
  });
}

/** Ends the export, once: as done with its facts, or as failed with the code of what was wrong. The event says which. */
export function endExport(
  deps: Deps,
  tenantId: string,
  exportId: string,
  how: { readonly facts: JsonObject & { readonly count: number } } | { readonly problem: string },
): Promise<void> {
  return deps.transactor.transact(async (reads): Promise<Commit<void>> => {
    const exported = readStored(AuditExport, (await reads.get([inTenant(tenantId, exportRef(exportId))]))[0]);
    return exported?.status === "requested" ? end(deps, exported, how, undefined) : nothing(undefined);
  });
}

function end<Answer>(
  deps: Deps,
  before: AuditExport,
  how: { readonly facts: JsonObject & { readonly count: number } } | { readonly problem: string },
  answer: Answer,
): Commit<Answer> {
  const { tenantId, exportId } = before;
  const now = deps.clock.now();
  const eventId = deps.ids.random();
  const isDone = "facts" in how;
  const after = AuditExport.parse({
    ...before,
    status: isDone ? "done" : "failed",
    count: isDone ? how.facts.count : before.count,
    problem: isDone ? null : how.problem,
    endedAt: now,
    // A failed one may have left files behind as well.
    filesUntilAt: new Date(Date.parse(now) + EXPORT_FILES_DAYS * DAY_MS).toISOString(),
    auditVersion: before.auditVersion + 1,
    lastEventId: eventId,
  });
  const event = recordEvent(
    {
      tenantId,
      type: isDone ? "export.generated" : "export.failed",
      // An export that cannot be made of a log whose parts are all there is a log that somebody changed.
      severity: isDone ? "notice" : "alarm",
      at: now,
      actor: EXPORT_JOB,
      outcome: "done",
      requestId: `export-${exportId}`,
      resourceRefs: [{ path: exportRef(exportId), auditVersion: after.auditVersion }],
      data: isDone ? { exportId, ...how.facts } : { exportId, problem: how.problem },
    },
    eventMeans(deps, eventId),
  );
  const change = { op: "set" as const, path: inTenant(tenantId, exportRef(exportId)), data: after };
  return { changes: [change], events: [event], answer };
}

const leased = (holder: string, now: string): Pick<ExportProgress, "lease" | "updatedAt"> => ({
  lease: { holder, untilAt: new Date(Date.parse(now) + LEASE_MS).toISOString() },
  updatedAt: now,
});

const nothing = <Answer>(answer: Answer): Commit<Answer> => ({ changes: [], events: [], answer });
