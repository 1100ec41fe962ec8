import { createHash } from "node:crypto";
import type { Deps } from "../../src/commit/deps.js";
import type { JsonObject, UtcInstant } from "../../src/contracts/index.js";
import { memoryTransactor } from "./memory-transactor.js";
import type { MemoryTransactor, ObservedCommit } from "./memory-transactor.js";

export const sha256 = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");

/** The instant at which every test begins. */
export const NOW: UtcInstant = "2026-11-20T09:00:00.000Z";

/** That many milliseconds after (or before) an instant. */
export const later = (ms: number, from: UtcInstant = NOW): UtcInstant => new Date(Date.parse(from) + ms).toISOString();

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** The same means as they are once a hold window of ten seconds, begun now, is over. */
export const afterHold = (deps: Deps): Deps => ({
  ...deps,
  clock: { now: () => later(10_000, deps.clock.now()) },
});

interface FakeClock {
  now(): UtcInstant;
  set(instant: UtcInstant): void;
  advance(ms: number): void;
}

export interface TestDeps extends Deps {
  readonly transactor: MemoryTransactor;
  readonly clock: FakeClock;
}

/** What a use case takes from the world, with nothing left to chance: a clock that is set, ids that count, a store in memory. */
export function testDeps(
  seed: Readonly<Record<string, JsonObject>> = {},
  { drawnBefore = 0, onCommit }: { drawnBefore?: number; onCommit?: (commit: ObservedCommit) => void } = {},
): TestDeps {
  let instant = NOW;
  let drawn = drawnBefore;
  const draw = (): number => (drawn += 1);
  return {
    transactor: memoryTransactor(seed, onCommit),
    clock: {
      now: () => instant,
      set: (next) => {
        instant = next;
      },
      advance: (ms) => {
        instant = later(ms, instant);
      },
    },
    ids: {
      random: () => `id${String(draw()).padStart(18, "0")}`,
      hex: (bytes) => sha256(`hex ${draw()}`).slice(0, bytes * 2),
    },
    sha256,
  };
}
