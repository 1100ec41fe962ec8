import type { DecodedFrame } from "./frame.js";
import type { Fault, PendingRequests } from "./pending-requests.js";
import { unsupportedVersion } from "./rpc-channel.js";
import { parseMessage } from "./rpc.js";

export interface InboxEvents {
  /** The robot told data points unasked. */
  readonly onPush: (duid: string, points: ReadonlyMap<number, number>, deviceTime: number | null) => void;
  /** Several frames in a row could not be decrypted: the local key is probably an old one. */
  readonly onStaleKey?: ((duid: string) => void) | undefined;
}

/** A robot that was paired anew has another key: one damaged frame is noise, three in a row are not. */
const BAD_FRAMES_BEFORE_STALE_KEY = 3;

/**
 * Sorts what came from a vacuum: answers to the requests that wait, pushes to whoever listens, and faults to the request that
 * may be missing its answer. Never throws.
 */
export function createInbox(
  pending: PendingRequests,
  events: InboxEvents,
): (duid: string, frame: DecodedFrame) => void {
  const badInARow = new Map<string, number>();

  function countBad(duid: string): void {
    const count = (badInARow.get(duid) ?? 0) + 1;
    badInARow.set(duid, count % BAD_FRAMES_BEFORE_STALE_KEY);
    if (count === BAD_FRAMES_BEFORE_STALE_KEY) events.onStaleKey?.(duid);
  }

  return (duid, frame) => {
    if (frame.kind === "rejected") {
      pending.note(duid, toFault(frame.reason, frame.version));
      if (frame.reason === "DECRYPT_FAILED") countBad(duid);
      return;
    }
    if (frame.kind !== "frame" || frame.payload === null) return;
    badInARow.delete(duid);
    const message = parseMessage(frame.payload);
    if (message === null) {
      pending.note(duid, toFault("NOT_JSON", null));
      return;
    }
    for (const answer of message.answers) pending.settle(duid, answer, message.deviceTime);
    if (message.points.size > 0) events.onPush(duid, message.points, message.deviceTime);
  };
}

function toFault(reason: string, version: string | null): Fault {
  // Three bytes that are no word are no version: then it is noise, not another protocol.
  if (version !== null && !version.startsWith("0x"))
    return { code: "UNSUPPORTED", message: unsupportedVersion(version).message };
  return { code: "BAD_RESPONSE", message: `The vacuum's answer could not be read: ${reason}` };
}
