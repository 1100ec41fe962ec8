import { REGISTRY } from "../capabilities/registry.js";
import type { AnyCapability } from "../capabilities/registry.js";
import type { Deps } from "../commit/deps.js";
import type { Outcome } from "../commit/outcome.js";
import type { Commit, DocumentQuery, TransactionReads } from "../commit/transactor.js";
import { inTenant } from "../contracts/index.js";
import type {
  Agent,
  AgentActor,
  AgentProposalRequest,
  JsonObject,
  RouteAnswer,
  UtcInstant,
} from "../contracts/index.js";
import { loadDelegations } from "./load-delegations.js";
import { refuseOnRecord } from "./on-record.js";
import type { Occasion } from "./on-record.js";
import { decideSubmission } from "./submit.js";

/** What an enrolled agent asks for, after its envelope was verified. */
export interface AgentSubmission {
  readonly tenantId: string;
  readonly agent: Agent;
  readonly proposal: AgentProposalRequest;
  readonly requestId: string;
  readonly now: UtcInstant;
  /** When the agent queued the request, by its own clock: what it saw is judged by the calendar of that moment. */
  readonly sentAt: UtcInstant;
  /** In which run of its process the agent sent it, where that is known. */
  readonly runId?: string;
  /** True: the request waited for a connection, and what it tells of may be over. The approver reads so. */
  readonly isLate: boolean;
}

/**
 * Does what the agent saw warrant a proposal, and about which record? The agent names a kiln; the studio's records,
 * queried in this transaction, name the firing. The chain of responsibility is the agent, the person who owns it, and the
 * person who lent it the right to ask.
 *
 * Refuses with NOT_PROPOSABLE_BY_AGENT, INVALID_INPUT, NOT_WARRANTED, and everything that `decideSubmission` refuses.
 */
export async function decideAgentSubmission(
  deps: Deps,
  reads: TransactionReads,
  { tenantId, agent, proposal, requestId, now, sentAt, runId, isLate }: AgentSubmission,
): Promise<Commit<Outcome<RouteAnswer<"submitProposal">>>> {
  const actor: AgentActor = { type: "agent", id: agent.agentId, name: agent.name, ownerUid: agent.ownerUid };
  const occasion: Occasion = { tenantId, actor, requestId, now };
  const about = { capabilityId: proposal.capabilityId, input: proposal.request };
  const fromAgent = REGISTRY.get(proposal.capabilityId)?.fromAgent ?? null;
  if (fromAgent === null)
    return refuseOnRecord(
      deps,
      occasion,
      "submit",
      REGISTRY.has(proposal.capabilityId) ? "NOT_PROPOSABLE_BY_AGENT" : "CAPABILITY_UNKNOWN",
      about,
    );

  const request = fromAgent.requestSchema.safeParse(proposal.request);
  if (!request.success)
    return refuseOnRecord(deps, occasion, "submit", "INVALID_INPUT", {
      ...about,
      details: {
        issues: request.error.issues.map(({ path, message }) => ({
          path: `request.${path.join(".")}`,
          problem: message,
        })),
      },
    });

  const found = await runQueries(reads, tenantId, fromAgent.queries(request.data, sentAt));
  const resolved = fromAgent.resolve(request.data, found, sentAt);
  if (resolved.kind === "refused")
    return refuseOnRecord(deps, occasion, "submit", resolved.reason, {
      ...about,
      details: { issues: [{ path: "request", problem: resolved.detail }] },
    });

  return decideSubmission(deps, reads, occasion, {
    actor,
    lent: await loadDelegations(reads, { tenantId, agentId: agent.agentId, now }),
    actChain: [
      { type: "agent", id: agent.agentId, as: "requester", ...(runId === undefined ? {} : { runId }) },
      { type: "human", id: agent.ownerUid, as: "agentOwner" },
    ],
    ownerUid: agent.ownerUid,
    capabilityId: proposal.capabilityId,
    input: resolved.input,
    rationale: proposal.rationale,
    evidence: isLate ? [lateness(sentAt), ...proposal.evidence].slice(0, MAX_EVIDENCE) : proposal.evidence,
  });
}

/** As many as a proposal holds. */
const MAX_EVIDENCE = 20;

function lateness(sentAt: UtcInstant): AgentProposalRequest["evidence"][number] {
  return { kind: "note", ref: "uplink", summary: `Arrived late: the agent saw this at ${sentAt}.`, sha256: null };
}

type Queries = ReturnType<NonNullable<AnyCapability["fromAgent"]>["queries"]>;

function runQueries(reads: TransactionReads, tenantId: string, queries: Queries): Promise<JsonObject[][]> {
  return Promise.all(
    queries.map(async (query: DocumentQuery) => {
      const documents = await reads.query({ ...query, collection: inTenant(tenantId, query.collection) });
      return documents.flatMap(({ data }) => (data === null ? [] : [data]));
    }),
  );
}
