import { recordEvent } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import { accept, refuse } from "../commit/outcome.js";
import type { Outcome } from "../commit/outcome.js";
import { readStored } from "../commit/read-stored.js";
import type { Commit } from "../commit/transactor.js";
import { AuditExport, auditEventRef, exportRef, inTenant } from "../contracts/index.js";
import type { Actor } from "../contracts/index.js";
import { exportFolder } from "./export-files.js";
import type { ExportFiles, StoredFile } from "./export-files.js";

export interface DownloadFile {
  readonly tenantId: string;
  readonly exportId: string;
  /** Inside the bundle. */
  readonly path: string;
  readonly actor: Actor;
  readonly requestId: string;
}

/** `2026-11-20T09`. */
const HOUR_CHARACTERS = 13;
const EVENT_ID_CHARACTERS = 20;

/**
 * One file of a finished export, put on record before its first byte leaves: one event an hour for each export and reader, because a
 * bundle is many files. Refuses with NOT_FOUND, also once the files were removed after their month, and EXPORT_NOT_READY.
 */
export async function openExportFile(
  deps: Deps,
  files: ExportFiles,
  download: DownloadFile,
): Promise<Outcome<StoredFile>> {
  const { tenantId, exportId, path } = download;
  const recorded = await deps.transactor.transact((reads) => record(deps, reads, download));
  if (recorded.kind === "refused") return recorded;
  const file = await files.read(`${exportFolder(tenantId, exportId)}${path}`);
  return file === null ? refuse("NOT_FOUND") : accept(file);
}

async function record(
  deps: Deps,
  reads: Parameters<Parameters<Deps["transactor"]["transact"]>[0]>[0],
  { tenantId, exportId, actor, requestId }: DownloadFile,
): Promise<Commit<Outcome<null>>> {
  const now = deps.clock.now();
  const eventId = deps
    .sha256(["download", tenantId, exportId, actor.id, now.slice(0, HOUR_CHARACTERS)].join("|"))
    .slice(0, EVENT_ID_CHARACTERS);
  const [first, known] = await reads.get([
    inTenant(tenantId, exportRef(exportId)),
    inTenant(tenantId, auditEventRef(eventId)),
  ]);
  const exported = readStored(AuditExport, first);
  if (exported === null) return { changes: [], events: [], answer: refuse("NOT_FOUND") };
  if (exported.status !== "done") return { changes: [], events: [], answer: refuse("EXPORT_NOT_READY") };
  if (exported.filesUntilAt === null) return { changes: [], events: [], answer: refuse("NOT_FOUND") };
  if (known?.data != null) return { changes: [], events: [], answer: accept(null) };
  const event = recordEvent(
    {
      tenantId,
      type: "export.downloaded",
      severity: "notice",
      at: now,
      actor,
      outcome: "done",
      requestId,
      data: { exportId, count: exported.count },
    },
    eventMeans(deps, eventId),
  );
  return { changes: [], events: [event], answer: accept(null) };
}
