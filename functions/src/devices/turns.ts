/** Tasks of one key run one after the other, tasks of different keys side by side. */
export interface Turns {
  run<T>(key: string, task: () => Promise<T>): Promise<T>;
}

/**
 * Who goes next? Envelopes of one agent change the same documents, so side by side their transactions would only abort
 * each other and wait. Within one instance they take turns; between instances Firestore decides, as it always does, and
 * nothing depends on the turns but speed. As many wait as the function's `concurrency` lets in, and no longer than its
 * time-out.
 */
export function makeTurns(): Turns {
  const last = new Map<string, Promise<unknown>>();
  return {
    run<T>(key: string, task: () => Promise<T>): Promise<T> {
      const turn = (last.get(key) ?? Promise.resolve()).then(task, task);
      const ended = turn
        .catch(() => undefined)
        .then(() => {
          if (last.get(key) === ended) last.delete(key);
        });
      last.set(key, ended);
      return turn;
    },
  };
}
