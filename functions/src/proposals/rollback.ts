import type { Deps } from "../commit/deps.js";
import { refuse } from "../commit/outcome.js";
import type { Outcome } from "../commit/outcome.js";
import type { Commit } from "../commit/transactor.js";
import { executionRef } from "../contracts/index.js";
import type { ConflictField, PolicyDecision, Proposal, RouteAnswer, RouteBody } from "../contracts/index.js";
import { asListed } from "../policy/staff.js";
import { rollbackConflicts } from "./apply-effect.js";
import type { IdempotentCommand } from "./command.js";
import { answerReplay, commitWrites } from "./commit-writes.js";
import { undeclaredWrites } from "./declared-paths.js";
import { executionIdFor, payloadHashOf, readReplay, transactOnce } from "./idempotency.js";
import { judge } from "./judge.js";
import { loadDocuments, loadProposal } from "./load.js";
import { refuseOnRecord, stepProposal, withPolicy } from "./on-record.js";
import type { Occasion } from "./on-record.js";

type Answer = RouteAnswer<"rollbackProposal">;
type RollingBack = IdempotentCommand<RouteBody<"rollbackProposal">>;

/**
 * Take the effect back? Applies the inverse where every touched field still holds what we wrote, in one transaction with
 * its own idempotency record and event. Otherwise nothing is overwritten: the proposal becomes `rollback_conflict`, and
 * the answer holds three columns for each field in the way (M03.6). Stays possible while the studio is stopped.
 */
export function rollbackProposal(deps: Deps, command: RollingBack): Promise<Outcome<Answer>> {
  const { actor, tenantId, proposalId, requestId, body, idempotencyKey } = command;
  return transactOnce(deps, async (reads): Promise<Commit<Outcome<Answer>>> => {
    const loaded = await loadProposal(reads, tenantId, proposalId);
    const by = asListed(loaded.control.tenant, actor);
    const occasion: Occasion = { tenantId, actor: by, requestId, now: deps.clock.now() };
    const { proposal } = loaded;
    if (proposal === null) return refuseOnRecord(deps, occasion, "rollback", "NOT_FOUND", { proposalId });

    const executionId = executionIdFor(deps.sha256, tenantId, proposal.capabilityId, idempotencyKey);
    const payloadHash = payloadHashOf(deps.sha256, { operation: "rollback", proposalId, ...body });
    const documents = await loadDocuments(reads, tenantId, [
      executionRef(executionId),
      ...proposal.plan.writes.map(({ ref }) => ref),
    ]);
    const policy = judge({ operation: "rollback", ...occasion, ...loaded, sha256: deps.sha256 });
    const replay = readReplay(documents.get(executionRef(executionId)), payloadHash);
    if (replay.kind === "mismatch")
      return refuseOnRecord(deps, occasion, "rollback", "IDEMPOTENCY_PAYLOAD_MISMATCH", { proposal });
    if (replay.kind === "replay") return answerReplay(deps, occasion, proposal, "rollback", policy);
    if (policy.decision === "deny")
      return refuseOnRecord(deps, occasion, "rollback", policy.reasonCode ?? "INTERNAL", {
        proposal,
        policy,
        details: { proposal },
      });

    const stray = undeclaredWrites(proposal.plan.inverse, loaded.capability?.metadata.declaredPaths ?? []);
    if (stray.length > 0) return refuseOnRecord(deps, occasion, "rollback", "UNDECLARED_WRITE", { proposal });
    const conflicts = rollbackConflicts(proposal.plan.writes, documents);
    const ready = {
      proposal,
      documents,
      executionId,
      payloadHash,
      idempotencyKey,
      policy,
      quota: null,
      exemption: null,
    };
    return conflicts.length > 0
      ? refuseConflict(deps, occasion, proposal, policy, conflicts)
      : commitWrites(deps, occasion, ready, "rollback", { freeText: { rationale: body.rationale } });
  });
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
