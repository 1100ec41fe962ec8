import { recordEvent } from "../audit/record-event.js";
import type { EventDraft, RecordedEvent } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import type { DocumentChange } from "../commit/document-change.js";
import type { Commit, TransactionReads } from "../commit/transactor.js";
import {
  DeadLetter,
  PLATFORM_TENANT_ID,
  auditEventRef,
  deadLetterRef,
  inTenant,
  streamRef,
  tenantPath,
} from "../contracts/index.js";
import type { Actor, Agent, JsonObject, UtcInstant } from "../contracts/index.js";
import { isNewRefusal, keepDeadLetter } from "./dead-letter.js";
import type { UplinkDelivery } from "./dead-letter.js";
import type { RefusedEnvelope } from "./judge-envelope.js";
import { readStored } from "../commit/read-stored.js";

/** Who acts when nobody is proven to have sent it. */
const UPLINK_ACTOR: Actor = { type: "system", id: "agent-uplink", name: "Agent uplink" };

/** The agent as an actor: its name and its owner come from its enrolment, never from what it sends. */
function toAgentActor({ agentId, name, ownerUid }: Agent): Actor {
  return { type: "agent", id: agentId, name, ownerUid };
}

/**
 * How is a refusal put on record? The message is kept whole as a dead letter, with one `envelope.refused` event, in the
 * tenant that it names if there is one, otherwise in the platform tenant; what an agent of another tenant provably signed
 * gives an event there too. A replay is one event however often it comes, and then only counted; it is kept as a dead
 * letter only where its content cannot be shown to be stored.
 */
export async function recordRefusal(
  deps: Deps,
  reads: TransactionReads,
  delivery: UplinkDelivery,
  refusal: RefusedEnvelope,
  now: UtcInstant,
): Promise<Commit<void>> {
  if (refusal.replay !== null) return recordReplay(deps, reads, delivery, { ...refusal, replay: refusal.replay }, now);
  const tenantId = await homeOf(reads, refusal.namedTenantId);
  const path = inTenant(tenantId, deadLetterRef(delivery.bodySha256));
  const before = readStored(DeadLetter, (await reads.get([path]))[0]);
  const letter = keepDeadLetter(before, delivery, refusal, now);
  const { provenAgent } = refusal;
  const isForeign = provenAgent !== null && provenAgent.tenantId !== tenantId;
  const tenants = isForeign ? [tenantId, provenAgent.tenantId] : [tenantId];
  const events = tenants.map((tenant) => recordEvent(draftRefusal(tenant, delivery, refusal, now), eventMeans(deps)));
  return {
    changes: letter === before ? [] : [{ op: "set", path, data: letter }],
    events: isNewRefusal(before, refusal) ? events : [],
    answer: undefined,
  };
}

async function recordReplay(
  deps: Deps,
  reads: TransactionReads,
  delivery: UplinkDelivery,
  refusal: RefusedEnvelope & { replay: NonNullable<RefusedEnvelope["replay"]> },
  now: UtcInstant,
): Promise<Commit<void>> {
  const { envelope, replay } = refusal;
  if (envelope === null) throw new Error("a replay repeats an envelope");
  const { tenantId, agentId, bootId, seq } = envelope;
  // The same number always has the same event id, so that a flood of replays is one event.
  const eventId = `replay-${deps.sha256(`${agentId}\n${bootId}\n${seq}`).slice(0, 40)}`;
  const letterPath = inTenant(tenantId, deadLetterRef(delivery.bodySha256));
  const [event, letter] = await reads.get([inTenant(tenantId, auditEventRef(eventId)), letterPath]);
  const count: DocumentChange = {
    op: "update",
    path: inTenant(tenantId, streamRef(agentId, bootId)),
    fields: { replaysRefused: replay.stream.replaysRefused + 1 },
  };
  const events: RecordedEvent[] = [];
  if (event?.data === null) {
    const draft: EventDraft = { ...draftRefusal(tenantId, delivery, refusal, now), severity: "notice" };
    events.push(recordEvent(draft, eventMeans(deps, eventId)));
  }
  const kept = replay.isStored ? null : keepDeadLetter(readStored(DeadLetter, letter), delivery, refusal, now);
  const changes: DocumentChange[] = kept === null ? [count] : [count, { op: "set", path: letterPath, data: kept }];
  return { changes, events, answer: undefined };
}

/** What a refused message claims is stored as claims; its own words are in the dead letter alone. */
function draftRefusal(
  tenantId: string,
  { bodySha256, messageId, requestId }: UplinkDelivery,
  { reasonCode, envelope, provenAgent, namedTenantId }: RefusedEnvelope,
  at: UtcInstant,
): EventDraft {
  const claims: JsonObject =
    envelope === null
      ? {}
      : { agentId: envelope.agentId, keyId: envelope.keyId, bootId: envelope.bootId, seq: envelope.seq };
  return {
    tenantId,
    type: "envelope.refused",
    at,
    actor: provenAgent === null ? UPLINK_ACTOR : toAgentActor(provenAgent),
    outcome: "refused",
    reasonCode,
    requestId,
    data: { bodySha256, messageId, namedTenantId, ...claims },
  };
}

async function homeOf(reads: TransactionReads, namedTenantId: string | null): Promise<string> {
  if (namedTenantId === null) return PLATFORM_TENANT_ID;
  const [tenant] = await reads.get([tenantPath(namedTenantId)]);
  return tenant?.data == null ? PLATFORM_TENANT_ID : namedTenantId;
}
