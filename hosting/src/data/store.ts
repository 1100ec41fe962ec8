import type { Store } from "./studio-data.js";

/** A store that its owner sets and others read. */
export interface WritableStore<T> extends Store<T> {
  readonly set: (value: T) => void;
}

export function createStore<T>(initial: T): WritableStore<T> {
  const readers = new Set<() => void>();
  let current = initial;
  return {
    getSnapshot: () => current,
    subscribe: (onChange) => {
      readers.add(onChange);
      return () => readers.delete(onChange);
    },
    set: (value) => {
      current = value;
      for (const reader of [...readers]) reader();
    },
  };
}
