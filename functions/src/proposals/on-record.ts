import { recordEvent } from "../audit/record-event.js";
import type { EventDraft, RecordedEvent } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import { toDocument } from "../commit/document-change.js";
import type { DocumentChange } from "../commit/document-change.js";
import { refuse } from "../commit/outcome.js";
import type { Refused } from "../commit/outcome.js";
import type { Commit } from "../commit/transactor.js";
import {
  MAX_RECIPIENTS,
  Proposal,
  StudioEvent,
  ToldEventType,
  inTenant,
  outboxRef,
  proposalRef,
} from "../contracts/index.js";
import type {
  Actor,
  ApiErrorDetails,
  JsonObject,
  PolicyDecision,
  ReasonCode,
  SelfExclusion,
  UtcInstant,
} from "../contracts/index.js";
import type { PolicyOperation } from "../policy/facts.js";
import { OPERATION_TO, TRANSITIONS, requireTransition } from "./lifecycle.js";

/** How many event ids a proposal carries: the newest ones; the audit log itself has them all. */
const EVENT_IDS_KEPT = 500;

/** What every event of a proposal command has in common. */
export interface Occasion {
  readonly tenantId: string;
  readonly actor: Actor;
  readonly requestId: string;
  readonly now: UtcInstant;
}

export interface ProposalStep {
  readonly proposal: Proposal;
  readonly changes: readonly DocumentChange[];
  readonly event: RecordedEvent;
}

/**
 * One step in a proposal's life together with its event: the new document, and the event that names every document the
 * step changed. Throws on a transition the table does not hold.
 */
export function stepProposal(
  deps: Deps,
  occasion: Occasion,
  before: Proposal,
  patch: Partial<Proposal>,
  draft: Pick<EventDraft, "type"> & Partial<EventDraft>,
  beside: {
    readonly eventId?: string;
    readonly changes?: readonly DocumentChange[];
    /** Whom it concerns, where that is not the request's own chain. */
    readonly recipients?: readonly string[];
  } = {},
): ProposalStep {
  const eventId = beside.eventId ?? deps.ids.random();
  const status = patch.status ?? before.status;
  if (status !== before.status) requireTransition(before.status, status);
  const proposal = Proposal.parse({
    ...before,
    ...patch,
    auditVersion: before.auditVersion + 1,
    auditEventIds: [...before.auditEventIds, eventId].slice(-EVENT_IDS_KEPT),
    lastEventId: eventId,
    updatedAt: occasion.now,
  });
  const event = recordEvent(
    {
      ...proposalEvent(occasion, proposal),
      ...draft,
      resourceRefs: [
        ...(draft.resourceRefs ?? []),
        { path: proposalRef(proposal.proposalId), auditVersion: proposal.auditVersion },
      ],
    },
    eventMeans(deps, eventId),
  );
  return {
    proposal,
    event,
    changes: [
      { op: "set", path: inTenant(proposal.tenantId, proposalRef(proposal.proposalId)), data: toDocument(proposal) },
      ...(beside.changes ?? []),
      ...tell(occasion, proposal, event, beside.recipients ?? peopleOf(proposal)),
    ],
  };
}

/**
 * Whom does this concern beside the one who acts? A row in the outbox, in the same commit: it is published after it, and
 * never without it (M03.10). Nothing where nobody is left to be told.
 */
function tell(
  { tenantId, actor, now }: Occasion,
  proposal: Proposal,
  { event }: RecordedEvent,
  people: readonly string[],
): DocumentChange[] {
  const type = ToldEventType.safeParse(event.type);
  const recipients = [...new Set(people)].filter((id) => id !== actor.id).slice(0, MAX_RECIPIENTS);
  if (!type.success || recipients.length === 0) return [];
  const { eventId } = event;
  const { proposalId } = proposal;
  const row = { eventId, tenantId, type: type.data, at: now, proposalId, actorId: actor.id, recipients };
  return [{ op: "create", path: inTenant(tenantId, outboxRef(eventId)), data: StudioEvent.parse(row) }];
}

const peopleOf = ({ actChain }: Proposal): string[] =>
  actChain.filter((link) => link.type === "human").map(({ id }) => id);

/** Which reviews still stand and are lost when this revision ends: whose, on which revision, and what they said. */
export function lostReviews({ reviews }: Proposal): { reviewer: string; rev: number; decision: string }[] {
  return reviews
    .filter(({ voidedAt }) => voidedAt === null)
    .map(({ reviewer, rev, decision }) => ({ reviewer: reviewer.id, rev, decision }));
}

/** The fields that every event about this proposal shares. */
export function proposalEvent(occasion: Occasion, proposal: Proposal): Omit<EventDraft, "type"> {
  return {
    tenantId: occasion.tenantId,
    at: occasion.now,
    actor: occasion.actor,
    actChain: proposal.actChain,
    outcome: "done",
    capabilityId: proposal.capabilityId,
    proposalId: proposal.proposalId,
    controlEpoch: proposal.controlEpochSeen,
    policyVersion: proposal.policyVersion,
    requestId: occasion.requestId,
    input: proposal.input,
  };
}

/** A refusal is put on record and changes nothing else. */
export function refuseOnRecord(
  deps: Deps,
  occasion: Occasion,
  operation: PolicyOperation,
  reason: ReasonCode,
  about: {
    readonly proposalId?: string;
    readonly proposal?: Proposal | null;
    readonly capabilityId?: string;
    readonly policy?: PolicyDecision;
    readonly details?: ApiErrorDetails;
    readonly input?: unknown;
  },
): Commit<Refused> {
  const proposal = about.proposal ?? null;
  const base: Omit<EventDraft, "type"> =
    proposal === null
      ? {
          tenantId: occasion.tenantId,
          at: occasion.now,
          actor: occasion.actor,
          outcome: "refused",
          requestId: occasion.requestId,
          capabilityId: about.capabilityId ?? null,
          proposalId: about.proposalId ?? null,
          input: about.input,
        }
      : proposalEvent(occasion, proposal);
  const failed = about.policy?.trace.find((line) => line.result === "fail");
  const event = recordEvent(
    {
      ...base,
      type: "proposal.refused",
      outcome: "refused",
      reasonCode: reason,
      severity: reason === "INTENT_CHANGED" || reason === "UNDECLARED_WRITE" ? "alarm" : "warning",
      data: { operation, ...(failed === undefined ? {} : { check: failed.check, trace: outcomesOf(about.policy) }) },
      // A detail may quote what a person wrote, the reason of a stop for one.
      ...(failed === undefined ? {} : { freeText: { detail: failed.detail, trace: detailsOf(about.policy) } }),
    },
    eventMeans(deps),
  );
  const details = { ...explain(reason, operation, proposal), ...about.details };
  return { changes: [], events: [event], answer: refuse(reason, withPolicy(details, about.policy)) };
}

/** What each check came to, for the record that stays; and in what words, for the part that can be erased (M05.4). */
const outcomesOf = (policy: PolicyDecision | undefined): JsonObject =>
  Object.fromEntries((policy?.trace ?? []).map(({ check, result, reasonCode }) => [check, reasonCode ?? result]));
const detailsOf = (policy: PolicyDecision | undefined): JsonObject =>
  Object.fromEntries((policy?.trace ?? []).map(({ check, detail }) => [check, detail]));

/** A decision that comes too late: refused, and the expiry is stored with its event. */
export function expireOnRecord(
  deps: Deps,
  occasion: Occasion,
  operation: PolicyOperation,
  proposal: Proposal,
  policy: PolicyDecision,
): Commit<Refused> {
  const lapsed = stepProposal(
    deps,
    occasion,
    proposal,
    { status: "expired" },
    { type: "proposal.expired", outcome: "refused", reasonCode: "PROPOSAL_EXPIRED", data: { operation } },
  );
  return {
    changes: lapsed.changes,
    events: [lapsed.event],
    answer: refuse("PROPOSAL_EXPIRED", withPolicy({ proposal: lapsed.proposal }, policy)),
  };
}

export function withPolicy(details: ApiErrorDetails | undefined, policy: PolicyDecision | undefined): ApiErrorDetails {
  return { ...details, ...(policy === undefined ? {} : { policy }) };
}

/**
 * What two codes owe their reader: from where to where and what is possible (M01.1), and by which tie (M02.3). Where the caller
 * does not say which, it is the exemption that somebody of the chain granted.
 */
function explain(
  reason: ReasonCode,
  operation: PolicyOperation,
  proposal: Proposal | null,
): Pick<ApiErrorDetails, "from" | "to" | "allowed" | "via"> {
  if (proposal === null) return {};
  if (reason === "INVALID_TRANSITION") {
    const { status } = proposal;
    return { from: status, to: OPERATION_TO[operation], allowed: [...TRANSITIONS[status]] };
  }
  return reason === "SELF_APPROVAL" ? { via: "exemptionGrantor" satisfies SelfExclusion } : {};
}
