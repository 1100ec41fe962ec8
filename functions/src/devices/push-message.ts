import { gunzipSync } from "node:zlib";
import * as z from "zod";
import { ENVELOPE_MAX_BYTES } from "../contracts/index.js";
import type { UplinkDelivery } from "./dead-letter.js";
import { sha256Bytes } from "./ed25519.js";

/** Pub/Sub's push body ("wrapped message format"), as far as it is used. */
const PushBody = z.object({
  message: z.object({
    /** Absent on a message that has attributes only. */
    data: z.base64().default(""),
    attributes: z.record(z.string(), z.string()).default({}),
    messageId: z.string().min(1).max(128),
  }),
  /** Sent only where the subscription has a dead-letter policy; the emulator never sends it. */
  deliveryAttempt: z.int().min(0).optional(),
});

/** A correlation id that an agent may give; anything else is replaced, since it ends up in logs and in the record. */
const REQUEST_ID = /^[A-Za-z0-9_.:-]{1,128}$/;
/** Pub/Sub adds it to what it puts on a dead-letter topic. */
const DELIVERY_COUNT_ATTRIBUTE = "CloudPubSubDeadLetterSourceDeliveryCount";

/** What did Pub/Sub push? null: this is no push body, so it did not come from Pub/Sub. */
export function parsePushBody(body: unknown): UplinkDelivery | null {
  const parsed = PushBody.safeParse(body);
  if (!parsed.success) return null;
  const { message, deliveryAttempt } = parsed.data;
  const bytes = inflate(Buffer.from(message.data, "base64"));
  const requestId = message.attributes["requestId"] ?? "";
  return {
    body: bytes,
    bodySha256: sha256Bytes(bytes),
    messageId: message.messageId,
    deliveryAttempt: deliveryAttempt ?? countOf(message.attributes),
    requestId: REQUEST_ID.test(requestId) ? requestId : `pubsub-${message.messageId}`.slice(0, 128),
  };
}

/** Agents compress what they publish; the two bytes that begin gzip (RFC 1952 §2.3.1) begin no JSON. */
const GZIP = Buffer.from([0x1f, 0x8b]);

/**
 * The message before its compression. At most `ENVELOPE_MAX_BYTES` come out, however much is promised; what is no good
 * gzip, or too much, is left as it came, to be refused and kept as it is.
 */
function inflate(bytes: Buffer): Buffer {
  if (!bytes.subarray(0, 2).equals(GZIP)) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: ENVELOPE_MAX_BYTES });
  } catch {
    return bytes;
  }
}

function countOf(attributes: Readonly<Record<string, string>>): number {
  const count = attributes[DELIVERY_COUNT_ATTRIBUTE] ?? "";
  return /^\d{1,6}$/.test(count) ? Number(count) : 0;
}
