import { recordEvent } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import { accept, refuse } from "../commit/outcome.js";
import type { Outcome } from "../commit/outcome.js";
import { DeadLetter, controlRef, deadLetterRef, inTenant } from "../contracts/index.js";
import type { HumanActor, ReasonCode, RouteAnswer, UtcInstant } from "../contracts/index.js";
import { DETAIL_MAX, toDelivery } from "./dead-letter.js";
import { refuseOnRecord, refuseRole } from "./enrol-agent.js";
import type { UplinkDeps } from "./ingest-envelope.js";
import { judgeEnvelope } from "./judge-envelope.js";
import type { EnvelopeJudgement } from "./judge-envelope.js";
import { readStored } from "../commit/read-stored.js";

export interface RedriveCommand {
  readonly actor: HumanActor;
  readonly tenantId: string;
  readonly deadLetterId: string;
  readonly requestId: string;
}

/**
 * Does the kept message count today, under today's keys and rules? What it comes to and the mark on the dead letter are one
 * commit, with the event `dead_letter.redriven` by the person who did it. Refused again, it stays with its newest reason.
 *
 * Refuses with ROLE_MISSING, CONTROL_UNREADABLE, and NOT_FOUND where there is no such dead letter; a refusal of the message
 * itself is an answer.
 */
export function redriveDeadLetter(
  deps: UplinkDeps,
  command: RedriveCommand,
): Promise<Outcome<RouteAnswer<"redriveDeadLetter">>> {
  const { actor, tenantId, deadLetterId, requestId } = command;
  return deps.transactor.transact<Outcome<RouteAnswer<"redriveDeadLetter">>>(async (reads) => {
    const path = inTenant(tenantId, deadLetterRef(deadLetterId));
    const [control, stored] = await reads.get([inTenant(tenantId, controlRef()), path]);
    const letter = readStored(DeadLetter, stored);
    const now = deps.clock.now();
    const refusal = refuseRole(control, actor, "redriveDeadLetter") ?? (letter === null ? refuse("NOT_FOUND") : null);
    if (refusal !== null || letter === null)
      return refuseOnRecord(deps, command, refusal ?? refuse("NOT_FOUND"), "redrive", now);
    const { submitAgentProposal } = deps;
    const means = { deps, now, submitAgentProposal, isVouchedFor: true };
    const judged = await judgeEnvelope(reads, toDelivery(letter, requestId), means);
    const isAccepted = judged.kind === "accepted";
    const reasonCode: ReasonCode | null = isAccepted ? judged.commit.answer.proposalRefused : judged.refusal.reasonCode;
    const event = recordEvent(
      {
        tenantId,
        type: "dead_letter.redriven",
        at: now,
        actor,
        outcome: "done",
        reasonCode,
        requestId,
        data: { deadLetterId, isAccepted, keptFor: letter.reasonCode },
      },
      eventMeans(deps),
    );
    const marked: DeadLetter = { ...letter, redrivenAt: now, ...outcomeOf(letter, judged, now) };
    const beside = isAccepted ? judged.commit : { changes: [], events: [] };
    return {
      changes: [...beside.changes, { op: "set", path, data: marked }],
      events: [...beside.events, event],
      answer: accept({ isAccepted, reasonCode }),
    };
  });
}

/** What counts stays counted: that a second try is then refused as a replay says nothing against it. */
function outcomeOf(letter: DeadLetter, judged: EnvelopeJudgement, now: UtcInstant): Partial<DeadLetter> {
  if (judged.kind === "accepted") return { acceptedAt: now };
  const { reasonCode, detail } = judged.refusal;
  return letter.acceptedAt === null ? { reasonCode, detail: detail.slice(0, DETAIL_MAX) } : {};
}
