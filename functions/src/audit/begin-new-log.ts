import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import { toDocument } from "../commit/document-change.js";
import type { DocumentChange } from "../commit/document-change.js";
import {
  AuditEvent,
  ClosedLog,
  LogHead,
  StoredAuditEvent,
  auditEventRef,
  closedLogRef,
  inTenant,
  logHeadRef,
} from "../contracts/index.js";
import type { Actor } from "../contracts/index.js";
import { canonicalJson } from "./canonical-json.js";
import type { AlarmMeans } from "./log-alarms.js";
import type { CheckpointSigner } from "./checkpoint-signer.js";
import type { Sha256 } from "./merkle.js";
import { formatOrigin, parseOrigin } from "./origin.js";
import { emptyHead } from "./plan-batch.js";
import { recordEvent } from "./record-event.js";
import type { RecordedEvent } from "./record-event.js";
import type { Opening, Remembered } from "./signer-memory.js";

export interface RecoveryMeans extends AlarmMeans {
  readonly signer: Pick<CheckpointSigner, "recall" | "open" | "noteOf">;
  readonly sha256: Sha256;
}

export interface NewLog {
  readonly origin: string;
  readonly previousOrigin: string;
}

/**
 * Begins a new log in the place of one that the signer has frozen, after a backup was restored or a database was tampered with. Its first
 * entry holds the last checkpoint of the old one, so that nobody can pretend the old one never was; the signer signs no other beginning.
 * First the signer's memory is written, then the database: broken off in between, it is run again and goes on. Null: nothing
 * is frozen, or the new log is signed already; then nothing is done.
 */
export async function beginNewLog(
  means: RecoveryMeans,
  { tenantId, actor, reason }: { readonly tenantId: string; readonly actor: Actor; readonly reason: string },
): Promise<NewLog | null> {
  const { signer } = means;
  const before = await signer.recall(tenantId);
  if (before.frozen !== null) await signer.open(before, await makeOpening(means, before, actor, reason));
  const now = before.frozen === null ? before : await signer.recall(tenantId);
  // Opened before, and not carried to its end; or neither frozen nor opened: then there is nothing to begin.
  if (now.opening === null || now.newest !== null) return null;
  await beginInDatabase(means, now, now.opening);
  return { origin: now.origin, previousOrigin: now.opening.previousOrigin };
}

async function makeOpening(
  { deps, signer, requestId }: RecoveryMeans,
  old: Remembered,
  actor: Actor,
  reason: string,
): Promise<Opening> {
  const { host, tenantId, epoch } = parseOrigin(old.origin);
  const origin = formatOrigin({ host, tenantId, epoch: epoch + 1 });
  const checkpoint = old.newest === null ? null : await signer.noteOf(old, old.newest);
  const { event, changes } = recordEvent(
    {
      tenantId,
      type: "log.begun",
      at: deps.clock.now(),
      actor,
      outcome: "done",
      severity: "alarm",
      requestId,
      data: {
        origin,
        previousOrigin: old.origin,
        previousSize: old.newest?.size ?? 0,
        checkpoint,
        why: old.frozen?.reason ?? "",
      },
    },
    eventMeans(deps),
  );
  const [stored] = changes;
  if (stored?.op !== "create") throw new Error("an event is stored by being created");
  return {
    v: 1,
    origin,
    previousOrigin: old.origin,
    previousCheckpoint: checkpoint,
    eventId: event.eventId,
    event: StoredAuditEvent.parse(stored.data),
    reason,
  };
}

/** The event as it was decided on, the old head set aside, and a new one that waits for the event. Once. */
function beginInDatabase(
  { deps, sha256 }: RecoveryMeans,
  { tenantId, origin, epoch }: Remembered,
  opening: Opening,
): Promise<void> {
  return deps.transactor.transact(async (reads) => {
    const now = deps.clock.now();
    const [headPath, closedPath, eventPath] = [
      logHeadRef(),
      closedLogRef(epoch - 1),
      auditEventRef(opening.eventId),
    ].map((ref) => inTenant(tenantId, ref)) as [string, string, string];
    const [head, closed, event] = await reads.get([headPath, closedPath, eventPath]);
    const old = LogHead.safeParse(head?.data);
    if (old.data?.origin === origin) return { changes: [], events: [], answer: undefined };
    const closing: ClosedLog = {
      v: 1,
      epoch: epoch - 1,
      origin: opening.previousOrigin,
      size: old.data?.size ?? null,
      lastCheckpoint: opening.previousCheckpoint,
      reason: opening.reason,
      closedAt: now,
    };
    const begun: LogHead = {
      ...emptyHead(sha256, { origin, epoch }, now),
      firstEventId: opening.eventId,
      needsSweep: true,
    };
    const changes: DocumentChange[] = [
      { op: "set", path: headPath, data: toDocument(LogHead.parse(begun)) },
      ...(closed?.data == null
        ? [{ op: "create" as const, path: closedPath, data: toDocument(ClosedLog.parse(closing)) }]
        : []),
    ];
    const events = event?.data == null ? [recordAgain(deps, opening)] : [];
    return { changes, events, answer: undefined };
  });
}

/** The event that the opening holds, to the byte. */
function recordAgain(deps: Deps, { event: stored }: Opening): RecordedEvent {
  const told = AuditEvent.parse(JSON.parse(stored.canonical));
  const { tenantId, type, severity, at, actor, outcome, requestId, data, eventId, nonce } = told;
  const draft = { tenantId, type, severity, at, actor, outcome, requestId, data };
  const event = recordEvent(draft, { eventId, nonce, salt: nonce, sha256: deps.sha256 });
  if (canonicalJson(event.event) !== stored.canonical) throw new Error("the opening's event cannot be made again");
  return event;
}
