import { REGISTRY } from "../capabilities/registry.js";
import type { AnyCapability } from "../capabilities/registry.js";
import type { PreviewContext } from "../capabilities/capability.js";
import { StudioError } from "../commit/studio-error.js";
import type { StoredDocument, TransactionReads } from "../commit/transactor.js";
import { GLOBAL_CONTROL_PATH, Proposal, controlRef, inTenant, proposalRef } from "../contracts/index.js";
import type { UtcInstant } from "../contracts/index.js";
import { readControls } from "../policy/control.js";
import type { ControlReadings } from "../policy/control.js";
import type { TenantDocuments } from "./plan-effect.js";

export interface LoadedProposal {
  readonly control: ControlReadings;
  readonly proposal: Proposal | null;
  /** null: the registry no longer knows it, which refuses everything but looking. */
  readonly capability: AnyCapability | null;
}

/** The control documents and one proposal, as one transaction sees them: three reads. */
export async function loadProposal(
  reads: TransactionReads,
  tenantId: string,
  proposalId: string,
): Promise<LoadedProposal> {
  const [global, tenant, stored] = await reads.get([
    ...controlPaths(tenantId),
    inTenant(tenantId, proposalRef(proposalId)),
  ]);
  const proposal = stored?.data == null ? null : parseProposal(stored);
  return {
    control: readControls(global?.data ?? null, tenant?.data ?? null),
    proposal,
    capability: proposal === null ? null : (REGISTRY.get(proposal.capabilityId) ?? null),
  };
}

export const controlPaths = (tenantId: string): [string, string] => [
  GLOBAL_CONTROL_PATH,
  inTenant(tenantId, controlRef()),
];

/** A stored proposal that breaks its contract is a defect: nothing is decided on it. */
export function parseProposal(document: StoredDocument): Proposal {
  const parsed = Proposal.safeParse(document.data);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map(({ path }) => path.join(".")).join(", ");
  throw new StudioError("INTERNAL", `${document.path} does not have its shape: ${where}`, { isRetryable: false });
}

/** What a preview may know of the proposal it is for. */
export const previewContext = (
  { proposalId, actor }: Pick<Proposal, "proposalId" | "actor">,
  plannedAt: UtcInstant,
): PreviewContext => ({ proposalId, requestedBy: actor.name, requesterId: actor.id, plannedAt });

/** These documents of the tenant, keyed by their path relative to it. */
export async function loadDocuments(
  reads: TransactionReads,
  tenantId: string,
  refs: readonly string[],
): Promise<TenantDocuments> {
  const unique = [...new Set(refs)];
  const documents = await reads.get(unique.map((ref) => inTenant(tenantId, ref)));
  return new Map(
    unique.flatMap((ref, i): [string, StoredDocument][] => {
      const document = documents[i];
      return document === undefined ? [] : [[ref, document]];
    }),
  );
}
