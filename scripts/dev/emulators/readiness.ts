import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const PROBE_INTERVAL_MS = 150;
const PROBE_TIMEOUT_MS = 1_000;
const REQUEST_TIMEOUT_MS = 10_000;

/** Answers: does every port of 127.0.0.1 accept connections before `deadline` (ms since the epoch)? The ports that do not are returned. */
export async function waitForPorts(ports: readonly number[], deadline: number, signal: AbortSignal): Promise<number[]> {
  let silent = [...ports];
  while (silent.length > 0 && Date.now() < deadline && !signal.aborted) {
    const answers = await Promise.all(silent.map(async (port) => ({ port, accepts: await acceptsConnections(port) })));
    silent = answers.filter((answer) => !answer.accepts).map((answer) => answer.port);
    if (silent.length > 0) await sleep(PROBE_INTERVAL_MS);
  }
  return silent;
}

export function acceptsConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", timeout: PROBE_TIMEOUT_MS });
    const settle = (accepts: boolean): void => {
      socket.destroy();
      resolve(accepts);
    };
    socket.once("connect", () => settle(true));
    socket.once("error", () => settle(false));
    socket.once("timeout", () => settle(false));
  });
}

/**
 * Answers: which of the expected functions did the functions emulator not load? It reports itself ready, and
 * `emulators:exec` even exits with 0, when none was. `/backends` is the emulator's own list.
 */
export async function missingFunctions(port: number, expected: readonly string[]): Promise<string[]> {
  const response = await fetch(`http://127.0.0.1:${port}/backends`, {
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
  const body = (await response.json()) as { backends: { functionTriggers: { entryPoint: string }[] }[] };
  const loaded = new Set(body.backends.flatMap((backend) => backend.functionTriggers.map((it) => it.entryPoint)));
  return expected.filter((name) => !loaded.has(name));
}
