import type { Deps } from "../commit/deps.js";
import { refuse } from "../commit/outcome.js";
import type { Outcome } from "../commit/outcome.js";
import type { Commit } from "../commit/transactor.js";
import { executionRef, exemptionRef } from "../contracts/index.js";
import type {
  ApiErrorDetails,
  QuotaStanding,
  JsonObject,
  PolicyDecision,
  Proposal,
  ProposalStatus,
  ReasonCode,
  RouteAnswer,
  RouteBody,
  StaleField,
  UtcInstant,
} from "../contracts/index.js";
import { standing } from "../policy/quota.js";
import type { Quota } from "../policy/quota.js";
import { asListed } from "../policy/staff.js";
import type { IdempotentCommand } from "./command.js";
import { authorityOf, authorityRefs } from "./authority.js";
import { answerReplay, commitWrites } from "./commit-writes.js";
import { undeclaredWrites } from "./declared-paths.js";
import { executionIdFor, payloadHashOf, readReplay, transactOnce } from "./idempotency.js";
import { judge } from "./judge.js";
import { loadDocuments, loadProposal } from "./load.js";
import { readExemption } from "./load-delegations.js";
import { quotaOf, quotaRefsOf } from "./load-quota.js";
import { refuseOnRecord, stepProposal, withPolicy } from "./on-record.js";
import type { Occasion } from "./on-record.js";
import { driftedOutsidePlan, staleFields } from "./plan-effect.js";
import type { TenantDocuments } from "./plan-effect.js";

type Answer = RouteAnswer<"executeProposal">;
type Executing = IdempotentCommand<RouteBody<"executeProposal">>;

/**
 * Apply the approved effect, once? One transaction reads control, proposal, idempotency record and targets, asks the
 * policy, and writes targets, proposal, idempotency record, inverse and audit event: all of it or none (M03.3).
 *
 * The same key again answers `replayed` and writes nothing but a replay event. Another call on the same records that is still
 * under way answers IN_PROGRESS, with Retry-After. A refusal that ends the approval is stored
 * with it: STALE_PLAN makes the proposal `stale`, a flipped or engaged kill switch `blocked`, a lapsed approval `expired`.
 */
export function executeProposal(deps: Deps, command: Executing): Promise<Outcome<Answer>> {
  const { actor, tenantId, proposalId, requestId, body, idempotencyKey } = command;
  return transactOnce(deps, async (reads): Promise<Commit<Outcome<Answer>>> => {
    const loaded = await loadProposal(reads, tenantId, proposalId);
    const by = asListed(loaded.control.tenant, actor);
    const occasion: Occasion = { tenantId, actor: by, requestId, now: deps.clock.now() };
    const { proposal, capability } = loaded;
    if (proposal === null) return refuseOnRecord(deps, occasion, "execute", "NOT_FOUND", { proposalId });

    const executionId = executionIdFor(deps.sha256, tenantId, proposal.capabilityId, idempotencyKey);
    const payloadHash = payloadHashOf(deps.sha256, { operation: "execute", proposalId, ...body });
    const exemptionId = proposal.exemptionId ?? body.exemptionId ?? null;
    const documents = await loadDocuments(reads, tenantId, [
      executionRef(executionId),
      ...authorityRefs(proposal, exemptionId),
      ...quotaRefsOf(proposal, capability),
      ...proposal.plan.preconditions.map(({ ref }) => ref),
    ]);
    const stale = staleFields(proposal.plan, documents, deps.sha256);
    const looked = { ifRev: proposal.rev, planId: body.planId, rationale: null, reasonCode: null };
    const quota = quotaOf(proposal, capability, documents);
    const policy = judge({
      operation: "execute",
      ...occasion,
      signedInAt: command.signedInAt,
      ...loaded,
      review: looked,
      staleFields: stale,
      quota: quota === null ? null : standing(quota, occasion.now),
      ...authorityOf(proposal, exemptionId, documents),
      sha256: deps.sha256,
    });

    const replay = readReplay(documents.get(executionRef(executionId)), payloadHash);
    if (replay.kind === "mismatch")
      return refuseOnRecord(deps, occasion, "execute", "IDEMPOTENCY_PAYLOAD_MISMATCH", { proposal });
    if (replay.kind === "replay")
      return proposal.rollback === null
        ? answerReplay(deps, occasion, proposal, "execute", policy)
        : refuseOnRecord(deps, occasion, "execute", "ROLLED_BACK", { proposal });
    if (policy.decision === "deny") return refuseExecution(deps, occasion, { proposal, policy, stale, quota });

    const stray = undeclaredWrites(proposal.plan.writes, capability?.metadata.declaredPaths ?? []);
    if (stray.length > 0) return refuseOnRecord(deps, occasion, "execute", "UNDECLARED_WRITE", { proposal });
    const exemption = readExemption(documents.get(exemptionRef(exemptionId ?? "")));
    const paid = exemption?.waives.includes("quota") === true ? null : quota;
    const ready = { proposal, documents, executionId, payloadHash, idempotencyKey, policy, quota: paid, exemption };
    return commitWrites(deps, occasion, ready, "execute", { data: aboutExecution(proposal, documents) });
  });
}

/** Whose approvals carried it, and which documents had changed in fields that the plan never looked at. */
function aboutExecution(proposal: Proposal, documents: TenantDocuments): JsonObject {
  return {
    approvers: proposal.reviews.filter(({ voidedAt }) => voidedAt === null).map(({ reviewer }) => reviewer.id),
    preconditionsDrifted: [...driftedOutsidePlan(proposal.plan, documents)],
  };
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

/** Whole seconds from now on, rounded up: whoever waits that long is not too early. */
function secondsUntil(instant: UtcInstant | null, now: UtcInstant): number {
  return instant === null ? 0 : Math.max(0, Math.ceil((Date.parse(instant) - Date.parse(now)) / 1_000));
}

const aboutQuota = (quota: QuotaStanding): Pick<ApiErrorDetails, "quota" | "retryAfterSeconds"> => ({
  quota,
  retryAfterSeconds: Math.ceil(quota.retryAfterMs / 1_000),
});

function refuseExecution(
  deps: Deps,
  occasion: Occasion,
  found: {
    readonly proposal: Proposal;
    readonly policy: PolicyDecision;
    readonly stale: readonly StaleField[];
    readonly quota: Quota | null;
  },
): Commit<Outcome<Answer>> {
  const { proposal, policy } = found;
  const reason = policy.reasonCode ?? "INTERNAL";
  const ending = ENDS_APPROVAL[reason];
  const details = {
    ...(reason === "STALE_PLAN" ? { changed: [...found.stale] } : {}),
    ...(reason === "HOLD_WINDOW" ? { retryAfterSeconds: secondsUntil(proposal.executeNotBefore, occasion.now) } : {}),
    ...(reason === "QUOTA" && found.quota !== null ? aboutQuota(standing(found.quota, occasion.now)) : {}),
  };
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
