import * as z from "zod";
import { DocId, Sha256Hex, UtcInstant } from "./primitives.js";
import { ReasonCode } from "./reason-codes.js";

/**
 * A message that was refused or could not be handled, whole, so that nothing is lost and it can be driven again. Stored at
 * `deadLetters/{sha256 of the body}` of the tenant it names (of the platform tenant when it names none that exists);
 * written by functions; kept until it is re-driven or its retention ends.
 */
export const DeadLetter = z.strictObject({
  deadLetterId: DocId,
  source: z.enum(["agent-uplink"]),
  reasonCode: ReasonCode,
  detail: z.string().max(500),
  /** The message as it came, base64; cut at `DEAD_LETTER_MAX_BYTES`, and then `isTruncated`. */
  body: z.string(),
  bodySha256: Sha256Hex,
  bodyBytes: z.int().min(0),
  isTruncated: z.boolean(),
  messageId: z.string().max(128),
  deliveryAttempt: z.int().min(0),
  firstSeenAt: UtcInstant,
  lastSeenAt: UtcInstant,
  /** How often this very message came. */
  occurrences: z.int().min(1),
  /** When somebody last drove it again. */
  redrivenAt: UtcInstant.nullable(),
  /** Since when it counts; null: it still waits. */
  acceptedAt: UtcInstant.nullable().default(null),
});
export type DeadLetter = z.infer<typeof DeadLetter>;

/** Firestore's document bound is 1 MiB; base64 of this many bytes leaves room for the rest. */
export const DEAD_LETTER_MAX_BYTES = 512 * 1024;
