import { recordEvent } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import { accept, refuse } from "../commit/outcome.js";
import type { Outcome } from "../commit/outcome.js";
import type { Commit } from "../commit/transactor.js";
import { ExecutionRecord, executionRef, inTenant } from "../contracts/index.js";
import type { ConflictField, PolicyDecision, Proposal, RouteAnswer, RouteBody } from "../contracts/index.js";
import { applyEffect, rollbackConflicts } from "./apply-effect.js";
import type { IdempotentCommand } from "./command.js";
import { undeclaredWrites } from "./declared-paths.js";
import { executionIdFor, payloadHashOf, readReplay } from "./idempotency.js";
import { judge } from "./judge.js";
import { loadDocuments, loadProposal } from "./load.js";
import { proposalEvent, refuseOnRecord, stepProposal, withPolicy } from "./on-record.js";
import type { Occasion } from "./on-record.js";
import type { TenantDocuments } from "./plan-effect.js";

type Answer = RouteAnswer<"rollbackProposal">;
type RollingBack = IdempotentCommand<RouteBody<"rollbackProposal">>;

/**
 * Take the effect back? Applies the inverse where every touched field still holds what we wrote, in one transaction with
 * its own idempotency record and event. Otherwise nothing is overwritten: the proposal becomes `rollback_conflict`, and
 * the answer holds three columns for each field in the way (M03.6). Stays possible while the studio is stopped.
 */
export function rollbackProposal(deps: Deps, command: RollingBack): Promise<Outcome<Answer>> {
  const { actor, tenantId, proposalId, requestId, body, idempotencyKey } = command;
  return deps.transactor.transact(async (reads): Promise<Commit<Outcome<Answer>>> => {
    const occasion: Occasion = { tenantId, actor, requestId, now: deps.clock.now() };
    const loaded = await loadProposal(reads, tenantId, proposalId);
    const { proposal } = loaded;
    if (proposal === null) return refuseOnRecord(deps, occasion, "rollback", "NOT_FOUND", { proposalId });

    const executionId = executionIdFor(deps.sha256, tenantId, proposal.capabilityId, idempotencyKey);
    const payloadHash = payloadHashOf(deps.sha256, { operation: "rollback", proposalId });
    const documents = await loadDocuments(reads, tenantId, [
      executionRef(executionId),
      ...proposal.plan.writes.map(({ ref }) => ref),
    ]);
    const policy = judge({ operation: "rollback", ...occasion, ...loaded, sha256: deps.sha256 });
    const replay = readReplay(documents.get(executionRef(executionId)), payloadHash);
    if (replay.kind === "mismatch")
      return refuseOnRecord(deps, occasion, "rollback", "IDEMPOTENCY_PAYLOAD_MISMATCH", { proposal });
    if (replay.kind === "replay") return answerReplay(deps, occasion, proposal, policy);
    if (policy.decision === "deny")
      return refuseOnRecord(deps, occasion, "rollback", policy.reasonCode ?? "INTERNAL", {
        proposal,
        policy,
        details: { proposal },
      });

    const stray = undeclaredWrites(proposal.plan.inverse, loaded.capability?.metadata.declaredPaths ?? []);
    if (stray.length > 0) return refuseOnRecord(deps, occasion, "rollback", "UNDECLARED_WRITE", { proposal });
    const conflicts = rollbackConflicts(proposal.plan.writes, documents);
    const ready = { proposal, documents, executionId, payloadHash, rationale: body.rationale, idempotencyKey, policy };
    return conflicts.length > 0
      ? refuseConflict(deps, occasion, proposal, policy, conflicts)
      : commitInverse(deps, occasion, ready);
  });
}

interface Ready {
  readonly proposal: Proposal;
  readonly documents: TenantDocuments;
  readonly executionId: string;
  readonly payloadHash: string;
  readonly idempotencyKey: string;
  readonly rationale: string;
  readonly policy: PolicyDecision;
}

function commitInverse(deps: Deps, occasion: Occasion, ready: Ready): Commit<Outcome<Answer>> {
  const { proposal, executionId, payloadHash, policy } = ready;
  const { tenantId, actor, now } = occasion;
  const eventId = deps.ids.random();
  const executedBy = { id: actor.id, name: actor.name };
  const applied = applyEffect(tenantId, proposal.plan.inverse, ready.documents, eventId);
  const record = ExecutionRecord.parse({
    executionId,
    operation: "rollback",
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
    { status: "rolled_back", problem: null, rollback: { executionId, executedBy, executedAt: now, eventId } },
    {
      type: "proposal.rolled_back",
      severity: "notice",
      executionId,
      idempotencyKeyHash: deps.sha256(ready.idempotencyKey),
      output: proposal.plan.inverse,
      resourceRefs: applied.resourceRefs,
      data: { planId: proposal.plan.planId },
      freeText: { rationale: ready.rationale },
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

function refuseConflict(
  deps: Deps,
  occasion: Occasion,
  proposal: Proposal,
  policy: PolicyDecision,
  conflicts: readonly ConflictField[],
): Commit<Outcome<Answer>> {
  const detail = `changed since by somebody else: ${conflicts.map(({ ref, field }) => `${ref} ${field}`).join(", ")}`;
  const step = stepProposal(
    deps,
    occasion,
    proposal,
    { status: "rollback_conflict", problem: { code: "ROLLBACK_CONFLICT", detail: detail.slice(0, 500) } },
    { type: "proposal.rollback_conflicted", outcome: "refused", reasonCode: "ROLLBACK_CONFLICT", output: conflicts },
  );
  return {
    changes: step.changes,
    events: [step.event],
    answer: refuse("ROLLBACK_CONFLICT", withPolicy({ conflicts: [...conflicts], proposal: step.proposal }, policy)),
  };
}

function answerReplay(
  deps: Deps,
  occasion: Occasion,
  proposal: Proposal,
  policy: PolicyDecision,
): Commit<Outcome<Answer>> {
  const event = recordEvent(
    { ...proposalEvent(occasion, proposal), type: "proposal.execute_replayed", data: { operation: "rollback" } },
    eventMeans(deps),
  );
  return { changes: [], events: [event], answer: accept({ proposal, replayed: true, policy }) };
}
