import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";

const PROBE_INTERVAL_MS = 150;
const PROBE_TIMEOUT_MS = 1_000;
const REQUEST_TIMEOUT_MS = 10_000;

/** The bounds of one wait: it gives up at `deadline` (ms since the epoch) or when `signal` aborts. */
export interface WaitBounds {
  readonly deadline: number;
  readonly signal: AbortSignal;
}

/** Answers: which of these ports of 127.0.0.1 still accept no connection when the wait ends? None means ready. */
export async function waitForPorts(ports: readonly number[], bounds: WaitBounds): Promise<number[]> {
  return waitUntilNoneIsLeft([...ports], bounds, async (silent) => {
    const answers = await Promise.all(silent.map(async (port) => ({ port, accepts: await acceptsConnections(port) })));
    return answers.filter((answer) => !answer.accepts).map((answer) => answer.port);
  });
}

/**
 * Answers: which of the expected functions has the functions emulator not loaded when the wait ends? It opens its port
 * before it has read them, and reports itself ready even when none could be loaded. `/backends` is its own list.
 */
export async function waitForFunctions(
  port: number,
  expected: readonly string[],
  bounds: WaitBounds,
): Promise<string[]> {
  return waitUntilNoneIsLeft([...expected], bounds, async (missing) => {
    const loaded = await loadedFunctions(port);
    return missing.filter((name) => !loaded.has(name));
  });
}

async function waitUntilNoneIsLeft<Item>(
  items: Item[],
  bounds: WaitBounds,
  stillLeft: (items: Item[]) => Promise<Item[]>,
): Promise<Item[]> {
  let left = items;
  while (left.length > 0 && Date.now() < bounds.deadline && !bounds.signal.aborted) {
    left = await stillLeft(left);
    if (left.length > 0) await sleep(PROBE_INTERVAL_MS);
  }
  return left;
}

function acceptsConnections(port: number): Promise<boolean> {
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

const Backends = z.object({
  backends: z.array(z.object({ functionTriggers: z.array(z.object({ entryPoint: z.string() })) })),
});

async function loadedFunctions(port: number): Promise<Set<string>> {
  const response = await fetch(`http://127.0.0.1:${port}/backends`, {
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
  const { backends } = Backends.parse(await response.json());
  return new Set(backends.flatMap((backend) => backend.functionTriggers.map((trigger) => trigger.entryPoint)));
}
