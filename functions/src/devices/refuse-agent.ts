import { recordEvent } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import type { DocumentChange } from "../commit/document-change.js";
import { refuse } from "../commit/outcome.js";
import type { Refused } from "../commit/outcome.js";
import type { Commit, TransactionReads } from "../commit/transactor.js";
import { PLATFORM_TENANT_ID, auditEventRef, inTenant, tenantPath } from "../contracts/index.js";
import type { Actor, Agent, ReasonCode, UtcInstant } from "../contracts/index.js";

/** A machine that asks for something by a proof, before the proof is known to hold. */
export interface UnprovenCommand {
  readonly tenantId: string;
  readonly agentId: string;
  readonly requestId: string;
}

/** Who acts while nobody has proven anything. */
const NOBODY: Actor = { type: "system", id: "agent-enrolment", name: "Agent enrolment" };

export interface RefusedProof {
  readonly operation: "enrol" | "rotate";
  readonly reason: ReasonCode;
  /** The agent whose enrolled key provably signed. */
  readonly agent: Agent | null;
  /** What the refusal itself changes, and the document with the version that it gets: every try counts. */
  readonly counted: { readonly change: DocumentChange; readonly ref: string; readonly auditVersion: number } | null;
}

/**
 * How is a refused machine put on record? What counts a try is an event each time, and a code bears five. What could be
 * repeated without end by anybody is one event an hour for each studio, operation and reason; a studio that does not exist
 * has no record, so the platform's takes it.
 */
export async function refuseProof(
  deps: Deps,
  reads: TransactionReads,
  { tenantId, agentId, requestId }: UnprovenCommand,
  { operation, reason, agent, counted }: RefusedProof,
  now: UtcInstant,
): Promise<Commit<Refused>> {
  const [tenant] = await reads.get([tenantPath(tenantId)]);
  const home = tenant?.data == null ? PLATFORM_TENANT_ID : tenantId;
  const hourly = deps.sha256([home, operation, reason, now.slice(0, 13)].join("|")).slice(0, 20);
  const eventId = counted === null ? hourly : deps.ids.random();
  const [known] = await reads.get([inTenant(home, auditEventRef(eventId))]);
  if (known?.data != null) return { changes: [], events: [], answer: refuse(reason) };
  const event = recordEvent(
    {
      tenantId: home,
      type: "agent.refused",
      at: now,
      actor: agent === null ? NOBODY : { type: "agent", id: agent.agentId, name: agent.name, ownerUid: agent.ownerUid },
      outcome: "refused",
      reasonCode: reason,
      resourceRefs: counted === null ? [] : [{ path: counted.ref, auditVersion: counted.auditVersion }],
      requestId,
      data: { operation, agentId },
    },
    eventMeans(deps, eventId),
  );
  return { changes: counted === null ? [] : [counted.change], events: [event], answer: refuse(reason) };
}
