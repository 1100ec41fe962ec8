import type { Deps } from "../commit/deps.js";
import { accept, refuse } from "../commit/outcome.js";
import type { Outcome } from "../commit/outcome.js";
import type { TransactionReads } from "../commit/transactor.js";
import { MAX_PURGE_PART, MAX_PURGE_PARTS, inTenant, legalHoldsRef } from "../contracts/index.js";
import type { Json, PurgePart, RouteAnswer, UtcInstant } from "../contracts/index.js";
import { holdsOn, readHolds, wholesale } from "./legal-holds.js";
import { purgeable } from "./retention-matrix.js";

type Answer = RouteAnswer<"planPurge">;

/** Before any document of ours. */
const BEGINNING: UtcInstant = "2000-01-01T00:00:00.000Z";

/**
 * What of this collection is past its time (M07.11)? The dry run: it reads, counts and names, and deletes nothing. Refuses with
 * RETENTION_NOT_OVER for a collection that is kept for ever or that there is none of.
 */
export function planPurge(deps: Deps, tenantId: string, collection: string): Promise<Outcome<Answer>> {
  return deps.transactor.transact(async (reads) => {
    const row = purgeable(collection, deps.clock.now());
    if (row === null) return { changes: [], events: [], answer: refuse("RETENTION_NOT_OVER") };
    const [stored] = await reads.get([inTenant(tenantId, legalHoldsRef())]);
    const holds = holdsOn(readHolds(stored?.data ?? null), wholesale(collection, row.concernsPeople));
    const parts: PurgePart[] = [];
    let fromAt: UtcInstant | null = BEGINNING;
    while (fromAt !== null && parts.length < MAX_PURGE_PARTS) {
      const span = { collection, timeField: row.timeField, fromAt, untilAt: row.beforeAt };
      const found: FoundPart | null = await nextPart(deps, reads, tenantId, span);
      if (found === null) break;
      parts.push(found.part);
      fromAt = found.isLast ? null : found.part.untilAt;
    }
    const answer: Answer = {
      input: parts.length === 0 ? null : { collection, parts },
      count: parts.reduce((count, part) => count + part.count, 0),
      isComplete: fromAt === null || parts.length < MAX_PURGE_PARTS,
      heldBy: holds === null ? ["unreadable"] : [...holds],
    };
    return { changes: [], events: [], answer: accept(answer) };
  });
}

interface Span {
  readonly collection: string;
  readonly timeField: string;
  readonly fromAt: UtcInstant;
  readonly untilAt: UtcInstant;
}

interface FoundPart {
  readonly part: PurgePart;
  readonly isLast: boolean;
}

/**
 * The next documents that one commit can delete. A part ends before a moment at which more happened than fits, so that a
 * part is named by its time alone; null where nothing is left, or where one millisecond holds more than a commit takes.
 */
async function nextPart(deps: Deps, reads: TransactionReads, tenantId: string, span: Span): Promise<FoundPart | null> {
  const found = await documentsIn(reads, tenantId, span, MAX_PURGE_PART + 1);
  if (found.length === 0) return null;
  const last = found.at(-1);
  const isLast = found.length <= MAX_PURGE_PART;
  const untilAt = isLast || last === undefined ? span.untilAt : last.at;
  const ids = found.filter(({ at }) => at < untilAt).map(({ id }) => id);
  if (ids.length === 0) return null;
  const idsHash = idsHashOf(deps.sha256, ids);
  return { part: { fromAt: span.fromAt, untilAt, count: ids.length, idsHash }, isLast };
}

/** The documents of a collection whose time lies in this span, the oldest first. */
export async function documentsIn(
  reads: TransactionReads,
  tenantId: string,
  { collection, timeField, fromAt, untilAt }: Span,
  limit: number,
): Promise<readonly { readonly id: string; readonly path: string; readonly at: string }[]> {
  const found = await reads.query({
    collection: inTenant(tenantId, collection),
    where: [
      { field: timeField, op: ">=", value: fromAt },
      { field: timeField, op: "<", value: untilAt },
    ],
    orderBy: [{ field: timeField, direction: "asc" }],
    limit,
  });
  return found.map(({ path, data }) => {
    const at: Json | undefined = data?.[timeField];
    return { id: path.split("/").at(-1) ?? "", path, at: typeof at === "string" ? at : untilAt };
  });
}

/** Which documents, in one hash: over their sorted ids, joined by line feeds. */
export const idsHashOf = (sha256: (text: string) => string, ids: readonly string[]): string =>
  sha256(ids.toSorted((a, b) => (a < b ? -1 : 1)).join("\n"));
