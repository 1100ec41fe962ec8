const BACKOFF_FIRST_MS = 500;
export const BACKOFF_MAX_MS = 30_000;

/**
 * Answers: how long after the n-th failure in a row (1, 2, 3 …) is the next attempt? It doubles up to 30 s; `chance` in
 * [0, 1) takes up to half of it away, so that agents that lost the same network do not come back in step.
 */
export function backOffMs(failures: number, chance: number): number {
  const ceiling = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.min(failures - 1, 20));
  return Math.round(ceiling * (1 - chance / 2));
}
