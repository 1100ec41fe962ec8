import { eventMeans } from "../commit/deps.js";
import { toHex, utf8 } from "./bytes.js";
import type { EventDocument } from "./event-document.js";
import type { EventProblem } from "./event-problem.js";
import { SEQUENCER } from "./log-alarms.js";
import { recordEvent } from "./record-event.js";
import type { SequencerMeans } from "./sequencer-means.js";

const MAX_NAMED_ID = 128;

/**
 * Sets an event aside that somebody changed before it was sequenced (M07.6): it stays as it is, as evidence, gets no index, and an alarm
 * that names it takes its place in the log. False: somebody else set it aside before.
 */
export function quarantineEvent(
  { deps, requestId, sha256, store }: SequencerMeans,
  tenantId: string,
  event: EventDocument,
  problem: EventProblem,
): Promise<boolean> {
  const { canonical } = event.data;
  const alarm = recordEvent(
    {
      tenantId,
      type: "log.event_refused",
      at: deps.clock.now(),
      actor: SEQUENCER,
      outcome: "refused",
      severity: "alarm",
      requestId,
      data: {
        // Of whoever wrote it: bounded, because an id may be of any length.
        eventId: event.id.slice(0, MAX_NAMED_ID).toWellFormed(),
        problem,
        createTime: event.createTime,
        updateTime: event.updateTime,
        canonicalSha256: typeof canonical === "string" ? toHex(sha256(utf8(canonical))) : null,
      },
    },
    eventMeans(deps),
  );
  return store.setAside(tenantId, event, alarm);
}
