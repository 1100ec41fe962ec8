/** Values of one key are handed on at most this often; the last of them always is. Milliseconds. */
const COALESCE_MS = 1_000;
/** Keys that are remembered; the oldest is forgotten, which costs at most one value handed on early. */
const MAX_KEYS = 20_000;

export interface Coalescer<T> {
  offer(key: string, item: T): void;
  /** Hands on nothing more. */
  stop(): void;
}

/**
 * Power meters and light sensors tell several values a second. The first of a key goes on at once, and then the newest one
 * every second while there are any: what is left out is only what was already over.
 */
export function createCoalescer<T>(handOn: (item: T) => void, gapMs = COALESCE_MS): Coalescer<T> {
  const lastMs = new Map<string, number>();
  const waiting = new Map<string, T>();
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    timer = undefined;
    const nowMs = performance.now();
    for (const [key, item] of waiting) {
      if (!isDue(key, nowMs)) continue;
      waiting.delete(key);
      pass(key, item, nowMs);
    }
    if (waiting.size > 0) timer = setTimeout(flush, gapMs);
  }

  function pass(key: string, item: T, nowMs: number): void {
    lastMs.delete(key);
    const [oldest] = lastMs.keys();
    if (lastMs.size >= MAX_KEYS && oldest !== undefined) lastMs.delete(oldest);
    lastMs.set(key, nowMs);
    handOn(item);
  }

  function isDue(key: string, nowMs: number): boolean {
    return nowMs - (lastMs.get(key) ?? -Infinity) >= gapMs;
  }

  return {
    offer: (key, item) => {
      const nowMs = performance.now();
      if (!waiting.has(key) && isDue(key, nowMs)) {
        pass(key, item, nowMs);
        return;
      }
      waiting.set(key, item);
      timer ??= setTimeout(flush, gapMs);
    },
    stop: () => {
      clearTimeout(timer);
      timer = undefined;
      waiting.clear();
      lastMs.clear();
    },
  };
}
