import { CapabilityMetadata } from "../contracts/index.js";
import type { JsonObject } from "../contracts/index.js";
import { QUOTAS } from "../policy/quota-definitions.js";
import { announcementDraftStore } from "./announcement-draft.js";
import { approvalPolicyReplace } from "./approval-policy-replace.js";
import { batchOpsNoteAppend } from "./batch-ops-note-append.js";
import { CAPABILITY_PARTS } from "./capability.js";
import type { Capability } from "./capability.js";
import { batchStateAdvance } from "./batch-state-advance.js";
import { firingFlag } from "./firing-flag.js";
import { orderReconciliationAnnotate } from "./order-reconciliation-annotate.js";
import { reservationStatusSet } from "./reservation-status-set.js";
import { reservationWindowShift } from "./reservation-window-shift.js";
import { retentionPurge } from "./retention-purge.js";

/** A capability whose input type is known to itself alone: callers parse with `inputSchema` and pass the result back. */
export type AnyCapability = Capability<JsonObject, JsonObject>;

/**
 * What may be done at all? Refuses, by throwing every problem at once, an entry whose metadata is incomplete or that
 * contradicts itself (M01.8). Called when the module is loaded, so neither a build nor a boot gets past a bad entry.
 */
export function buildRegistry(entries: readonly AnyCapability[]): ReadonlyMap<string, AnyCapability> {
  const problems = entries.flatMap((entry) => problemsOf(entry, entries));
  if (problems.length > 0) throw new Error(`the capability registry is refused:\n${problems.join("\n")}`);
  return new Map(entries.map((entry) => [entry.metadata.id, entry]));
}

function problemsOf(entry: AnyCapability, all: readonly AnyCapability[]): string[] {
  const parsed = CapabilityMetadata.safeParse(entry.metadata);
  if (!parsed.success)
    return parsed.error.issues.map(({ path, message }) => `${entry.metadata.id}: ${path.join(".")}: ${message}`);
  const { id, mode, executorId, proposableBy } = parsed.data;
  const problems: string[] = [];
  if (all.filter((other) => other.metadata.id === id).length > 1) problems.push(`${id}: registered twice`);
  if (mode === "write" && executorId === null) problems.push(`${id}: writes but has no executor`);
  if (mode !== "write" && executorId !== null) problems.push(`${id}: does not write but has an executor`);
  if (!QUOTAS.has(parsed.data.quotaId)) problems.push(`${id}: there is no quota ${parsed.data.quotaId}`);
  for (const part of CAPABILITY_PARTS)
    if ((entry as Partial<AnyCapability>)[part] === undefined) problems.push(`${id}: has no ${part}`);
  if (proposableBy.agent !== (entry.fromAgent !== null))
    problems.push(`${id}: proposable by agent and the agent's request do not go together`);
  return problems;
}

/** Widens one typed capability to what the registry holds: the schema parses before anything else sees the input. */
function entry<Input extends JsonObject, Request>(capability: Capability<Input, Request>): AnyCapability {
  return capability as unknown as AnyCapability;
}

export const REGISTRY = buildRegistry([
  entry(announcementDraftStore),
  entry(approvalPolicyReplace),
  entry(batchOpsNoteAppend),
  entry(batchStateAdvance),
  entry(firingFlag),
  entry(orderReconciliationAnnotate),
  entry(reservationStatusSet),
  entry(reservationWindowShift),
  entry(retentionPurge),
]);
