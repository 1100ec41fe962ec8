import type { TransactionReads } from "../commit/transactor.js";
import { AuditEvent, PLATFORM_TENANT_ID, controlRef, inTenant } from "../contracts/index.js";
import type { AuditEventType } from "../contracts/index.js";

/** What changes a studio's control document by itself, and what does so by an approved effect. */
const CHANGES_CONTROL: readonly AuditEventType[] = [
  "tenant.created",
  "control.engaged",
  "control.release_requested",
  "control.released",
  "control.scope_engaged",
  "control.scope_release_requested",
  "control.scope_released",
  "staff.changed",
  "cover.started",
  "cover.ended",
];
const POLICY_CAPABILITY = "policy.approval.replace";
/** The clocks of two servers may differ: the highest version among so many of the newest events counts. */
const NEWEST = 20;

/**
 * Which version did a studio's control document reach, by the audit log (M07.1)? A document that was lost and made anew goes
 * on from there, so that the record neither says one version twice nor leaves one out. 0 where the log tells of none.
 */
export async function recordedControlVersion(reads: TransactionReads, tenantId: string): Promise<number> {
  const common = {
    collection: inTenant(tenantId, "auditEvents"),
    orderBy: [{ field: "at", direction: "desc" }],
    limit: NEWEST,
  } as const;
  const found = await Promise.all([
    reads.query({ ...common, where: [{ field: "type", op: "in", value: [...CHANGES_CONTROL] }] }),
    reads.query({ ...common, where: [{ field: "capabilityId", op: "==", value: POLICY_CAPABILITY }] }),
  ]);
  const versions = found.flat().flatMap(({ data }) => {
    const refs = eventIn(data?.["canonical"])?.resourceRefs ?? [];
    return refs.flatMap(({ path, auditVersion }) => (path === controlRef() ? [auditVersion] : []));
  });
  return Math.max(0, ...versions);
}

/**
 * The same for the document above all studios, whose events stand on the platform's own record. null: there never was one,
 * as far as the record tells.
 */
export async function recordedGlobalVersion(reads: TransactionReads): Promise<number | null> {
  const found = await reads.query({
    collection: inTenant(PLATFORM_TENANT_ID, "auditEvents"),
    where: [{ field: "type", op: "in", value: ["control.engaged", "control.release_requested", "control.released"] }],
    orderBy: [{ field: "at", direction: "desc" }],
    limit: NEWEST,
  });
  const versions = found.map(({ data }) => Number(eventIn(data?.["canonical"])?.data["auditVersion"] ?? 1));
  return versions.length === 0 ? null : Math.max(...versions);
}

/** A record that cannot be read tells of nothing; that it cannot is for the log's own checks to say. */
function eventIn(canonical: unknown): AuditEvent | null {
  if (typeof canonical !== "string") return null;
  const parsed = AuditEvent.safeParse(JSON.parse(canonical));
  return parsed.success ? parsed.data : null;
}
