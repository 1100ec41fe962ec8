import { AuditExport, COLLECTIONS } from "../contracts/index.js";
import { generateExport } from "./generate-export.js";
import type { GenerateDeps } from "./generate-export.js";

/** Exports that one sweep looks at; the next one looks at the others. */
const MAX_EXPORTS = 20;
/** Less than a run of the minute has. */
const WORK_MS = 35_000;

/** Goes on with exports whose run stopped or died, in all studios. A run that is at work keeps its claim. */
export async function sweepExports(
  deps: GenerateDeps,
  nowMs: () => number,
): Promise<{ readonly done: number; readonly failed: number; readonly waiting: number }> {
  const stopAt = nowMs() + WORK_MS;
  const found = await deps.transactor.transact(async (reads) => ({
    changes: [],
    events: [],
    answer: await reads.query({
      collection: COLLECTIONS.exports,
      isGroup: true,
      where: [{ field: "status", op: "==", value: "requested" }],
      limit: MAX_EXPORTS,
    }),
  }));
  const counts = { done: 0, failed: 0, waiting: 0 };
  for (const { data } of found) {
    const { tenantId, exportId } = AuditExport.parse(data);
    const outcome = nowMs() < stopAt ? await attempt(deps, tenantId, exportId, () => nowMs() >= stopAt) : "more";
    if (outcome === "done" || outcome === "failed") counts[outcome]++;
    else counts.waiting++;
  }
  return counts;
}

/** One export that cannot be written holds no other up: its attempts are counted. */
async function attempt(
  deps: GenerateDeps,
  tenantId: string,
  exportId: string,
  isTimeUp: () => boolean,
): Promise<string> {
  try {
    return await generateExport(deps, tenantId, exportId, isTimeUp);
  } catch {
    return "broken";
  }
}
