import type { Deps } from "../commit/deps.js";
import { StudioEvent, inTenant, outboxRef } from "../contracts/index.js";
import type { UtcInstant } from "../contracts/index.js";

/** How an event leaves the studio. Resolves when Pub/Sub has it; of one studio, in the order of the calls. */
export interface EventPublisher {
  publish(event: StudioEvent): Promise<void>;
}

/** How long the trigger may take before the sweep takes a row over, in milliseconds (M03.10). */
export const UNSENT_AFTER_MS = 60_000;
/** How many rows one sweep takes; the rest are there a minute later. */
const SWEEP_BATCH = 200;

/**
 * Publishes one row of the outbox and removes it. In this order, so that a crash between the two publishes it twice and
 * never not at all: receivers dedupe by `eventId`. False: the row is gone, somebody published it before.
 */
export async function publishRow(
  deps: Deps,
  publisher: EventPublisher,
  { tenantId, eventId }: { readonly tenantId: string; readonly eventId: string },
): Promise<boolean> {
  const path = inTenant(tenantId, outboxRef(eventId));
  const event = await deps.transactor.transact(async (reads) => {
    const [stored] = await reads.get([path]);
    return { changes: [], events: [], answer: stored?.data == null ? null : StudioEvent.parse(stored.data) };
  });
  if (event === null) return false;
  await publisher.publish(event);
  await deps.transactor.transact(() =>
    Promise.resolve({ changes: [{ op: "delete" as const, path }], events: [], answer: undefined }),
  );
  return true;
}

/** Publishes what was not, for a minute: the oldest first, and of each studio one after the other. */
export async function sweepOutbox(
  deps: Deps,
  publisher: EventPublisher,
): Promise<{ readonly unsent: number; readonly published: number; readonly failed: number }> {
  const rows = await findUnsent(deps, new Date(Date.parse(deps.clock.now()) - UNSENT_AFTER_MS).toISOString());
  const tenants = [...new Set(rows.map(({ tenantId }) => tenantId))];
  const done = await Promise.all(
    tenants.map((tenantId) =>
      publishInOrder(
        deps,
        publisher,
        rows.filter((row) => row.tenantId === tenantId),
      ),
    ),
  );
  const published = done.reduce((sum, count) => sum + count, 0);
  return { unsent: rows.length, published, failed: rows.length - published };
}

interface Row {
  readonly tenantId: string;
  readonly eventId: string;
}

function findUnsent(deps: Deps, until: UtcInstant): Promise<Row[]> {
  return deps.transactor.transact(async (reads) => {
    const found = await reads.query({
      collection: "outbox",
      isGroup: true,
      where: [{ field: "at", op: "<=", value: until }],
      orderBy: [{ field: "at", direction: "asc" }],
      limit: SWEEP_BATCH,
    });
    const rows = found.map(({ path }) => path.split("/"));
    return {
      changes: [],
      events: [],
      answer: rows.map(([, tenantId = "", , eventId = ""]): Row => ({ tenantId, eventId })),
    };
  });
}

/** One after the other; what cannot be published waits for the next sweep, together with what comes after it. */
async function publishInOrder(deps: Deps, publisher: EventPublisher, rows: readonly Row[]): Promise<number> {
  let published = 0;
  for (const row of rows) {
    try {
      await publishRow(deps, publisher, row);
    } catch {
      return published;
    }
    published += 1;
  }
  return published;
}
