import { StudioError } from "../commit/studio-error.js";
import type { ReasonCode } from "../contracts/index.js";
import type { UplinkDelivery } from "./dead-letter.js";
import { isAuthenticPush } from "./push-auth.js";
import type { PushAuthMode, VerifyIdToken } from "./push-auth.js";
import { parsePushBody } from "./push-message.js";

export interface PushRequest {
  readonly method: string;
  readonly authorization: string | undefined;
  /** The parsed JSON body. */
  readonly body: unknown;
}

/** What one push came to. `logged` holds ids and codes only, never a body and never a token. */
export interface PushReply {
  readonly status: 204 | 400 | 403 | 405 | 500 | 503;
  readonly level: "DEBUG" | "NOTICE" | "WARNING" | "ERROR";
  readonly logged: Readonly<Record<string, string | number | boolean>>;
}

export interface PushMeans {
  readonly auth: PushAuthMode;
  readonly verifyIdToken: VerifyIdToken;
  readonly nowMs: () => number;
  /** Takes one delivery in. The reason is that of a refusal, which is stored and final like an acceptance. */
  readonly take: (delivery: UplinkDelivery) => Promise<ReasonCode | null>;
}

/**
 * Is this message dealt with? 204 acknowledges it: accepted, or refused and kept. Every other status makes Pub/Sub deliver
 * it again with growing pauses and at last put it on the dead-letter topic: 503 when the same call may succeed later or
 * nothing can be let in at all, 500 for a defect, 403 and 400 for what Pub/Sub did not send.
 */
export async function receivePush(request: PushRequest, means: PushMeans): Promise<PushReply> {
  if (request.method !== "POST") return { status: 405, level: "WARNING", logged: { event: "push.refused" } };
  if (means.auth.kind === "closed")
    return { status: 503, level: "ERROR", logged: { event: "push.closed", problem: means.auth.problem } };
  if (!(await isAuthenticPush(means.auth, request.authorization, means.nowMs(), means.verifyIdToken)))
    return { status: 403, level: "WARNING", logged: { event: "push.unauthenticated" } };
  const delivery = parsePushBody(request.body);
  if (delivery === null) return { status: 400, level: "WARNING", logged: { event: "push.malformed" } };
  const { requestId, messageId, deliveryAttempt, bodySha256 } = delivery;
  const about = { requestId, messageId, deliveryAttempt, bodySha256 };
  try {
    const refused = await means.take(delivery);
    return refused === null
      ? { status: 204, level: "DEBUG", logged: { event: "push.taken", ...about } }
      : { status: 204, level: "NOTICE", logged: { event: "push.refused", reasonCode: refused, ...about } };
  } catch (error) {
    return failed(error, about);
  }
}

/** Only our own errors have messages that are known to carry no stored value: of any other, the name is all that is told. */
function failed(error: unknown, about: PushReply["logged"]): PushReply {
  const isRetryable = error instanceof StudioError && error.isRetryable;
  const problem = error instanceof StudioError ? `${error.code}: ${error.message}` : nameOf(error);
  return {
    status: isRetryable ? 503 : 500,
    level: isRetryable ? "WARNING" : "ERROR",
    logged: { event: "push.failed", problem, ...about },
  };
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
