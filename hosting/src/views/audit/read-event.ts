import { AuditEvent } from "@studio-os/functions/contracts";
import type { HistoryEntry } from "../../data/studio-data.js";

/**
 * What an event says by its own bytes. `altered`: a field to search by is not what the bytes say, so somebody wrote past
 * the functions; what is shown then is what the bytes say.
 */
export type EventReading =
  | { readonly kind: "event"; readonly event: AuditEvent; readonly altered: readonly string[] }
  | { readonly kind: "unreadable"; readonly problem: string };

/** Answers: what do the bytes that proofs are computed over say, and do the copies beside them say the same? */
export function readEvent(entry: HistoryEntry): EventReading {
  let json: unknown;
  try {
    json = JSON.parse(entry.canonical);
  } catch {
    return { kind: "unreadable", problem: "its canonical text is not JSON" };
  }
  const parsed = AuditEvent.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return {
      kind: "unreadable",
      problem: issue === undefined ? "unknown shape" : `${issue.path.join(".")}: ${issue.message}`,
    };
  }
  const event = parsed.data;
  const { eventId, type, severity, at, outcome, reasonCode, capabilityId, proposalId, requestId, actor } = event;
  const says = {
    ...{ eventId, type, severity, at, outcome, reasonCode, capabilityId, proposalId, requestId },
    ...{ actorId: actor.id, actorName: actor.name, actorType: actor.type },
  };
  const altered = Object.entries(says).filter(([name, value]) => entry[name as keyof typeof says] !== value);
  return { kind: "event", event, altered: altered.map(([name]) => name) };
}
