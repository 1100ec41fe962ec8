import type { Deps } from "../commit/deps.js";
import type { Outcome } from "../commit/outcome.js";
import type { Commit, TransactionReads } from "../commit/transactor.js";
import {
  Agent,
  AgentHealth,
  AgentStream,
  COLLECTIONS,
  DeviceBoard,
  ObservationBucket,
  agentHealthRef,
  agentRef,
  deviceBoardRef,
  inTenant,
  streamRef,
} from "../contracts/index.js";
import type {
  AgentEnvelope,
  AgentProposalRequest,
  ObservationBatch,
  ReasonCode,
  UtcInstant,
} from "../contracts/index.js";
import { planTelemetry } from "./accept-envelope.js";
import type { StoredTelemetry } from "./accept-envelope.js";
import type { UplinkDelivery } from "./dead-letter.js";
import { verifyEd25519 } from "./ed25519.js";
import { logFiring } from "./log-firing.js";
import { markOf, seqKeyOf } from "./keep-history.js";
import { parseEnvelope } from "./parse-envelope.js";
import { readStored } from "../commit/read-stored.js";
import { checkReplay } from "./replay-window.js";
import { isKeyEnrolled, verifyEnvelope } from "./verify-envelope.js";
import type { AgentRecords } from "./verify-envelope.js";

/** A proposal out of a verified envelope, as it is handed to the one who decides on proposals. */
interface AgentProposalHandover {
  readonly tenantId: string;
  readonly agent: Agent;
  readonly proposal: AgentProposalRequest;
  readonly requestId: string;
  readonly now: UtcInstant;
  readonly sentAt: UtcInstant;
  /** In which run of its process the agent sent it. */
  readonly runId: string;
  /** True: what the agent saw is of the past. */
  readonly isLate: boolean;
}

/** Reads in the envelope's transaction; what it returns is written in the envelope's commit. */
export type SubmitAgentProposal = (
  reads: TransactionReads,
  handover: AgentProposalHandover,
) => Promise<Commit<Outcome<unknown>>>;

export interface AcceptedEnvelope {
  readonly isLate: boolean;
  /** Why the proposal in it was refused, on its own record; null when it was not, or when there is none. */
  readonly proposalRefused: ReasonCode | null;
}

export interface RefusedEnvelope {
  readonly reasonCode: ReasonCode;
  readonly detail: string;
  readonly namedTenantId: string | null;
  readonly envelope: AgentEnvelope | null;
  /** Whose signature it provably bears. */
  readonly provenAgent: Agent | null;
  /** The stream that it repeats, and whether its content is known to be stored already; set with ENVELOPE_REPLAYED only. */
  readonly replay: { readonly stream: AgentStream; readonly isStored: boolean } | null;
}

export type EnvelopeJudgement =
  | { readonly kind: "accepted"; readonly commit: Commit<AcceptedEnvelope> }
  | { readonly kind: "refused"; readonly refusal: RefusedEnvelope };

/** Agents of one id in different tenants that are looked at to find who signed. */
const MAX_NAMESAKES = 10;

/**
 * What does this message come to, read in one transaction? Accepted: everything to write. Refused: why, and nothing to
 * write yet. `isVouchedFor`: an operator drives it again, which lets observations behind the replay window in when their
 * batch is not stored, since then they provably were never counted.
 */
export async function judgeEnvelope(
  reads: TransactionReads,
  delivery: UplinkDelivery,
  means: {
    readonly deps: Deps;
    readonly now: UtcInstant;
    readonly submitAgentProposal: SubmitAgentProposal;
    readonly isVouchedFor: boolean;
  },
): Promise<EnvelopeJudgement> {
  const parsed = parseEnvelope(delivery.body);
  if (parsed.kind === "malformed") {
    const { detail, namedTenantId } = parsed;
    const nobody = { namedTenantId, envelope: null, provenAgent: null, replay: null };
    return { kind: "refused", refusal: { reasonCode: "ENVELOPE_MALFORMED", detail, ...nobody } };
  }
  const { envelope } = parsed;
  const records = await loadAgents(reads, envelope);
  const verdict = verifyEnvelope(parsed, records, means.now, verifyEd25519);
  if (verdict.kind === "refused")
    return refusal(envelope, verdict.reason, verdict.detail, { provenAgent: verdict.provenAgent });
  const { agent, isLate } = verdict;

  const stored = await loadTelemetry(reads, envelope);
  const order = checkReplay(stored.stream, envelope.seq);
  if (order.kind === "replay" && stored.stream !== null) {
    const batch = await findBatch(reads, envelope, stored.stream);
    const replay = { stream: stored.stream, isStored: batch?.mark === markOf(envelope) };
    return refusal(envelope, "ENVELOPE_REPLAYED", `seq ${envelope.seq} was accepted before`, {
      provenAgent: agent,
      replay,
    });
  }
  if (order.kind === "tooOld" && !(means.isVouchedFor && (await isProvablyNew(reads, envelope, stored.stream))))
    return refusal(envelope, "ENVELOPE_TOO_OLD", `seq ${envelope.seq} lies behind the replay window`, {
      provenAgent: agent,
    });

  const window = order.kind === "fresh" ? order.next : null;
  const changes = planTelemetry(stored, { envelope, receivedAt: means.now, isLate, window });
  if (envelope.payload.kind !== "proposal") {
    const { deps, now } = means;
    const firings = await logFiring(deps, reads, envelope, { now, requestId: delivery.requestId });
    const answer = { isLate, proposalRefused: null };
    return { kind: "accepted", commit: { changes: [...changes, ...firings.changes], events: firings.events, answer } };
  }
  const submitted = await means.submitAgentProposal(reads, {
    tenantId: envelope.tenantId,
    agent,
    proposal: envelope.payload.proposal,
    requestId: delivery.requestId,
    now: means.now,
    sentAt: envelope.sentAt,
    runId: envelope.bootId,
    isLate,
  });
  const proposalRefused = submitted.answer.kind === "refused" ? submitted.answer.reason : null;
  return {
    kind: "accepted",
    commit: {
      changes: [...changes, ...submitted.changes],
      events: submitted.events,
      answer: { isLate, proposalRefused },
    },
  };
}

function refusal(
  envelope: AgentEnvelope,
  reasonCode: ReasonCode,
  detail: string,
  proven: Pick<RefusedEnvelope, "provenAgent"> & Partial<Pick<RefusedEnvelope, "replay">>,
): EnvelopeJudgement {
  const namedTenantId = envelope.tenantId;
  return { kind: "refused", refusal: { reasonCode, detail, namedTenantId, envelope, replay: null, ...proven } };
}

async function loadAgents(reads: TransactionReads, envelope: AgentEnvelope): Promise<AgentRecords> {
  const [document] = await reads.get([inTenant(envelope.tenantId, agentRef(envelope.agentId))]);
  const named = readStored(Agent, document);
  if (isKeyEnrolled(envelope, named)) return { named, elsewhere: [] };
  const namesakes = await reads.query({
    collection: COLLECTIONS.agents,
    isGroup: true,
    where: [{ field: "agentId", op: "==", value: envelope.agentId }],
    limit: MAX_NAMESAKES,
  });
  const elsewhere = namesakes.flatMap((namesake) => readStored(Agent, namesake) ?? []);
  return { named, elsewhere: elsewhere.filter(({ tenantId }) => tenantId !== envelope.tenantId) };
}

async function loadTelemetry(reads: TransactionReads, envelope: AgentEnvelope): Promise<StoredTelemetry> {
  const { tenantId, agentId, bootId } = envelope;
  const refs = [streamRef(agentId, bootId), deviceBoardRef(agentId), agentHealthRef(agentId)];
  const [stream, board, health] = await reads.get(refs.map((ref) => inTenant(tenantId, ref)));
  return {
    stream: readStored(AgentStream, stream),
    board: readStored(DeviceBoard, board),
    health: readStored(AgentHealth, health),
  };
}

/** Only observations leave a trace in the history, by which "never counted" can be told from "counted long ago". */
async function isProvablyNew(
  reads: TransactionReads,
  envelope: AgentEnvelope,
  stream: AgentStream | null,
): Promise<boolean> {
  return envelope.payload.kind === "observations" && (await findBatch(reads, envelope, stream)) === null;
}

/** The batch of this number, in the tail of its stream or in the bucket that it went into. */
async function findBatch(
  reads: TransactionReads,
  { tenantId, agentId, bootId, seq }: AgentEnvelope,
  stream: AgentStream | null,
): Promise<ObservationBatch | null> {
  const inTail = stream?.tail.find((batch) => batch.seq === seq);
  if (inTail !== undefined) return inTail;
  const [bucket] = await reads.query({
    collection: inTenant(tenantId, COLLECTIONS.observations),
    where: [{ field: "seqKeys", op: "array-contains", value: seqKeyOf(agentId, bootId, seq) }],
    limit: 1,
  });
  if (bucket === undefined) return null;
  return readStored(ObservationBucket, bucket)?.batches.find((batch) => batch.seq === seq) ?? null;
}
