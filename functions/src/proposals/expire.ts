import type { Deps } from "../commit/deps.js";
import type { DocumentQuery } from "../commit/transactor.js";
import { inTenant, proposalRef } from "../contracts/index.js";
import type { Actor, ProposalStatus, UtcInstant } from "../contracts/index.js";
import { expiresFrom } from "./lifecycle.js";
import { parseProposal } from "./load.js";
import { stepProposal } from "./on-record.js";

/** How many due proposals one sweep takes of each kind; the rest are there a minute later. */
const EXPIRY_BATCH = 100;
/** How many of them at once. */
const AT_ONCE = 10;

const SWEEP: Actor = { type: "system", id: "expiry-sweep", name: "Expiry sweep" };

/**
 * Puts on record what time alone has ended. It only announces: a proposal is too late to decide on from its instant on,
 * whether or not this has run (M02.7). Each proposal is one transaction of its own, so a click that was there first stands.
 */
export async function sweepExpired(deps: Deps, requestId: string): Promise<{ readonly due: number; expired: number }> {
  const now = deps.clock.now();
  const due = (await Promise.all(dueQueries(now).map((query) => findDue(deps, query)))).flat();
  let expired = 0;
  for (let from = 0; from < due.length; from += AT_ONCE) {
    const batch = due.slice(from, from + AT_ONCE);
    const done = await Promise.all(batch.map((each) => expireIfDue(deps, { ...each, requestId })));
    expired += done.filter((isExpired) => isExpired).length;
  }
  return { due: due.length, expired };
}

const WAITING: readonly ProposalStatus[] = ["pending_approval", "stale", "blocked"];

function dueQueries(now: UtcInstant): DocumentQuery[] {
  const common = { collection: "proposals", isGroup: true, limit: EXPIRY_BATCH };
  return [
    {
      ...common,
      where: [
        { field: "status", op: "in", value: WAITING },
        { field: "expiresAt", op: "<=", value: now },
      ],
    },
    {
      ...common,
      where: [
        { field: "status", op: "==", value: "approved" },
        { field: "approvedUntil", op: "<=", value: now },
      ],
    },
  ];
}

export interface Due {
  readonly tenantId: string;
  readonly proposalId: string;
}

/** Which proposals of which studios does a query over all of them find? */
export function findDue(deps: Deps, query: DocumentQuery): Promise<Due[]> {
  return deps.transactor.transact(async (reads) => ({
    changes: [],
    events: [],
    answer: (await reads.query(query)).flatMap(({ path }): Due[] => {
      const [root, tenantId, , proposalId, ...rest] = path.split("/");
      const isOurs = root === "tenants" && rest.length === 0;
      return isOurs && tenantId !== undefined && proposalId !== undefined ? [{ tenantId, proposalId }] : [];
    }),
  }));
}

/** Is this one still due, as it is now? Then its end is stored, with its event. One read. */
function expireIfDue(deps: Deps, { tenantId, proposalId, requestId }: Due & { requestId: string }): Promise<boolean> {
  return deps.transactor.transact(async (reads) => {
    const [stored] = await reads.get([inTenant(tenantId, proposalRef(proposalId))]);
    const proposal = stored === undefined || stored.data === null ? null : parseProposal(stored);
    const now = deps.clock.now();
    const until = proposal === null ? null : expiresFrom(proposal);
    if (proposal === null || until === null || Date.parse(now) < Date.parse(until))
      return { changes: [], events: [], answer: false };
    const step = stepProposal(
      deps,
      { tenantId, actor: SWEEP, requestId, now },
      proposal,
      { status: "expired" },
      { type: "proposal.expired", data: { operation: "expire", was: proposal.status, until } },
    );
    return { changes: step.changes, events: [step.event], answer: true };
  });
}
