import { ConnectorError } from "./connector.js";
import type { Connector, StatusSnapshot } from "./connector.js";
import type { Logger } from "./logger.js";

/** A connector bounds its own calls; one that does not is given up after this long. Milliseconds. */
const POLL_GUARD_MS = 60_000;
/** Each pause is this much longer or shorter by chance, so that polls of several devices drift apart. */
const JITTER = 0.1;

export interface PollDeps {
  readonly connector: Connector;
  readonly intervalMs: number;
  readonly onSnapshot: (snapshot: StatusSnapshot) => Promise<void>;
  /** Told how each poll went: its readings were taken, or it failed. */
  readonly onPolled?: (isOk: boolean) => void;
  readonly logger: Logger;
  readonly chance: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Starts and polls one connector until the signal aborts. Each connector has a loop of its own, so that none delays another. */
export async function runPollLoop(deps: PollDeps, signal: AbortSignal): Promise<void> {
  await startConnector(deps, signal);
  while (!signal.aborted) {
    await pollOnce(deps, signal);
    await deps.sleep(deps.intervalMs * (1 - JITTER + 2 * JITTER * deps.chance()), signal);
  }
}

/** A connector that does not start is polled all the same: its own answers then say what is wrong. */
export async function startConnector(deps: PollDeps, signal: AbortSignal): Promise<void> {
  try {
    await guarded(deps, () => deps.connector.start(), signal);
  } catch (error) {
    deps.logger.error("connector_start_failed", { connector: deps.connector.id, error });
  }
}

/** One poll. True: readings were taken. A failure is logged by its code and is no reason to end. */
export async function pollOnce(deps: PollDeps, signal: AbortSignal): Promise<boolean> {
  try {
    const snapshot = await guarded(deps, () => deps.connector.readStatus(), signal);
    if (snapshot === null) return false;
    await deps.onSnapshot(snapshot);
    deps.onPolled?.(true);
    return true;
  } catch (error) {
    const code = error instanceof ConnectorError ? error.code : "DEFECT";
    if (signal.aborted) return false;
    deps.onPolled?.(false);
    deps.logger.warn("poll_failed", { connector: deps.connector.id, code, error });
    return false;
  }
}

/** null: the agent is stopping. */
async function guarded<T>(deps: PollDeps, call: () => Promise<T>, signal: AbortSignal): Promise<T | null> {
  const ended = new AbortController();
  const end = (): void => ended.abort();
  signal.addEventListener("abort", end);
  try {
    const guard = deps.sleep(POLL_GUARD_MS, ended.signal).then((): null => {
      if (ended.signal.aborted) return null;
      throw new ConnectorError("TIMEOUT", `${deps.connector.id}: no answer within ${POLL_GUARD_MS / 1_000} s`);
    });
    return await Promise.race([call(), guard]);
  } finally {
    signal.removeEventListener("abort", end);
    ended.abort();
  }
}
