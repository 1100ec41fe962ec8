import { INITIAL_BREAKER, mayCall, recordFailure, recordSuccess } from "../circuit-breaker.js";
import { ConnectorError } from "../connector.js";
import type { ConnectorErrorCode, ConnectorHealth } from "../connector.js";
import type { HubFailure } from "./hub-answer.js";

/** A success longer ago than this says nothing about the hub's health now. */
export const HEALTHY_FOR_MS = 15 * 60_000;
/** A token that was refused is refused again: only a person can mend it, and the hub is asked rarely until then. */
const REFUSED_TOKEN_PAUSE_MS = 300_000;
const LONGEST_PAUSE_MS = 900_000;

/** What each failure means to the agent, in a sentence without an address, a token or text of the hub. */
const FAILURES: Readonly<Record<HubFailure, readonly [ConnectorErrorCode, string]>> = {
  refused: ["REFUSED", "the request was not one of the allowed reads and was not sent"],
  stopped: ["UNREACHABLE", "the connector was stopped before the hub answered"],
  busy: ["RATE_LIMIT", "too many questions wait for the hub already"],
  timeout: ["TIMEOUT", "the hub did not answer in time"],
  unreachable: ["UNREACHABLE", "no connection to the hub: it is off, restarting, or at another address"],
  untrustedCertificate: ["UNREACHABLE", "the hub's certificate is not the trusted one; pin it in the configuration"],
  unauthorized: ["AUTH", "the hub refuses the access token; a new one may have been made in the Maker API app"],
  notFound: ["BAD_RESPONSE", "the hub knows no Maker API instance of this number"],
  notAvailable: ["UNSUPPORTED", "the Maker API instance does not share this"],
  rateLimited: ["RATE_LIMIT", "the hub asks for fewer requests"],
  unavailable: ["BAD_RESPONSE", "the hub answered with a server error: it is starting, or the instance is disabled"],
  redirected: ["BAD_RESPONSE", "the hub answered with a redirect, which is never followed"],
  tooLarge: ["BAD_RESPONSE", "the answer is larger than 16 MiB"],
  empty: ["BAD_RESPONSE", "the answer is empty"],
  html: ["BAD_RESPONSE", "the answer is a web page, not Maker API: the hub is starting, or the address is another's"],
  cutShort: ["BAD_RESPONSE", "the answer was cut off, twice"],
  notJson: ["BAD_RESPONSE", "the answer is not JSON, twice"],
  errorInBody: ["BAD_RESPONSE", "the hub reported an error with a success code"],
  unexpectedShape: ["BAD_RESPONSE", "the answer is JSON but not the expected list"],
};

/** Whether the hub may be asked, and how asking it went. */
export interface HubAccess {
  /** Throws while the hub is to be left alone. `isProbe`: this is the one careful question after a pause. */
  requirePermit(): { readonly isProbe: boolean };
  /** True: nothing speaks against a question that nobody waits for. */
  isAtEase(): boolean;
  succeeded(): void;
  /** Counts the failure, and gives the error to reject with. */
  failed(failure: HubFailure, retryAfterMs?: number): ConnectorError;
  health(): ConnectorHealth;
}

export function createHubAccess(nowMs: () => number, chance: () => number): HubAccess {
  let breaker = INITIAL_BREAKER;
  let lastSuccessMs: number | null = null;
  let lastError: ConnectorErrorCode | null = null;
  let consecutiveFailures = 0;
  /** While the hub asks to be left alone, or has refused the token: which code that was, and until when. */
  let pause: { readonly code: ConnectorErrorCode; readonly untilMs: number } | null = null;

  function pausedFor(): ConnectorErrorCode | null {
    // A pause that ends further away than it can be long means that the clock was set back.
    const remainingMs = pause === null ? 0 : pause.untilMs - nowMs();
    return pause !== null && remainingMs > 0 && remainingMs <= LONGEST_PAUSE_MS ? pause.code : null;
  }

  function state(): ConnectorHealth["state"] {
    if (breaker.phase !== "closed") return "down";
    const isRecent = lastSuccessMs !== null && nowMs() - lastSuccessMs <= HEALTHY_FOR_MS;
    return isRecent && consecutiveFailures === 0 ? "healthy" : "degraded";
  }

  return {
    requirePermit: () => {
      const code = pausedFor();
      if (code !== null)
        throw new ConnectorError(code, "hubitat: the hub refused the last request and is left alone for a while");
      const permit = mayCall(breaker, nowMs());
      breaker = permit.state;
      if (!permit.allowed) {
        throw new ConnectorError("UNREACHABLE", "hubitat: the hub is given a pause after repeated failures");
      }
      return { isProbe: breaker.phase === "half_open" };
    },
    isAtEase: () => breaker.phase === "closed" && consecutiveFailures === 0 && pausedFor() === null,
    succeeded: () => {
      lastSuccessMs = nowMs();
      breaker = recordSuccess(breaker, lastSuccessMs);
      [consecutiveFailures, lastError, pause] = [0, null, null];
    },
    failed: (failure, retryAfterMs = 0) => {
      const [code, sentence] = FAILURES[failure];
      const pauseMs = failure === "unauthorized" ? REFUSED_TOKEN_PAUSE_MS : retryAfterMs;
      if (pauseMs > 0) pause = { code, untilMs: nowMs() + pauseMs };
      if (failure !== "stopped") {
        breaker = recordFailure(breaker, nowMs(), chance());
        lastError = code;
        consecutiveFailures += 1;
      }
      return new ConnectorError(code, `hubitat: ${sentence}`);
    },
    health: () => ({
      state: state(),
      lastSuccessAt: lastSuccessMs === null ? null : new Date(lastSuccessMs).toISOString(),
      lastError,
      consecutiveFailures,
      breaker: breaker.phase,
    }),
  };
}
