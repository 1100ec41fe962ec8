import type { Deps } from "../commit/deps.js";
import { accept, refuse } from "../commit/outcome.js";
import type { Outcome } from "../commit/outcome.js";
import type { Commit } from "../commit/transactor.js";
import type { HumanActor, RouteAnswer, UtcInstant } from "../contracts/index.js";
import { standing } from "../policy/quota.js";
import { judge } from "./judge.js";
import { authorityOf, authorityRefs } from "./authority.js";
import { loadDocuments, loadProposal } from "./load.js";
import { quotaOf, quotaRefsOf } from "./load-quota.js";
import { staleFields } from "./plan-effect.js";

type Answer = RouteAnswer<"getProposal">;

/** What may this person do with the proposal, now, and why not? The same judge and the same facts as the decisions. */
export function getProposal(
  deps: Deps,
  {
    actor,
    tenantId,
    proposalId,
    signedInAt,
  }: {
    readonly actor: HumanActor;
    readonly tenantId: string;
    readonly proposalId: string;
    readonly signedInAt?: UtcInstant;
  },
): Promise<Outcome<Answer>> {
  return deps.transactor.transact(async (reads): Promise<Commit<Outcome<Answer>>> => {
    const loaded = await loadProposal(reads, tenantId, proposalId);
    const { proposal } = loaded;
    if (proposal === null) return { changes: [], events: [], answer: refuse("NOT_FOUND") };
    const documents = await loadDocuments(reads, tenantId, [
      ...quotaRefsOf(proposal, loaded.capability),
      ...authorityRefs(proposal, proposal.exemptionId),
      ...proposal.plan.preconditions.map(({ ref }) => ref),
    ]);
    const quota = quotaOf(proposal, loaded.capability, documents);
    const now = deps.clock.now();
    const stale = staleFields(proposal.plan, documents, deps.sha256);
    const matter = {
      now,
      tenantId,
      actor,
      signedInAt,
      ...loaded,
      review: "not_given_yet" as const,
      staleFields: stale,
      quota: quota === null ? null : standing(quota, now),
      ...authorityOf(proposal, proposal.exemptionId, documents),
      sha256: deps.sha256,
    };
    return {
      changes: [],
      events: [],
      answer: accept({
        proposal,
        policy: {
          approve: judge({ operation: "approve", ...matter }),
          execute: judge({ operation: "execute", ...matter }),
          // As at the rollback itself: undoing needs nothing waived.
          rollback: judge({ operation: "rollback", ...matter, exemption: null }),
        },
      }),
    };
  });
}
