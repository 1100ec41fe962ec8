import type { DocumentChange } from "../commit/document-change.js";
import {
  AuditEvent,
  AuditPayload,
  StoredAuditEvent,
  auditEventRef,
  auditPayloadRef,
  inTenant,
} from "../contracts/index.js";
import type { Actor, ActLink, AuditEventType, JsonObject, ReasonCode, UtcInstant } from "../contracts/index.js";
import { canonicalJson } from "./canonical-json.js";

/** What a use case says about what happened. Everything that it leaves out is null. */
export interface EventDraft {
  readonly tenantId: string;
  readonly type: AuditEventType;
  readonly severity?: AuditEvent["severity"];
  readonly at: UtcInstant;
  readonly actor: Actor;
  /** Absent: the actor's own. */
  readonly actChain?: readonly ActLink[];
  readonly outcome: AuditEvent["outcome"];
  readonly reasonCode?: ReasonCode | null;
  readonly capabilityId?: string | null;
  readonly proposalId?: string | null;
  readonly executionId?: string | null;
  readonly idempotencyKeyHash?: string | null;
  /** Hashed, not stored: what was asked for and what came of it. */
  readonly input?: unknown;
  readonly output?: unknown;
  readonly resourceRefs?: readonly { readonly path: string; readonly auditVersion: number }[];
  readonly controlEpoch?: number | null;
  readonly policyVersion?: number | null;
  readonly requestId: string;
  readonly data?: JsonObject;
  /** Free text of people: kept apart and erasable, referenced by a salted hash. */
  readonly freeText?: JsonObject;
}

/** What a decision may not make up for itself: random ids and a hash function, given as arguments. */
export interface EventMeans {
  readonly eventId: string;
  /** 32 hex digits each. */
  readonly nonce: string;
  readonly salt: string;
  readonly sha256: (text: string) => string;
}

declare const recorded: unique symbol;
/** An event together with the writes that store it. Made by `recordEvent` only. */
export interface RecordedEvent {
  readonly event: AuditEvent;
  readonly changes: readonly DocumentChange[];
  readonly [recorded]: true;
}

/** Who answers for what nobody else asked for (M05.4): the one who acts, and behind an agent the person who owns it. */
const chainOf = ({ type, id, ...rest }: Actor): readonly ActLink[] => [
  { type, id, as: "requester" },
  ...("ownerUid" in rest ? [{ type: "human", id: rest.ownerUid, as: "agentOwner" } as const] : []),
];

/**
 * How is this put on record? Builds the event, its exact canonical bytes, the searchable copies and, apart from them, the
 * erasable free text (M07.1, M07.12). The writes belong into the commit that does what the event tells.
 */
export function recordEvent(draft: EventDraft, means: EventMeans): RecordedEvent {
  const hash = (value: unknown): string | null => (value === undefined ? null : means.sha256(canonicalJson(value)));
  const hasText = draft.freeText !== undefined && Object.keys(draft.freeText).length > 0;
  const event = AuditEvent.parse({
    v: 1,
    eventId: means.eventId,
    tenantId: draft.tenantId,
    type: draft.type,
    severity: draft.severity ?? (draft.outcome === "refused" ? "warning" : "info"),
    at: draft.at,
    actor: draft.actor,
    actChain: draft.actChain ?? chainOf(draft.actor),
    outcome: draft.outcome,
    reasonCode: draft.reasonCode ?? null,
    capabilityId: draft.capabilityId ?? null,
    proposalId: draft.proposalId ?? null,
    executionId: draft.executionId ?? null,
    idempotencyKeyHash: draft.idempotencyKeyHash ?? null,
    inputHash: hash(draft.input),
    outputHash: hash(draft.output),
    resourceRefs: draft.resourceRefs ?? [],
    payloadHash: hasText ? means.sha256(means.salt + canonicalJson(draft.freeText)) : null,
    controlEpoch: draft.controlEpoch ?? null,
    policyVersion: draft.policyVersion ?? null,
    requestId: draft.requestId,
    data: draft.data ?? {},
    nonce: means.nonce,
  });
  const changes: DocumentChange[] = [
    { op: "create", path: inTenant(event.tenantId, auditEventRef(event.eventId)), data: toStored(event) },
  ];
  if (hasText) {
    const payload = AuditPayload.parse({ salt: means.salt, payload: draft.freeText });
    changes.push({
      op: "create",
      path: inTenant(event.tenantId, auditPayloadRef(event.eventId)),
      data: payload,
    });
  }
  return { event, changes } as unknown as RecordedEvent;
}

function toStored(event: AuditEvent): JsonObject {
  return StoredAuditEvent.parse({
    v: 1,
    canonical: canonicalJson(event),
    pending: true,
    type: event.type,
    severity: event.severity,
    at: event.at,
    actorId: event.actor.id,
    actorName: event.actor.name,
    actorType: event.actor.type,
    outcome: event.outcome,
    reasonCode: event.reasonCode,
    capabilityId: event.capabilityId,
    proposalId: event.proposalId,
    requestId: event.requestId,
  }) as JsonObject;
}
