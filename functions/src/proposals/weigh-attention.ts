import type { DocumentQuery, TransactionReads } from "../commit/transactor.js";
import { COLLECTIONS, inTenant } from "../contracts/index.js";
import type { Actor, Proposal, UtcInstant } from "../contracts/index.js";
import { WAITING_IN_STUDIO_MAX, WAITING_OF_AGENT_MAX, whyHeldBack } from "../policy/attention.js";
import { ATTENTION_QUOTA } from "../policy/quota-definitions.js";
import { quotaRef, standing } from "../policy/quota.js";
import type { Quota } from "../policy/quota.js";
import { toQuota } from "./load-quota.js";

/** What an agent's request costs people, and whether they have it. */
export interface Attention {
  /** What the request is counted against when it is put before people; null: unreadable. */
  readonly quota: Quota | null;
  /** Why it is held back; null: it is not. */
  readonly heldBack: string | null;
}

/**
 * Is there attention left for this agent's request? Three reads: the hour's count, and two counts of what waits. null for
 * people, who are never held back and cost no read. A request that takes the place of a waiting one adds nothing to them.
 */
export async function weighAttention(
  reads: TransactionReads,
  { tenantId, now, actor }: { readonly tenantId: string; readonly now: UtcInstant; readonly actor: Actor },
  superseded: Proposal | null,
): Promise<Attention | null> {
  if (actor.type !== "agent") return null;
  const of = { definition: ATTENTION_QUOTA, value: actor.id };
  const replaced = superseded === null ? 0 : 1;
  const [[document], waitingOfAgent, waitingInStudio] = await Promise.all([
    reads.get([inTenant(tenantId, quotaRef(of))]),
    reads.count(waiting(tenantId, WAITING_OF_AGENT_MAX + replaced, actor.id)),
    reads.count(waiting(tenantId, WAITING_IN_STUDIO_MAX + replaced)),
  ]);
  const quota = toQuota(of, document);
  const facts = {
    waitingOfAgent: waitingOfAgent - replaced,
    waitingInStudio: waitingInStudio - replaced,
    hour: quota === null ? null : standing(quota, now),
  };
  return { quota, heldBack: whyHeldBack(facts) };
}

function waiting(tenantId: string, limit: number, agentId?: string): DocumentQuery {
  return {
    collection: inTenant(tenantId, COLLECTIONS.proposals),
    where: [
      { field: "status", op: "==", value: "pending_approval" },
      ...(agentId === undefined ? [] : [{ field: "actor.id", op: "==" as const, value: agentId }]),
    ],
    limit,
  };
}
