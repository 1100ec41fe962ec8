import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Below the ephemeral range of Linux (32768) and macOS (49152), so that no outgoing connection takes the port in between. */
const FIRST_PORT = 20_000;
const LAST_PORT = 31_999;
const MAX_TRIES_PER_PORT = 50;

/** Answers: which `names.length` different ports of 127.0.0.1 are free now? Throws when none is found in 50 tries for one name. */
export async function pickFreePorts<Name extends string>(names: readonly Name[]): Promise<Record<Name, number>> {
  const taken = new Set<number>();
  const ports: [Name, number][] = [];
  for (const name of names) {
    const port = await pickFreePort(taken);
    taken.add(port);
    ports.push([name, port]);
  }
  return Object.fromEntries(ports) as Record<Name, number>;
}

/** Answers: could a server listen on this port of 127.0.0.1 now? */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });
}

async function pickFreePort(taken: ReadonlySet<number>): Promise<number> {
  for (let attempt = 0; attempt < MAX_TRIES_PER_PORT; attempt += 1) {
    const port = randomInt(FIRST_PORT, LAST_PORT + 1);
    if (!taken.has(port) && (await isPortFree(port))) return port;
  }
  throw new Error(`No free port was found between ${FIRST_PORT} and ${LAST_PORT} on 127.0.0.1.`);
}
