import { performance } from "node:perf_hooks";
import { approve, bareTransaction, execute, submitFlag } from "./bench-studio.js";
import type { BenchStudio } from "./bench-studio.js";

const WARM_UP = 30;
const SAMPLES = 200;

export interface ExecuteLatency {
  readonly execute: readonly number[];
  readonly bare: readonly number[];
}

/**
 * How long does an execution take, and how long a bare transaction that reads and writes documents of the same number and
 * size? Milliseconds; the two take turns, so that whatever else the machine does falls on both.
 */
export async function measureExecute(studio: BenchStudio): Promise<ExecuteLatency> {
  const executed: number[] = [];
  const bare: number[] = [];
  for (let i = 0; i < WARM_UP + SAMPLES; i += 1) {
    const proposal = await approve(studio, studio.deps, await submitFlag(studio, studio.deps, `f-${i}`));
    const twin = await approve(studio, studio.deps, await submitFlag(studio, studio.deps, `twin-${i}`));
    const inTurn = i % 2 === 0;
    if (!inTurn) bare.push(await timed(() => bareTransaction(studio, twin, String(i))));
    executed.push(await timed(() => execute(studio, proposal)));
    if (inTurn) bare.push(await timed(() => bareTransaction(studio, twin, String(i))));
  }
  return { execute: executed.slice(WARM_UP), bare: bare.slice(WARM_UP) };
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await run();
  return performance.now() - startedAt;
}
