import type { Deps } from "../commit/deps.js";
import { accept, refuse } from "../commit/outcome.js";
import type { Outcome } from "../commit/outcome.js";
import { readStored } from "../commit/read-stored.js";
import { AuditExport, ExportProgress, exportProgressRef, exportRef, inTenant } from "../contracts/index.js";
import type { RouteAnswer } from "../contracts/index.js";

type Answer = RouteAnswer<"getExport">;

/** How far is this export? NOT_FOUND where there is none. */
export function getExport(deps: Deps, tenantId: string, exportId: string): Promise<Outcome<Answer>> {
  return deps.transactor.transact(async (reads) => {
    const refs = [exportRef(exportId), exportProgressRef(exportId)];
    const [first, second] = await reads.get(refs.map((ref) => inTenant(tenantId, ref)));
    const exported = readStored(AuditExport, first);
    const stored = readStored(ExportProgress, second);
    if (exported === null || stored === null) return { changes: [], events: [], answer: refuse("NOT_FOUND") };
    const { done, parts, choice, bytes, lease, attempts, removing, updatedAt } = stored;
    const progress = { exportId, done, parts, choice, bytes, lease, attempts, removing, updatedAt };
    return { changes: [], events: [], answer: accept({ export: exported, progress }) };
  });
}
