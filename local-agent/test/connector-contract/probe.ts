import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { CONNECTOR_ERRORS, ConnectorError } from "../../src/connector.js";
import type { Connector, StatusSnapshot } from "../../src/connector.js";
import { createLogger } from "../../src/logger.js";
import { pollOnce } from "../../src/poll-loop.js";
import { findSecret } from "../support/find-secret.js";
import type { ContractSubject } from "./subject.js";

/** A call that is still pending after this much is one that never ends. */
const GUARD_MS = 8_000;
const HAS_ADDRESS = /https?:|wss?:|ssl:|mqtts?:|\b\d{1,3}(\.\d{1,3}){3}\b|access_token/i;

/** Starts a connector and reads once, as the agent does. Some connectors need a moment until they are connected. */
export async function startAndRead(connector: Connector): Promise<StatusSnapshot> {
  await withinGuard(connector.start());
  return withinGuard(connector.readStatus());
}

/** The `ConnectorError` that a call ends with; anything else than a rejection with one is a failure of the check. */
export async function errorOf(call: Promise<unknown>): Promise<ConnectorError> {
  const error: unknown = await withinGuard(
    call.then(
      () => assert.fail("the call succeeded, a rejection was expected"),
      (reason: unknown) => reason,
    ),
  );
  assert.ok(error instanceof ConnectorError, "rejects with something else than a ConnectorError");
  assert.ok(CONNECTOR_ERRORS.includes(error.code), `has the code ${error.code}, which is not in the list`);
  return error;
}

/** Checks that a thrown error, an answer or a health report tells no secret; an error no address either. */
export function requireNoSecret(value: unknown, subject: ContractSubject, what: string): void {
  for (const secret of subject.secrets) {
    assert.deepEqual(findSecret(value, secret), [], `a secret shows in ${what}`);
  }
  if (value instanceof Error) assert.doesNotMatch(value.message, HAS_ADDRESS, `an address shows in ${what}`);
}

/** The lines that the agent's own poll logs for this connector, with no secret known to the log's redaction. */
export async function linesOfPoll(connector: Connector): Promise<string[]> {
  const lines: string[] = [];
  const logger = createLogger({ minLevel: "debug", write: (it) => lines.push(it), nowMs: Date.now, secrets: [] });
  await pollOnce(
    {
      connector,
      intervalMs: 1_000,
      onSnapshot: () => Promise.resolve(),
      logger,
      chance: () => 0,
      sleep: (ms, signal) => delay(ms, undefined, { signal }).catch(() => undefined),
    },
    new AbortController().signal,
  );
  return lines;
}

export async function withinGuard<T>(call: Promise<T>, guardMs = GUARD_MS): Promise<T> {
  const ended = new AbortController();
  const guard = delay(guardMs, undefined, { signal: ended.signal }).then(() =>
    assert.fail(`the call was still pending after ${guardMs} ms`),
  );
  guard.catch(() => undefined);
  try {
    return await Promise.race([call, guard]);
  } finally {
    ended.abort();
  }
}

/** Waits until something holds. Resolves with false when it does not in time. */
export async function eventually(holds: () => boolean, withinMs: number): Promise<boolean> {
  const endsAt = performance.now() + withinMs;
  while (!holds() && performance.now() < endsAt) await delay(5);
  return holds();
}

/** Sockets and timers of this process: what a connector leaves behind shows here. */
export function openResources(): number {
  return process.getActiveResourcesInfo().filter((kind) => /^(TCP|TLS|Timeout|Immediate|HTTP)/.test(kind)).length;
}
