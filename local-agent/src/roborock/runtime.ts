import { randomBytes } from "node:crypto";

/** Time and chance, as the package sees them. Tests pass their own. */
export interface Runtime {
  /** Milliseconds since the epoch. */
  nowMs(): number;
  /** A number in [0, 1). */
  chance(): number;
  /** Runs once after the delay; the returned function cancels it. */
  after(delayMs: number, run: () => void): () => void;
}

/** setTimeout overflows above this, and then fires at once. */
const MAX_TIMER_MS = 2_147_483_647;

export const systemRuntime: Runtime = {
  nowMs: () => Date.now(),
  chance: () => randomBytes(4).readUInt32BE() / 0x1_0000_0000,
  after(delayMs, run) {
    const timer = setTimeout(run, Math.min(delayMs, MAX_TIMER_MS));
    return () => clearTimeout(timer);
  },
};

export async function sleep(runtime: Runtime, delayMs: number): Promise<void> {
  if (delayMs > 0) await new Promise<void>((resolve) => runtime.after(delayMs, resolve));
}
