import { recordEvent } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import { readStored } from "../commit/read-stored.js";
import type { Commit, TransactionReads } from "../commit/transactor.js";
import {
  AuditExport,
  COLLECTIONS,
  ExportProgress,
  GLOBAL_CONTROL_PATH,
  controlRef,
  exportProgressRef,
  exportRef,
  inTenant,
  legalHoldsRef,
} from "../contracts/index.js";
import type { Actor } from "../contracts/index.js";
import { holdsOn, readHolds, wholesale } from "../governance/legal-holds.js";
import { effectiveControl, readControls } from "../policy/control.js";
import { exportFolder } from "./export-files.js";
import type { ExportFiles } from "./export-files.js";

export interface RemovalDeps extends Deps {
  readonly files: ExportFiles;
}

export interface RemovalCounts {
  readonly removed: number;
  /** A legal hold says that they must be kept. */
  readonly held: number;
  /** Of a studio that is stopped or read-only: they go when it is open again. */
  readonly waiting: number;
  /** That could not be removed: a record that cannot be read, or a bucket out of reach. The next night tries again. */
  readonly failed: number;
}

/** Studios that are asked for at once, and exports of one studio in one run: the next night takes the others. */
const STUDIOS_PER_PAGE = 100;
const MAX_PAGES = 100;
const EXPORTS_PER_STUDIO = 200;

const JOB: Actor = { type: "system", id: "export-retention", name: "Export retention" };

/**
 * Removes the files of exports whose month is over (M07.11). First the decision is on record, in a commit that reads the legal holds, and from
 * then on nothing is handed out; then the files go. Broken off in between, the next run finishes it. The record of the export stays. What fails holds nothing else up.
 */
export async function removeExportFiles(deps: RemovalDeps, requestId: string): Promise<RemovalCounts> {
  const counts: Counts = { removed: 0, held: 0, waiting: 0, failed: 0 };
  let after: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const studios = await find(deps, (reads) =>
      reads.query({
        collection: "tenants",
        where: [],
        limit: STUDIOS_PER_PAGE,
        ...(after === undefined ? {} : { after }),
      }),
    );
    for (const path of studios) await removeOf(deps, path.split("/")[1] ?? "", requestId, counts);
    after = studios.at(-1);
    if (studios.length < STUDIOS_PER_PAGE) break;
  }
  return counts;
}

async function removeOf(deps: RemovalDeps, tenantId: string, requestId: string, counts: Counts): Promise<void> {
  const begun = await find(deps, (reads) =>
    reads.query({
      collection: inTenant(tenantId, COLLECTIONS.exportProgress),
      where: [{ field: "removing", op: "==", value: true }],
      limit: EXPORTS_PER_STUDIO,
    }),
  );
  for (const path of begun) await orCount(counts, () => finish(deps, tenantId, path.split("/").at(-1) ?? ""));
  const due = await find(deps, (reads) =>
    reads.query({
      collection: inTenant(tenantId, COLLECTIONS.exports),
      where: [{ field: "filesUntilAt", op: "<=", value: deps.clock.now() }],
      orderBy: [{ field: "filesUntilAt", direction: "asc" }],
      limit: EXPORTS_PER_STUDIO,
    }),
  );
  for (const path of due)
    await orCount(counts, async () => {
      const exportId = path.split("/").at(-1) ?? "";
      const decided = await deps.transactor.transact((reads) => decide(deps, reads, tenantId, exportId, requestId));
      if (decided === "removed") await finish(deps, tenantId, exportId);
      if (decided !== "over") counts[decided] += 1;
    });
}

type Counts = { -readonly [K in keyof RemovalCounts]: number };

async function orCount(counts: Counts, remove: () => Promise<void>): Promise<void> {
  try {
    await remove();
  } catch {
    counts.failed += 1;
  }
}

async function find(
  deps: RemovalDeps,
  query: (reads: TransactionReads) => Promise<readonly { readonly path: string }[]>,
): Promise<readonly string[]> {
  return deps.transactor.transact(async (reads) => ({
    changes: [],
    events: [],
    answer: (await query(reads)).map(({ path }) => path),
  }));
}

type Decided = "removed" | "held" | "waiting" | "over";

async function decide(
  deps: RemovalDeps,
  reads: TransactionReads,
  tenantId: string,
  exportId: string,
  requestId: string,
): Promise<Commit<Decided>> {
  const [global, tenant, holds, stored, working] = await reads.get([
    GLOBAL_CONTROL_PATH,
    ...[controlRef(), legalHoldsRef(), exportRef(exportId), exportProgressRef(exportId)].map((ref) =>
      inTenant(tenantId, ref),
    ),
  ]);
  const now = deps.clock.now();
  const [before, progress] = [readStored(AuditExport, stored), readStored(ExportProgress, working)];
  if (before === null || progress === null || before.filesUntilAt === null || before.filesUntilAt > now)
    return { changes: [], events: [], answer: "over" };
  const controls = readControls(global?.data ?? null, tenant?.data ?? null);
  if (effectiveControl(controls, {}, now).mode !== "normal") return { changes: [], events: [], answer: "waiting" };
  // Whoever stands in an export is not known one by one: a hold on any person or proposal keeps it.
  const held = holdsOn(readHolds(holds?.data ?? null), wholesale(COLLECTIONS.exports, true));
  if (held === null || held.length > 0) return { changes: [], events: [], answer: "held" };

  const eventId = deps.ids.random();
  const after = AuditExport.parse({
    ...before,
    filesUntilAt: null,
    auditVersion: before.auditVersion + 1,
    lastEventId: eventId,
  });
  const event = recordEvent(
    {
      tenantId,
      type: "export.files_removed",
      severity: "notice",
      at: now,
      actor: JOB,
      outcome: "done",
      requestId,
      resourceRefs: [{ path: exportRef(exportId), auditVersion: after.auditVersion }],
      data: { exportId, keptUntil: before.filesUntilAt, bytes: progress.bytes },
    },
    eventMeans(deps, eventId),
  );
  return {
    changes: [
      { op: "set", path: inTenant(tenantId, exportRef(exportId)), data: after },
      { op: "set", path: inTenant(tenantId, exportProgressRef(exportId)), data: { ...progress, removing: true } },
    ],
    events: [event],
    answer: "removed",
  };
}

/** Nothing there is no error: so it may be done twice. */
async function finish(deps: RemovalDeps, tenantId: string, exportId: string): Promise<void> {
  await deps.files.removeAll(exportFolder(tenantId, exportId));
  await deps.transactor.transact(async (reads): Promise<Commit<void>> => {
    const path = inTenant(tenantId, exportProgressRef(exportId));
    const progress = readStored(ExportProgress, (await reads.get([path]))[0]);
    if (progress?.removing !== true) return { changes: [], events: [], answer: undefined };
    return { changes: [{ op: "set", path, data: { ...progress, removing: false } }], events: [], answer: undefined };
  });
}
