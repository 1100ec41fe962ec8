import { recordEvent } from "../audit/record-event.js";
import type { EventDraft } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import { accept } from "../commit/outcome.js";
import type { Outcome } from "../commit/outcome.js";
import type { Commit } from "../commit/transactor.js";
import { ExecutionRecord, executionRef, inTenant } from "../contracts/index.js";
import type {
  EffectWrite,
  ExecutionSummary,
  Exemption,
  PolicyDecision,
  Proposal,
  RouteAnswer,
} from "../contracts/index.js";
import type { Quota } from "../policy/quota.js";
import { applyEffect } from "./apply-effect.js";
import { debitQuota } from "./debit-quota.js";
import { useExemption } from "./use-exemption.js";
import { proposalEvent, stepProposal } from "./on-record.js";
import type { Occasion } from "./on-record.js";
import type { TenantDocuments } from "./plan-effect.js";

type Answer = RouteAnswer<"executeProposal">;
type Execution = ExecutionRecord["operation"];

/** A call that was judged and allowed, with everything that its commit is made of. */
export interface ReadyToCommit {
  readonly proposal: Proposal;
  readonly documents: TenantDocuments;
  readonly executionId: string;
  readonly payloadHash: string;
  readonly idempotencyKey: string;
  readonly policy: PolicyDecision;
  /** What an execution is counted against; null for an undo, which costs nothing. */
  readonly quota: Quota | null;
  /** What it is let through on, and one use of it; null: every requirement was met. */
  readonly exemption: Exemption | null;
}

/**
 * The one place where planned writes become a commit, forwards and backwards: targets, proposal, idempotency record and
 * event, all of it or none.
 */
export function commitWrites(
  deps: Deps,
  occasion: Occasion,
  ready: ReadyToCommit,
  operation: Execution,
  about: Pick<EventDraft, "data" | "freeText">,
): Commit<Outcome<Answer>> {
  const { proposal, documents, executionId, payloadHash, policy, quota } = ready;
  const { tenantId, actor, now } = occasion;
  const eventId = deps.ids.random();
  const writes: readonly EffectWrite[] = operation === "execute" ? proposal.plan.writes : proposal.plan.inverse;
  const applied = applyEffect(tenantId, writes, documents, eventId);
  const debit = debitQuota(quota, occasion, eventId);
  const use = useExemption(ready.exemption, occasion, eventId);
  const done: ExecutionSummary = {
    executionId,
    executedBy: { id: actor.id, name: actor.name },
    executedAt: now,
    eventId,
  };
  const { proposalId, plan } = proposal;
  const record = ExecutionRecord.parse({ ...done, operation, proposalId, payloadHash, planId: plan.planId });
  const step = stepProposal(
    deps,
    occasion,
    proposal,
    {
      problem: null,
      ...(operation === "execute"
        ? { status: "executed", execution: done }
        : { status: "rolled_back", rollback: done }),
    },
    {
      ...about,
      type: operation === "execute" ? "proposal.executed" : "proposal.rolled_back",
      severity: "notice",
      executionId,
      idempotencyKeyHash: deps.sha256(ready.idempotencyKey),
      output: writes,
      resourceRefs: [...applied.resourceRefs, ...debit.resourceRefs, ...use.resourceRefs],
      data: { planId: plan.planId, ...debit.told, ...use.told, ...about.data },
    },
    {
      eventId,
      changes: [
        ...applied.changes,
        ...debit.changes,
        ...use.changes,
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

/** The same call again: answered again, put on record, and without a second effect. */
export function answerReplay(
  deps: Deps,
  occasion: Occasion,
  proposal: Proposal,
  operation: Execution,
  policy: PolicyDecision,
): Commit<Outcome<Answer>> {
  const event = recordEvent(
    { ...proposalEvent(occasion, proposal), type: "proposal.execute_replayed", data: { operation } },
    eventMeans(deps),
  );
  return { changes: [], events: [event], answer: accept({ proposal, replayed: true, policy }) };
}
