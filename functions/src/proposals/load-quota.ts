import type { AnyCapability } from "../capabilities/registry.js";
import type { StoredDocument } from "../commit/transactor.js";
import type { Proposal } from "../contracts/index.js";
import { QUOTAS } from "../policy/quota-definitions.js";
import { quotaRef, quotaValueOf, readQuota } from "../policy/quota.js";
import type { Quota } from "../policy/quota.js";
import type { TenantDocuments } from "./plan-effect.js";

/** Against which quota is this execution counted? Its document, relative to the tenant; none for an unknown capability. */
export function quotaRefsOf(proposal: Proposal, capability: AnyCapability | null): readonly string[] {
  const definition = capability === null ? undefined : QUOTAS.get(capability.metadata.quotaId);
  return definition === undefined ? [] : [quotaRef({ definition, value: quotaValueOf(definition, proposal) })];
}

/** The quota as this transaction read it. null: nobody can say what is left, which means nothing. */
export function quotaOf(
  proposal: Proposal,
  capability: AnyCapability | null,
  documents: TenantDocuments,
): Quota | null {
  const definition = capability === null ? undefined : QUOTAS.get(capability.metadata.quotaId);
  if (definition === undefined) return null;
  const value = quotaValueOf(definition, proposal);
  return toQuota({ definition, value }, documents.get(quotaRef({ definition, value })));
}

/** A quota and what is stored of it. null: nobody can say what is left. */
export function toQuota(of: Pick<Quota, "definition" | "value">, document: StoredDocument | undefined): Quota | null {
  const stored = document === undefined ? "unreadable" : readQuota(document.data);
  return stored === "unreadable" ? null : { ...of, stored };
}
