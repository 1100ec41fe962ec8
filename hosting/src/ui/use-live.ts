import { useSyncExternalStore } from "react";
import type { Feed, Live } from "../data/live.js";
import type { Store } from "../data/studio-data.js";

/** What this feed knows now; the component is drawn again when it changes. */
export function useFeed<T>(feed: Feed<T>): Live<T> {
  return useSyncExternalStore(feed.subscribe, feed.getSnapshot);
}

export function useStore<T>(store: Store<T>): T {
  return useSyncExternalStore(store.subscribe, store.getSnapshot);
}

/** One clock for the whole screen: ages and countdowns move together, once a second. */
const TICK_MS = 1_000;
const tickers = new Set<() => void>();
let nowMs = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribeToClock(onTick: () => void): () => void {
  tickers.add(onTick);
  nowMs = Date.now();
  timer ??= setInterval(() => {
    nowMs = Date.now();
    for (const ticker of [...tickers]) ticker();
  }, TICK_MS);
  return () => {
    tickers.delete(onTick);
    if (tickers.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

const readClock = (): number => nowMs;

/** Milliseconds since 1970 by this device's clock, to the second. The server's clock is the one that decides. */
export function useNow(): number {
  return useSyncExternalStore(subscribeToClock, readClock);
}
