import { DEAD_LETTER_MAX_BYTES } from "../contracts/index.js";
import type { DeadLetter, ReasonCode, UtcInstant } from "../contracts/index.js";

/** One message as it came from Pub/Sub, whatever it holds. */
export interface UplinkDelivery {
  readonly body: Uint8Array;
  readonly bodySha256: string;
  /** Pub/Sub's own id: the same for every delivery of one published message. */
  readonly messageId: string;
  /** Which delivery this is, the first being 1; 0 where nobody counts. */
  readonly deliveryAttempt: number;
  readonly requestId: string;
}

export interface DeadLetterCause {
  readonly reasonCode: ReasonCode;
  readonly detail: string;
}

/** Characters of a detail that are kept. */
export const DETAIL_MAX = 500;

/**
 * What is kept of a message that was refused? The whole of it up to `DEAD_LETTER_MAX_BYTES`, named by its own hash, so that
 * the same bytes are one document however often they come. A second delivery of the very message that was counted last
 * returns the document as it is.
 */
export function keepDeadLetter(
  before: DeadLetter | null,
  delivery: UplinkDelivery,
  cause: DeadLetterCause,
  now: UtcInstant,
): DeadLetter {
  const { body, bodySha256, messageId, deliveryAttempt } = delivery;
  const isCounted = before !== null && before.messageId === messageId && before.reasonCode === cause.reasonCode;
  if (isCounted) return before;
  return {
    deadLetterId: bodySha256,
    source: "agent-uplink",
    reasonCode: cause.reasonCode,
    detail: cause.detail.slice(0, DETAIL_MAX),
    body: Buffer.from(body.subarray(0, DEAD_LETTER_MAX_BYTES)).toString("base64"),
    bodySha256,
    bodyBytes: body.length,
    isTruncated: body.length > DEAD_LETTER_MAX_BYTES,
    messageId,
    deliveryAttempt,
    firstSeenAt: before?.firstSeenAt ?? now,
    lastSeenAt: now,
    occurrences: (before?.occurrences ?? 0) + 1,
    redrivenAt: before?.redrivenAt ?? null,
    acceptedAt: before?.acceptedAt ?? null,
  };
}

/** Does this refusal say something that is not on record yet? A flood of one message is one event and a count. */
export function isNewRefusal(before: DeadLetter | null, cause: DeadLetterCause): boolean {
  return before === null || before.reasonCode !== cause.reasonCode;
}

/** The kept message, to be judged again. */
export function toDelivery(deadLetter: DeadLetter, requestId: string): UplinkDelivery {
  const { body, bodySha256, messageId } = deadLetter;
  return { body: Buffer.from(body, "base64"), bodySha256, messageId, deliveryAttempt: 0, requestId };
}
