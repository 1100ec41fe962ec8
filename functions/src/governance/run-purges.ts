import { recordEvent } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import { toDocument } from "../commit/document-change.js";
import type { DocumentChange } from "../commit/document-change.js";
import { StudioError } from "../commit/studio-error.js";
import type { Commit, TransactionReads } from "../commit/transactor.js";
import {
  COLLECTIONS,
  GLOBAL_CONTROL_PATH,
  MAX_PURGE_PART,
  MAX_PURGE_PARTS,
  Purge,
  controlRef,
  inTenant,
  legalHoldsRef,
  purgeRef,
} from "../contracts/index.js";
import type { Actor, PurgePart, ReasonCode } from "../contracts/index.js";
import { effectiveControl, readControls } from "../policy/control.js";
import { holdsOn, readHolds, wholesale } from "./legal-holds.js";
import { documentsIn, idsHashOf } from "./plan-purge.js";
import { purgeable } from "./retention-matrix.js";

/** How many approved purges one run works through. */
const PURGES_PER_RUN = 20;

const JOB: Actor = { type: "system", id: "retention-purge", name: "Retention purge" };

export interface PurgeCounts {
  readonly purges: number;
  readonly deleted: number;
  readonly refused: number;
  /** Purges of a studio that is stopped or read-only: they go on when it is open again. */
  readonly waiting: number;
}

/**
 * Deletes exactly what people approved (M07.11), part by part, each part in one commit with its event. A part whose documents
 * are not those that the dry run named, a legal hold, and a time that is not over end the purge, on record, with nothing of
 * that part deleted. A stop of the studio makes it wait.
 */
export async function runPurges(deps: Deps, requestId: string): Promise<PurgeCounts> {
  const found = await deps.transactor.transact(async (reads) => ({
    changes: [],
    events: [],
    answer: await reads.query({
      collection: COLLECTIONS.purges,
      isGroup: true,
      where: [{ field: "status", op: "==", value: "approved" }],
      limit: PURGES_PER_RUN,
    }),
  }));
  const counts = { purges: found.length, deleted: 0, refused: 0, waiting: 0 };
  for (const { path } of found)
    for (let part = 0; part < MAX_PURGE_PARTS; part += 1) {
      const step = await deps.transactor.transact((reads) => deletePart(deps, reads, path, requestId));
      if (step.kind === "deleted") counts.deleted += step.count;
      if (step.kind === "refused") counts.refused += 1;
      if (step.kind === "waiting") counts.waiting += 1;
      if (step.kind !== "deleted" || step.isLast) break;
    }
  return counts;
}

type Step =
  | { readonly kind: "deleted"; readonly count: number; readonly isLast: boolean }
  | { readonly kind: "refused" | "waiting" | "over" };

async function deletePart(deps: Deps, reads: TransactionReads, path: string, requestId: string): Promise<Commit<Step>> {
  const tenantId = path.split("/")[1] ?? "";
  const [global, tenant, holds, stored] = await reads.get([
    GLOBAL_CONTROL_PATH,
    inTenant(tenantId, controlRef()),
    inTenant(tenantId, legalHoldsRef()),
    path,
  ]);
  const now = deps.clock.now();
  const purge = Purge.safeParse(stored?.data ?? null);
  if (!purge.success) throw new StudioError("INTERNAL", `${path} does not have its shape`, { isRetryable: false });
  const part = purge.data.parts[purge.data.partsDone];
  if (purge.data.status !== "approved" || part === undefined) return nothing({ kind: "over" });
  const subject = { capabilityId: "retention.purge" };
  const controls = readControls(global?.data ?? null, tenant?.data ?? null);
  if (effectiveControl(controls, subject, now).mode !== "normal") return nothing({ kind: "waiting" });

  const step = { tenantId, purge: purge.data, part, now, requestId };
  const row = purgeable(purge.data.collection, now);
  if (row === null || part.untilAt > row.beforeAt) return refusePart(deps, step, "RETENTION_NOT_OVER");
  const held = holdsOn(readHolds(holds?.data ?? null), wholesale(purge.data.collection, row.concernsPeople));
  if (held === null || held.length > 0) return refusePart(deps, step, "LEGAL_HOLD");
  const span = { collection: purge.data.collection, timeField: row.timeField, ...part };
  const found = await documentsIn(reads, tenantId, span, MAX_PURGE_PART + 1);
  const ids = found.map(({ id }) => id);
  if (ids.length !== part.count || idsHashOf(deps.sha256, ids) !== part.idsHash)
    return refusePart(deps, step, "PURGE_PLAN_CHANGED");
  return commitPart(deps, step, found);
}

const nothing = (answer: Step): Commit<Step> => ({ changes: [], events: [], answer });

interface PartStep {
  readonly tenantId: string;
  readonly purge: Purge;
  readonly part: PurgePart;
  readonly now: string;
  readonly requestId: string;
}

function commitPart(deps: Deps, step: PartStep, found: readonly { readonly path: string }[]): Commit<Step> {
  const { purge } = step;
  const partsDone = purge.partsDone + 1;
  const isLast = partsDone === purge.parts.length;
  const noted = note(deps, step, { partsDone, status: isLast ? "done" : "approved" }, null);
  const deletes = found.map(({ path }): DocumentChange => ({ op: "delete", path }));
  return {
    changes: [...deletes, ...noted.changes],
    events: noted.events,
    answer: { kind: "deleted", count: found.length, isLast },
  };
}

function refusePart(deps: Deps, step: PartStep, reason: ReasonCode): Commit<Step> {
  return { ...note(deps, step, { status: "refused" }, reason), answer: { kind: "refused" } };
}

/** The purge's next version, and the event that tells of it. */
function note(
  deps: Deps,
  { tenantId, purge, part, now, requestId }: PartStep,
  patch: Partial<Purge>,
  reasonCode: ReasonCode | null,
): Pick<Commit<Step>, "changes" | "events"> {
  const eventId = deps.ids.random();
  const { proposalId, collection } = purge;
  const auditVersion = purge.auditVersion + 1;
  const after = Purge.parse({ ...purge, ...patch, auditVersion, lastEventId: eventId });
  const event = recordEvent(
    {
      tenantId,
      type: reasonCode === null ? "purge.part_deleted" : "purge.refused",
      at: now,
      actor: JOB,
      outcome: reasonCode === null ? "done" : "refused",
      severity: reasonCode === null ? "notice" : "warning",
      reasonCode,
      capabilityId: "retention.purge",
      proposalId,
      requestId,
      resourceRefs: [{ path: purgeRef(proposalId), auditVersion }],
      data: { collection, ...part, part: purge.partsDone + 1, of: purge.parts.length },
    },
    eventMeans(deps, eventId),
  );
  return {
    changes: [{ op: "set", path: inTenant(tenantId, purgeRef(proposalId)), data: toDocument(after) }],
    events: [event],
  };
}
