import * as z from "zod";
import { AccountError, toAccountError } from "./account-error.js";
import type { RestAnswer } from "./send-call.js";

/** Replies of the account API: success is in the code, whatever the HTTP status says (reference 2.1). */
const AccountReply = z.object({ code: z.number(), data: z.unknown().optional() });
/** Replies of the device API (reference 3). Its code may be a word, and its server time stands in a refusal. */
const DeviceReply = z.object({
  success: z.boolean().optional(),
  result: z.unknown().optional(),
  timestamp: z.unknown().optional(),
});

const UNAUTHORIZED = 401;
const TOO_MANY_REQUESTS = 429;
/** A signature's time may be 300 s off; from a minute on the clock is what a person should look at. */
const MAX_SKEW_SEC = 60;
/** Below this a number of seconds is no time of today. */
const FIRST_SERVER_TIME_SEC = 1_500_000_000;

/** Answers: what does a reply of the account API hold? Throws an `AccountError` for anything but a success. */
export function requireAccountData(answer: RestAnswer): unknown {
  if (answer.status === TOO_MANY_REQUESTS) throw new AccountError("TOO_MANY_REQUESTS");
  const reply = AccountReply.safeParse(answer.json);
  if (reply.success && reply.data.code === 200 && answer.status < 300) return reply.data.data;
  if (reply.success && reply.data.code !== 200) throw toAccountError(reply.data.code);
  throw answer.status === UNAUTHORIZED ? new AccountError("LOGIN_REQUIRED") : unreadable(answer);
}

/**
 * Answers: what does a reply of the device API hold? A refused signature is either a wrong clock, which the server's own time
 * shows, or a session that ended. Throws an `AccountError` for anything but a success.
 */
export function requireDeviceResult(answer: RestAnswer, nowMs: number): unknown {
  if (answer.status === TOO_MANY_REQUESTS) throw new AccountError("TOO_MANY_REQUESTS");
  const reply = DeviceReply.safeParse(answer.json);
  if (answer.status === UNAUTHORIZED) {
    const skewSec = skewOf(answer, reply.data?.timestamp, nowMs);
    if (Math.abs(skewSec) > MAX_SKEW_SEC) throw new AccountError("CLOCK_WRONG", `off by ${skewSec} s`);
    throw new AccountError("LOGIN_REQUIRED");
  }
  if (reply.success && reply.data.success === true && answer.status < 300) return reply.data.result;
  const refused = AccountReply.safeParse(answer.json);
  if (refused.success && refused.data.code !== 200) throw toAccountError(refused.data.code);
  throw unreadable(answer);
}

/** Our clock minus the server's, in seconds; 0 when the server names no time. */
function skewOf(answer: RestAnswer, timestamp: unknown, nowMs: number): number {
  const told = typeof timestamp === "number" && timestamp > FIRST_SERVER_TIME_SEC ? timestamp : null;
  // Some servers tell milliseconds.
  const toldMs = told === null ? null : told > 1e11 ? told : told * 1_000;
  const serverMs = toldMs ?? answer.serverTimeMs;
  return serverMs === null ? 0 : Math.round((nowMs - serverMs) / 1_000);
}

function unreadable({ status }: RestAnswer): AccountError {
  return new AccountError("UNREADABLE", `HTTP ${status}`);
}
