import type { ConnectorErrorCode } from "../connector.js";

const RECONNECT_FIRST_MS = 10_000;
const RECONNECT_FACTOR = 1.5;
export const RECONNECT_CAP_MS = 21_600_000;
/** A connection that lived shorter than this does not count as a recovery: the broker may accept and drop in a loop. */
export const RECONNECT_PROOF_MS = 60_000;
/** The delay is spread by a fifth in both directions. */
const JITTER = 0.2;

/** MQTT 5 reasons and MQTT 3.1.1 codes that mean "these credentials, or not now": bad user, not authorized. */
const AUTH_REASONS: ReadonlySet<number> = new Set([4, 5, 134, 135]);
/** Client id refused (seen during rate limiting), banned, quota exceeded, rate exceeded. */
const LIMIT_REASONS: ReadonlySet<number> = new Set([2, 133, 138, 150, 151, 159]);

/** Answers: what does a broker's refusal mean? Anything without a known reason is `UNREACHABLE`. */
export function toConnectionCode(error: unknown): ConnectorErrorCode {
  const reason = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  if (typeof reason === "number" && AUTH_REASONS.has(reason)) return "AUTH";
  if (typeof reason === "number" && LIMIT_REASONS.has(reason)) return "RATE_LIMIT";
  return error instanceof Error && error.message === "connack timeout" ? "TIMEOUT" : "UNREACHABLE";
}

/**
 * Answers: how long until the next attempt? A lost connection: 10 s, growing by half to 6 h. A refusal: 6 h at once, because
 * asking again is what turns a rate limit into a ban of the account. `failures` counts attempts since the last proof of
 * life, from 0; `chance` is in [0, 1).
 */
export function reconnectDelayMs(code: ConnectorErrorCode, failures: number, chance: number): number {
  const isRefusal = code === "AUTH" || code === "RATE_LIMIT";
  const grown = RECONNECT_FIRST_MS * RECONNECT_FACTOR ** Math.min(failures, 60);
  const base = isRefusal ? RECONNECT_CAP_MS : Math.min(RECONNECT_CAP_MS, grown);
  return Math.round(base * (1 - JITTER + 2 * JITTER * chance));
}
