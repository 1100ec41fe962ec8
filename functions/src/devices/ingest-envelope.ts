import { accept, refuse } from "../commit/outcome.js";
import type { Outcome } from "../commit/outcome.js";
import type { Deps } from "../commit/deps.js";
import type { UplinkDelivery } from "./dead-letter.js";
import { judgeEnvelope } from "./judge-envelope.js";
import type { AcceptedEnvelope, SubmitAgentProposal } from "./judge-envelope.js";
import { parseEnvelope } from "./parse-envelope.js";
import { recordRefusal } from "./record-refusal.js";

/** What the uplink takes from the world, and whom it hands proposals to. */
export interface UplinkDeps extends Deps {
  readonly submitAgentProposal: SubmitAgentProposal;
}

/**
 * Does this message of an agent count? One transaction: accepted, it is stored and counted, with the proposal that it
 * carries; refused, it changes nothing, is kept whole and is on record. Both are final, so both are acknowledged: a message
 * that is refused once would be refused for ever.
 *
 * Idempotency key: `(agentId, bootId, seq)`, recorded in the stream. Refuses with the reasons of `verifyEnvelope`,
 * ENVELOPE_MALFORMED, ENVELOPE_REPLAYED and ENVELOPE_TOO_OLD. Throws `StudioError` when it could not be decided.
 */
export function ingestEnvelope(deps: UplinkDeps, delivery: UplinkDelivery): Promise<Outcome<AcceptedEnvelope>> {
  return deps.transactor.transact<Outcome<AcceptedEnvelope>>(async (reads) => {
    const now = deps.clock.now();
    const { submitAgentProposal } = deps;
    const judged = await judgeEnvelope(reads, delivery, { deps, now, submitAgentProposal, isVouchedFor: false });
    if (judged.kind === "accepted") return { ...judged.commit, answer: accept(judged.commit.answer) };
    const commit = await recordRefusal(deps, reads, delivery, judged.refusal, now);
    return { ...commit, answer: refuse(judged.refusal.reasonCode) };
  });
}

/**
 * Keeps what Pub/Sub gave up on, unjudged: every attempt to decide on it failed, so it waits for an operator under
 * DELIVERY_EXHAUSTED and is on record. Idempotency key: the hash of the message.
 */
export function keepExhausted(deps: Deps, delivery: UplinkDelivery): Promise<void> {
  const parsed = parseEnvelope(delivery.body);
  const envelope = parsed.kind === "parsed" ? parsed.envelope : null;
  const namedTenantId = parsed.kind === "parsed" ? parsed.envelope.tenantId : parsed.namedTenantId;
  const refusal = {
    reasonCode: "DELIVERY_EXHAUSTED",
    detail: `given up after ${delivery.deliveryAttempt} deliveries`,
    namedTenantId,
    envelope,
    provenAgent: null,
    replay: null,
  } as const;
  return deps.transactor.transact((reads) => recordRefusal(deps, reads, delivery, refusal, deps.clock.now()));
}
