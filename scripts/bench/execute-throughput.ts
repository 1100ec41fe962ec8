import { performance } from "node:perf_hooks";
import type { Proposal } from "../../functions/src/contracts/index.js";
import { approve, bareTransaction, execute, submitFlag } from "./bench-studio.js";
import type { BenchStudio } from "./bench-studio.js";

/** How many clients act at the same time, and how many executions they share among them. */
const CLIENTS = [1, 10, 50] as const;
const EXECUTIONS = 200;
/** Preparing goes in waves of this many, so that the emulator's memory stays flat. */
const WAVE = 20;

export interface Throughput {
  readonly clients: number;
  /** Per second. */
  readonly executes: number;
  readonly bare: number;
}

/**
 * How many executions a second do parallel clients get through on targets of their own, and how many bare transactions
 * over the same documents? Both are run at every number of clients, the floor first and last in turns.
 */
export async function measureThroughput(studio: BenchStudio): Promise<readonly Throughput[]> {
  const results: Throughput[] = [];
  for (const [round, clients] of CLIENTS.entries()) {
    const proposals = await prepare(studio, `through-${clients}`);
    const twins = await prepare(studio, `through-twin-${clients}`);
    const runExecutes = () => perSecond(clients, proposals, (proposal) => execute(studio, proposal));
    const runBare = () =>
      perSecond(clients, twins, (twin, i) => bareTransaction(studio, twin, `through-${clients}-${i}`));
    const [first, second] = round % 2 === 0 ? [runExecutes, runBare] : [runBare, runExecutes];
    const [a, b] = [await first(), await second()];
    results.push(round % 2 === 0 ? { clients, executes: a, bare: b } : { clients, executes: b, bare: a });
  }
  return results;
}

async function prepare(studio: BenchStudio, name: string): Promise<Proposal[]> {
  const approved: Proposal[] = [];
  for (let from = 0; from < EXECUTIONS; from += WAVE) {
    const wave = Array.from({ length: Math.min(WAVE, EXECUTIONS - from) }, async (_, i) =>
      approve(studio, studio.deps, await submitFlag(studio, studio.deps, `${name}-${from + i}`)),
    );
    approved.push(...(await Promise.all(wave)));
  }
  return approved;
}

/** Every client takes the next proposal until none is left. */
async function perSecond(
  clients: number,
  proposals: readonly Proposal[],
  run: (proposal: Proposal, index: number) => Promise<unknown>,
): Promise<number> {
  const queue = proposals.entries();
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async () => {
      for (const [index, proposal] of queue) await run(proposal, index);
    }),
  );
  return proposals.length / ((performance.now() - startedAt) / 1_000);
}
