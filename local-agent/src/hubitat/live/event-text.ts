/** An event is some 300 bytes. Pieces of one that grow beyond this are none. */
const MAX_PENDING_CHARS = 262_144;

export interface JoinedText {
  /** What has to be kept until the next message. */
  readonly pending: string;
  /** The event that is complete now; undefined: none yet. */
  readonly event: unknown;
  /** True: text was given up that will never become an event. */
  readonly isLost: boolean;
}

/**
 * Answers: which event does this message complete? A hub may split an object over several messages and, gluing it by hand,
 * may write what is no JSON. A message that is an event by itself ends whatever was pending.
 */
export function joinEventText(pending: string, message: string): JoinedText {
  const alone = parse(message);
  if (alone !== undefined) return { pending: "", event: alone, isLost: pending !== "" };
  const joined = pending === "" ? undefined : parse(pending + message);
  if (joined !== undefined) return { pending: "", event: joined, isLost: false };
  if (message.trimStart().startsWith("{")) return keep(message, pending !== "");
  return pending === "" ? { pending: "", event: undefined, isLost: true } : keep(pending + message, false);
}

function keep(pending: string, isLost: boolean): JoinedText {
  const isTooLong = pending.length > MAX_PENDING_CHARS;
  return { pending: isTooLong ? "" : pending, event: undefined, isLost: isLost || isTooLong };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
