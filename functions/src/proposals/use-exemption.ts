import { toDocument } from "../commit/document-change.js";
import { exemptionRef, inTenant } from "../contracts/index.js";
import type { Exemption } from "../contracts/index.js";
import type { Debit } from "./debit-quota.js";
import type { Occasion } from "./on-record.js";

/** One use of an exemption, in the commit that stands on it. One write; nothing at all where none was needed. */
export function useExemption(exemption: Exemption | null, { tenantId }: Occasion, eventId: string): Debit {
  if (exemption === null) return { changes: [], resourceRefs: [], told: {} };
  const { exemptionId, uses, maxUses } = exemption;
  const ref = exemptionRef(exemptionId);
  const auditVersion = exemption.auditVersion + 1;
  const used: Exemption = { ...exemption, uses: uses + 1, auditVersion, lastEventId: eventId };
  return {
    changes: [{ op: "set", path: inTenant(tenantId, ref), data: toDocument(used) }],
    resourceRefs: [{ path: ref, auditVersion }],
    told: { exemptionId, exemptionUses: `${used.uses} of ${maxUses}` },
  };
}
