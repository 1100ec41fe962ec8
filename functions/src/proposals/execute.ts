import { recordEvent } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import { accept, refuse } from "../commit/outcome.js";
import type { Outcome } from "../commit/outcome.js";
import type { Commit } from "../commit/transactor.js";
import { ExecutionRecord, executionRef, inTenant } from "../contracts/index.js";
import type {
  PolicyDecision,
  Proposal,
  ProposalStatus,
  ReasonCode,
  RouteAnswer,
  RouteBody,
  StaleField,
} from "../contracts/index.js";
import { applyEffect } from "./apply-effect.js";
import type { IdempotentCommand } from "./command.js";
import { undeclaredWrites } from "./declared-paths.js";
import { executionIdFor, payloadHashOf, readReplay } from "./idempotency.js";
import { judge } from "./judge.js";
import { loadDocuments, loadProposal } from "./load.js";
import { proposalEvent, refuseOnRecord, stepProposal, withPolicy } from "./on-record.js";
import type { Occasion } from "./on-record.js";
import { driftedOutsidePlan, staleFields } from "./plan-effect.js";
import type { TenantDocuments } from "./plan-effect.js";

type Answer = RouteAnswer<"executeProposal">;
type Executing = IdempotentCommand<RouteBody<"executeProposal">>;

/**
 * Apply the approved effect, once? One transaction reads control, proposal, idempotency record and targets, asks the
 * policy, and writes targets, proposal, idempotency record, inverse and audit event: all of it or none (M03.3).
 *
 * The same key again answers `replayed` and writes nothing but a replay event. A refusal that ends the approval is stored
 * with it: STALE_PLAN makes the proposal `stale`, a flipped or engaged kill switch `blocked`, a lapsed approval `expired`.
 */
export function executeProposal(deps: Deps, command: Executing): Promise<Outcome<Answer>> {
  const { actor, tenantId, proposalId, requestId, body, idempotencyKey } = command;
  return deps.transactor.transact(async (reads): Promise<Commit<Outcome<Answer>>> => {
    const occasion: Occasion = { tenantId, actor, requestId, now: deps.clock.now() };
    const loaded = await loadProposal(reads, tenantId, proposalId);
    const { proposal, capability } = loaded;
    if (proposal === null) return refuseOnRecord(deps, occasion, "execute", "NOT_FOUND", { proposalId });

    const executionId = executionIdFor(deps.sha256, tenantId, proposal.capabilityId, idempotencyKey);
    const payloadHash = payloadHashOf(deps.sha256, { operation: "execute", proposalId, planId: body.planId });
    const documents = await loadDocuments(reads, tenantId, [
      executionRef(executionId),
      ...proposal.plan.preconditions.map(({ ref }) => ref),
    ]);
    const stale = staleFields(proposal.plan, documents, deps.sha256);
    const looked = { ifRev: proposal.rev, planId: body.planId, rationale: null, reasonCode: null };
    const policy = judge({
      operation: "execute",
      ...occasion,
      ...loaded,
      review: looked,
      staleFields: stale,
      sha256: deps.sha256,
    });

    const replay = readReplay(documents.get(executionRef(executionId)), payloadHash);
    if (replay.kind === "mismatch")
      return refuseOnRecord(deps, occasion, "execute", "IDEMPOTENCY_PAYLOAD_MISMATCH", { proposal });
    if (replay.kind === "replay") return answerReplay(deps, occasion, proposal, policy);
    if (policy.decision === "deny") return refuseExecution(deps, occasion, proposal, policy, stale);

    const stray = undeclaredWrites(proposal.plan.writes, capability?.metadata.declaredPaths ?? []);
    if (stray.length > 0) return refuseOnRecord(deps, occasion, "execute", "UNDECLARED_WRITE", { proposal });
    return commitEffect(deps, occasion, { proposal, documents, executionId, payloadHash, idempotencyKey, policy });
  });
}

interface Ready {
  readonly proposal: Proposal;
  readonly documents: TenantDocuments;
  readonly executionId: string;
  readonly payloadHash: string;
  readonly idempotencyKey: string;
  readonly policy: PolicyDecision;
}

function commitEffect(deps: Deps, occasion: Occasion, ready: Ready): Commit<Outcome<Answer>> {
  const { proposal, documents, executionId, payloadHash, policy } = ready;
  const { tenantId, actor, now } = occasion;
  const eventId = deps.ids.random();
  const executedBy = { id: actor.id, name: actor.name };
  const applied = applyEffect(tenantId, proposal.plan.writes, documents, eventId);
  const record = ExecutionRecord.parse({
    executionId,
    operation: "execute",
    proposalId: proposal.proposalId,
    payloadHash,
    planId: proposal.plan.planId,
    executedBy,
    executedAt: now,
    eventId,
  });
  const step = stepProposal(
    deps,
    occasion,
    proposal,
    { status: "executed", problem: null, execution: { executionId, executedBy, executedAt: now, eventId } },
    {
      type: "proposal.executed",
      severity: "notice",
      executionId,
      idempotencyKeyHash: deps.sha256(ready.idempotencyKey),
      output: proposal.plan.writes,
      resourceRefs: applied.resourceRefs,
      data: {
        planId: proposal.plan.planId,
        approvers: proposal.reviews.filter(({ voidedAt }) => voidedAt === null).map(({ reviewer }) => reviewer.id),
        preconditionsDrifted: driftedOutsidePlan(proposal.plan, documents),
      },
    },
    {
      eventId,
      changes: [
        ...applied.changes,
        { op: "create", path: inTenant(tenantId, executionRef(executionId)), data: record },
      ],
    },
  );
  return {
    changes: step.changes,
    events: [step.event],
    answer: accept({ proposal: step.proposal, replayed: false, policy }),
  };
}

function answerReplay(
  deps: Deps,
  occasion: Occasion,
  proposal: Proposal,
  policy: PolicyDecision,
): Commit<Outcome<Answer>> {
  if (proposal.rollback !== null) return refuseOnRecord(deps, occasion, "execute", "ROLLED_BACK", { proposal });
  const event = recordEvent(
    { ...proposalEvent(occasion, proposal), type: "proposal.execute_replayed" },
    eventMeans(deps),
  );
  return { changes: [], events: [event], answer: accept({ proposal, replayed: true, policy }) };
}

/** What a refusal does to an approved proposal, beside being put on record. */
const ENDS_APPROVAL: Partial<
  Record<
    ReasonCode,
    { readonly status: ProposalStatus; readonly type: "proposal.went_stale" | "proposal.blocked" | "proposal.expired" }
  >
> = {
  STALE_PLAN: { status: "stale", type: "proposal.went_stale" },
  KILL_SWITCH: { status: "blocked", type: "proposal.blocked" },
  READ_ONLY: { status: "blocked", type: "proposal.blocked" },
  CONTROL_CHANGED: { status: "blocked", type: "proposal.blocked" },
  APPROVAL_EXPIRED: { status: "expired", type: "proposal.expired" },
};

function refuseExecution(
  deps: Deps,
  occasion: Occasion,
  proposal: Proposal,
  policy: PolicyDecision,
  changed: readonly StaleField[],
): Commit<Outcome<Answer>> {
  const reason = policy.reasonCode ?? "INTERNAL";
  const ending = ENDS_APPROVAL[reason];
  const details = reason === "STALE_PLAN" ? { changed: [...changed] } : {};
  if (ending === undefined || proposal.status !== "approved")
    return refuseOnRecord(deps, occasion, "execute", reason, { proposal, policy, details: { ...details, proposal } });
  const detail = policy.trace.find(({ result }) => result === "fail")?.detail ?? reason;
  const step = stepProposal(
    deps,
    occasion,
    proposal,
    { status: ending.status, problem: { code: reason, detail } },
    {
      type: ending.type,
      outcome: "refused",
      reasonCode: reason,
      data: { operation: "execute" },
      // It may quote what a person wrote, the reason of a stop for one.
      freeText: { detail },
    },
  );
  return {
    changes: step.changes,
    events: [step.event],
    answer: refuse(reason, withPolicy({ ...details, proposal: step.proposal }, policy)),
  };
}
