import type { StoredDocument } from "../commit/transactor.js";
import { AuditEvent } from "../contracts/index.js";
import type { UtcInstant } from "../contracts/index.js";

/** One quota that one event on record wrote, and the version that it got. */
export interface NamedQuota {
  /** Relative to the tenant. */
  readonly ref: string;
  readonly at: UtcInstant;
  readonly auditVersion: number;
}

/** Which quotas did this event debit or reset, by its signed text? None for a record that cannot be read. */
export function quotasNamedIn({ data }: StoredDocument): readonly NamedQuota[] {
  const canonical = data?.["canonical"];
  const event = AuditEvent.safeParse(typeof canonical === "string" ? JSON.parse(canonical) : null);
  if (!event.success) return [];
  const { at, resourceRefs } = event.data;
  return resourceRefs.flatMap(({ path, auditVersion }) =>
    path.startsWith("quotas/") ? [{ ref: path, at, auditVersion }] : [],
  );
}
