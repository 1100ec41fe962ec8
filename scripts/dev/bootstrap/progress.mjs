import { clearInterval, setInterval } from "node:timers";

/** A problem with this machine that a person can solve; its message says how. */
export class SetupError extends Error {}

/** A long step says every so often that it is still at work, so that nobody (and no CI) takes it for hung. */
const HEARTBEAT_MS = 15_000;

/**
 * Runs one step and prints a line with what it does and how long it took: `[setup 2/3] Installing packages … 41.2 s`.
 * @param {number} number
 * @param {number} total
 * @param {string} title
 * @param {() => Promise<void>} step
 */
export async function announce(number, total, title, step) {
  const startedAt = Date.now();
  const elapsed = () => `${((Date.now() - startedAt) / 1000).toFixed(1)} s`;
  process.stdout.write(`[setup ${number}/${total}] ${title} … `);
  const heartbeat = setInterval(() => process.stdout.write(`${elapsed()} … `), HEARTBEAT_MS);
  try {
    await step();
    process.stdout.write(`${elapsed()}\n`);
  } catch (error) {
    process.stdout.write("failed\n");
    throw error;
  } finally {
    clearInterval(heartbeat);
  }
}
