import { toDocument } from "../commit/document-change.js";
import type { DocumentChange } from "../commit/document-change.js";
import { inTenant } from "../contracts/index.js";
import type { JsonObject } from "../contracts/index.js";
import { debited, quotaRef } from "../policy/quota.js";
import type { Quota } from "../policy/quota.js";
import type { Occasion } from "./on-record.js";

/** One hit on a quota, for the commit that makes it: what is written, and what its event says of it. */
export interface Debit {
  readonly changes: readonly DocumentChange[];
  readonly resourceRefs: readonly { readonly path: string; readonly auditVersion: number }[];
  readonly told: JsonObject;
}

const FREE: Debit = { changes: [], resourceRefs: [], told: {} };

/** What does this cost? One write; nothing at all where there is no quota. */
export function debitQuota(quota: Quota | null, { tenantId, now }: Occasion, eventId: string): Debit {
  if (quota === null) return FREE;
  const ref = quotaRef(quota);
  const state = debited(quota, now, eventId);
  return {
    changes: [{ op: "set", path: inTenant(tenantId, ref), data: toDocument(state) }],
    resourceRefs: [{ path: ref, auditVersion: state.auditVersion }],
    told: { quota: ref },
  };
}
