import { Purge, RetentionPurgeInput, legalHoldsRef, purgeRef } from "../contracts/index.js";
import type { Json, JsonObject } from "../contracts/index.js";
import { holdsOn, readHolds, wholesale } from "../governance/legal-holds.js";
import { purgeable } from "../governance/retention-matrix.js";
import type { Capability } from "./capability.js";

const FIELDS = ["collection", "parts", "partsDone", "proposalId", "status"];
const HOLD_FIELDS = ["auditVersion", "holds", "lastEventId", "updatedAt"];

/**
 * Lets the retention job delete what a dry run named: derived data past its time, by count and by the hash of its ids. The
 * effect is the approval itself; the job deletes exactly those documents or none. A legal hold refuses it here, makes the
 * plan stale when it comes later, and stops the job when it comes after that.
 */
export const retentionPurge: Capability<RetentionPurgeInput & JsonObject> = {
  metadata: {
    id: "retention.purge",
    version: 1,
    title: "Delete derived data past its time",
    owner: "studio governance",
    escalation: "the studio's owner",
    riskTier: "high",
    mode: "write",
    approvalPolicyId: "default",
    executorId: "effects",
    inverse: { kind: "none", reason: "what was deleted is kept nowhere: that is what a purge is for" },
    quotaId: "policy",
    maxTargets: 1,
    declaredPaths: [{ path: "purges/*", ops: ["create"], fields: FIELDS }],
    proposableBy: { roles: ["owner", "approver_admin"], agent: false },
    adr: "docs/adr/0016-what-is-deleted-and-who-decides.md",
  },
  inputSchema: RetentionPurgeInput,
  outputSchema: Purge.omit({ auditVersion: true, lastEventId: true }),
  targets: ({ collection }) => [`purges/${collection}`],
  reads: (_, { proposalId }) => [
    { ref: purgeRef(proposalId), fields: [] },
    { ref: legalHoldsRef(), fields: HOLD_FIELDS },
  ],

  preview(truth, { collection, parts }, { proposalId, plannedAt }) {
    const row = purgeable(collection, plannedAt);
    if (row === null || parts.some(({ untilAt }) => untilAt > row.beforeAt))
      return {
        kind: "refused",
        reason: "RETENTION_NOT_OVER",
        detail: row === null ? `${collection} is not purged` : `${collection} is kept from ${row.beforeAt} on`,
      };
    const disordered = parts.some(
      ({ fromAt, untilAt }, at) => fromAt >= untilAt || fromAt < (parts[at - 1]?.untilAt ?? fromAt),
    );
    if (disordered) return { kind: "refused", reason: "INVALID_INPUT", detail: "the parts overlap or go backwards" };
    const held = holdsOn(readHolds(truth.get(legalHoldsRef()) ?? null), wholesale(collection, row.concernsPeople));
    if (held === null || held.length > 0)
      return {
        kind: "refused",
        reason: "LEGAL_HOLD",
        detail: held === null ? "the legal holds cannot be read" : `legal hold ${held.join(", ")}`,
      };
    const count = parts.reduce((sum, part) => sum + part.count, 0);
    const values: Record<string, Json> = { collection, parts, partsDone: 0, proposalId, status: "approved" };
    return {
      kind: "effect",
      headline: `Delete ${count} documents of ${collection} from before ${parts.at(-1)?.untilAt.slice(0, 10) ?? ""}`,
      writes: [
        {
          ref: purgeRef(proposalId),
          op: "create",
          fields: FIELDS.map((path) => ({ path, after: values[path] ?? null, sensitivity: "none" })),
        },
      ],
      members: 0,
      cents: 0,
      irreversible: [{ why: "what is deleted is kept nowhere" }],
    };
  },

  fromAgent: null,
};
