import { delegationRef, exemptionRef } from "../contracts/index.js";
import type { Proposal } from "../contracts/index.js";
import type { DelegationFacts } from "../policy/delegation.js";
import type { ExemptionFacts } from "../policy/exemption.js";
import { readDelegation, readExemption } from "./load-delegations.js";
import { foreignRefs } from "./plan-effect.js";
import type { TenantDocuments } from "./plan-effect.js";

/** Which documents say on whose rights an execution rests? None for what a person asked for and a full quorum approved. */
export const authorityRefs = ({ delegationId }: Proposal, exemptionId: string | null): readonly string[] => [
  ...(delegationId === null ? [] : [delegationRef(delegationId)]),
  ...(exemptionId === null ? [] : [exemptionRef(exemptionId)]),
];

/**
 * The facts of authority at execution, out of what this transaction read: the grant that the proposal was submitted under as
 * it is now, the exemption that is named, and records that say they are another studio's.
 */
export function authorityOf(
  proposal: Proposal,
  exemptionId: string | null,
  documents: TenantDocuments,
): {
  readonly delegation: DelegationFacts | null;
  readonly exemption: ExemptionFacts | null;
  readonly foreignRefs: readonly string[];
} {
  const { delegationId, plan, actor } = proposal;
  const grant = delegationId === null ? null : readDelegation(documents.get(delegationRef(delegationId)));
  const exemption = exemptionId === null ? null : readExemption(documents.get(exemptionRef(exemptionId)));
  const targets = new Set([...plan.preconditions, ...plan.writes].map(({ ref }) => ref));
  return {
    delegation: {
      candidates: grant === null ? [] : [grant],
      agentId: actor.id,
      targets: plan.writes.map(({ ref }) => ref),
      cents: plan.blastRadius.cents,
      usedLastDay: null,
    },
    exemption: exemptionId === null ? null : { exemptionId, exemption },
    foreignRefs: foreignRefs(proposal, new Map([...documents].filter(([ref]) => targets.has(ref)))),
  };
}
