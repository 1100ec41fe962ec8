/** Every way in which a hub can fail to answer. None of them carries text of the hub: a 401 body may repeat the token. */
export const HUB_FAILURES = [
  "refused",
  "stopped",
  "busy",
  "timeout",
  "unreachable",
  "untrustedCertificate",
  "unauthorized",
  "notFound",
  "notAvailable",
  "rateLimited",
  "unavailable",
  "redirected",
  "tooLarge",
  "empty",
  "html",
  "cutShort",
  "notJson",
  "errorInBody",
  "unexpectedShape",
] as const;
export type HubFailure = (typeof HUB_FAILURES)[number];

interface FailedAnswer {
  readonly kind: "failed";
  readonly failure: HubFailure;
  /** With `rateLimited` alone: how long the hub asks to be left alone, within the bounds of `parseRetryAfterMs`. */
  readonly retryAfterMs?: number;
}
export type HubAnswer<T> = { readonly kind: "ok"; readonly value: T } | FailedAnswer;

export function hubFailed(failure: HubFailure, retryAfterMs?: number): FailedAnswer {
  return { kind: "failed", failure, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

const MIN_RETRY_AFTER_MS = 30_000;
const MAX_RETRY_AFTER_MS = 900_000;

/**
 * Answers: how long does a `Retry-After` ask to wait? Seconds alone are read (RFC 9110 §10.2.3); a date would ask to trust
 * the hub's clock. Anything else, and anything shorter, counts as 30 s; nothing longer than 15 min is believed.
 */
export function parseRetryAfterMs(header: string | undefined): number {
  const seconds = /^\d{1,9}$/.test(header ?? "") ? Number(header) : 0;
  return Math.min(MAX_RETRY_AFTER_MS, Math.max(MIN_RETRY_AFTER_MS, seconds * 1_000));
}

/**
 * Answers: is this HTTP answer a usable one, and if not, why not? The content type is ignored: hubs send JSON as
 * `text/html`. An empty body is a failure and never an empty list; so is a 200 that carries an `error`.
 */
export function parseHubAnswer(status: number, body: string): HubAnswer<unknown> {
  const failure = failureOfStatus(status);
  if (failure !== null) return hubFailed(failure);
  const text = body.trim();
  if (text === "") return hubFailed("empty");
  // The login page, the start page after a reboot, another program on that address.
  if (text.startsWith("<")) return hubFailed("html");
  try {
    const value = JSON.parse(text) as unknown;
    return isErrorObject(value) ? hubFailed("errorInBody") : { kind: "ok", value };
  } catch {
    return hubFailed("notJson");
  }
}

function failureOfStatus(status: number): HubFailure | null {
  if (status === 200) return null;
  if (status === 401) return "unauthorized";
  if (status === 404) return "notFound";
  if (status === 408) return "timeout";
  if (status === 429) return "rateLimited";
  if (status >= 300 && status < 400) return "redirected";
  if (status >= 500) return "unavailable";
  // 400 and 403: the instance does not share this, for example modes.
  return "notAvailable";
}

function isErrorObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.hasOwn(value, "error");
}
