import type { StoredDocument, TransactionReads } from "../commit/transactor.js";
import { COLLECTIONS, Delegation, Exemption, MAX_LIVE_DELEGATIONS, inTenant } from "../contracts/index.js";
import type { UtcInstant } from "../contracts/index.js";
import type { DelegationFacts } from "../policy/delegation.js";

/** What an agent was lent, and how much of it was used. */
export type Lent = Pick<DelegationFacts, "candidates" | "usedLastDay">;

const DAY_MS = 24 * 3_600_000;

/**
 * Which grants name this agent? The running ones, newest end first; where none runs, the last one that did, so that the
 * refusal can say what became of it. One read for each grant, and one for each that limits the proposals of a day.
 */
export async function loadDelegations(
  reads: TransactionReads,
  { tenantId, agentId, now }: { readonly tenantId: string; readonly agentId: string; readonly now: UtcInstant },
): Promise<Lent> {
  const ofAgent = {
    collection: inTenant(tenantId, COLLECTIONS.delegations),
    orderBy: [{ field: "expiresAt", direction: "desc" as const }],
  };
  const isDelegate = { field: "delegate", op: "==" as const, value: agentId };
  const running = await reads.query({
    ...ofAgent,
    where: [isDelegate, { field: "revokedAt", op: "==", value: null }, { field: "expiresAt", op: ">", value: now }],
    limit: MAX_LIVE_DELEGATIONS,
  });
  const found = running.length > 0 ? running : await reads.query({ ...ofAgent, where: [isDelegate], limit: 1 });
  const candidates = found.flatMap((document) => readDelegation(document) ?? []);
  return { candidates, usedLastDay: await countLastDay(reads, tenantId, candidates, now) };
}

async function countLastDay(
  reads: TransactionReads,
  tenantId: string,
  candidates: readonly Delegation[],
  now: UtcInstant,
): Promise<ReadonlyMap<string, number>> {
  const since = new Date(Date.parse(now) - DAY_MS).toISOString();
  const counts = candidates.map(async ({ delegationId, constraints }): Promise<[string, number][]> => {
    if (constraints.maxPerDay === null) return [];
    const count = await reads.count({
      collection: inTenant(tenantId, COLLECTIONS.proposals),
      where: [
        { field: "delegationId", op: "==", value: delegationId },
        { field: "submittedAt", op: ">", value: since },
      ],
      limit: constraints.maxPerDay,
    });
    return [[delegationId, count]];
  });
  return new Map((await Promise.all(counts)).flat());
}

/** null where there is none, and where what is stored is not a delegation: both lend nothing. */
export function readDelegation(document: StoredDocument | undefined): Delegation | null {
  const parsed = Delegation.safeParse(document?.data ?? null);
  return parsed.success ? parsed.data : null;
}

/** null where there is none, and where what is stored is not an exemption: both waive nothing. */
export function readExemption(document: StoredDocument | undefined): Exemption | null {
  const parsed = Exemption.safeParse(document?.data ?? null);
  return parsed.success ? parsed.data : null;
}
