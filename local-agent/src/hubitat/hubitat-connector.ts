import { INITIAL_BREAKER, mayCall, recordFailure, recordSuccess } from "../circuit-breaker.js";
import { ConnectorError } from "../connector.js";
import type { Connector, ConnectorErrorCode, ConnectorHealth, StatusSnapshot } from "../connector.js";
import type { HubAnswer, HubFailure } from "./hub-answer.js";
import { createHubitatClient } from "./hubitat-client.js";
import type { HubitatClient } from "./hubitat-client.js";
import type { HubitatConfig } from "./hubitat-config.js";
import { modeStatus, toSnapshot } from "./to-snapshot.js";

/** A token that was refused is refused again: only a person can mend it, and the hub is asked rarely until then. */
const REFUSED_TOKEN_PAUSE_MS = 300_000;
const LONGEST_PAUSE_MS = 900_000;

/** A success longer ago than this says nothing about the hub's health now. */
export const HEALTHY_FOR_MS = 15 * 60_000;

export interface HubitatConnectorDeps {
  readonly nowMs: () => number;
  /** In [0, 1): jitters the breaker's back-off. */
  readonly chance: () => number;
  /** Told when entries of an answer could not be read. */
  readonly onSkipped?: (skipped: number) => void;
}

export interface HubitatConnector extends Connector {
  /** The last snapshot that was read, with the times at which it was; null before the first. A failure never changes it. */
  lastSnapshot(): StatusSnapshot | null;
}

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

/**
 * The hub as a connector of the agent: reads, reports its health, refuses everything else. null configuration: it says
 * `not_configured` and reads nothing. Calls that overlap share one request; an open breaker keeps the hub in peace.
 */
export function createHubitatConnector(config: HubitatConfig | null, deps: HubitatConnectorDeps): HubitatConnector {
  let client = config === null ? null : createHubitatClient(config);
  let breaker = INITIAL_BREAKER;
  let inFlight: Promise<StatusSnapshot> | null = null;
  let snapshot: StatusSnapshot | null = null;
  let lastSuccessMs: number | null = null;
  let lastError: ConnectorErrorCode | null = null;
  let consecutiveFailures = 0;
  /** While the hub asks to be left alone, or has refused the token: which code that was, and until when. */
  let pause: { readonly code: ConnectorErrorCode; readonly untilMs: number } | null = null;

  async function readOnce(configured: HubitatConfig, hub: HubitatClient): Promise<StatusSnapshot> {
    requireNoPause();
    const permit = mayCall(breaker, deps.nowMs());
    breaker = permit.state;
    if (!permit.allowed) throw new ConnectorError("UNREACHABLE", "the hub is given a pause after repeated failures");
    const isProbe = breaker.phase === "half_open";
    const answer = await readHub(configured, hub, isProbe, deps);
    if (answer.kind === "failed") throw failed(answer.failure, answer.retryAfterMs);
    const nowMs = deps.nowMs();
    breaker = recordSuccess(breaker, nowMs);
    lastSuccessMs = nowMs;
    consecutiveFailures = 0;
    lastError = null;
    pause = null;
    snapshot = answer.value;
    return answer.value;
  }

  function requireNoPause(): void {
    // A pause that ends further away than it can be long means that the clock was set back.
    const remainingMs = pause === null ? 0 : pause.untilMs - deps.nowMs();
    if (pause === null || remainingMs <= 0 || remainingMs > LONGEST_PAUSE_MS) return;
    throw new ConnectorError(pause.code, "hubitat: the hub refused the last request and is left alone for a while");
  }

  function failed(failure: HubFailure, retryAfterMs = 0): ConnectorError {
    const [code, sentence] = FAILURES[failure];
    const pauseMs = failure === "unauthorized" ? REFUSED_TOKEN_PAUSE_MS : retryAfterMs;
    if (pauseMs > 0) pause = { code, untilMs: deps.nowMs() + pauseMs };
    if (failure !== "stopped") {
      breaker = recordFailure(breaker, deps.nowMs(), deps.chance());
      lastError = code;
      consecutiveFailures += 1;
    }
    return new ConnectorError(code, `hubitat: ${sentence}`);
  }

  function healthState(): ConnectorHealth["state"] {
    if (config === null) return "not_configured";
    if (breaker.phase !== "closed") return "down";
    const isRecent = lastSuccessMs !== null && deps.nowMs() - lastSuccessMs <= HEALTHY_FOR_MS;
    return isRecent && consecutiveFailures === 0 ? "healthy" : "degraded";
  }

  return {
    id: "hubitat",
    capabilities: [{ id: "hubitat.status.read", mode: "read", riskTier: "low" }],
    start: () => {
      client ??= config === null ? null : createHubitatClient(config);
      return Promise.resolve();
    },
    stop: () => {
      client?.close();
      client = null;
      return Promise.resolve();
    },
    health: () => ({
      state: healthState(),
      lastSuccessAt: lastSuccessMs === null ? null : new Date(lastSuccessMs).toISOString(),
      lastError,
      consecutiveFailures,
      breaker: breaker.phase,
    }),
    readStatus: () => {
      if (config === null) return Promise.reject(new ConnectorError("NOT_CONFIGURED", "hubitat: no hub is configured"));
      if (client === null) return Promise.reject(failed("stopped"));
      inFlight ??= readOnce(config, client).finally(() => {
        inFlight = null;
      });
      return inFlight;
    },
    lastSnapshot: () => snapshot,
    execute: () =>
      Promise.reject(new ConnectorError("READ_ONLY", "hubitat: this connector reads and does nothing else")),
  };
}

async function readHub(
  config: HubitatConfig,
  hub: HubitatClient,
  isProbe: boolean,
  deps: HubitatConnectorDeps,
): Promise<HubAnswer<StatusSnapshot>> {
  if (isProbe) {
    // The short list is the lightest question: a hub that just came back is not asked for everything at once.
    const probe = await hub.readDevices();
    if (probe.kind === "failed") return probe;
  }
  const [all, modes] = await Promise.all([hub.readAllDevices(), config.readsModes ? hub.readModes() : null]);
  if (all.kind === "failed") return all;
  const nowMs = deps.nowMs();
  const status = toSnapshot(all.value.items, config, nowMs);
  if (all.value.skipped > 0) deps.onSkipped?.(all.value.skipped);
  if (modes === null) return { kind: "ok", value: status };
  // Modes that are not shared are no fault of the hub: the mode is then unknown.
  const location = modeStatus(modes.kind === "ok" ? modes.value.items : null, nowMs);
  return {
    kind: "ok",
    value: {
      devices: [...status.devices, ...location.devices],
      readings: [...status.readings, ...location.readings],
    },
  };
}
