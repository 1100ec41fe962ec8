/** A stored document that does not have the shape of its contract: shown with its id, never dropped. */
export interface Unreadable {
  readonly id: string;
  readonly problem: string;
}

/** What a panel knows now: not yet, this much, or why not. */
export type Live<T> =
  | { readonly state: "loading" }
  | {
      readonly state: "ready";
      readonly value: T;
      /** True: from this tab's cache, because the server cannot be reached. */
      readonly isFromCache: boolean;
      /** When this was last confirmed, by this device's clock, in milliseconds. */
      readonly confirmedAtMs: number;
    }
  | { readonly state: "failed"; readonly code: string; readonly message: string; readonly requestId: string | null };

/** A value that changes under the reader, with a way to try again after it failed. */
export interface Feed<T> {
  readonly getSnapshot: () => Live<T>;
  readonly subscribe: (onChange: () => void) => () => void;
  readonly retry: () => void;
}

const LOADING = { state: "loading" } as const;
/** A listener outlives its last reader by this long, so that walking between tabs does not read everything again. */
const LINGER_MS = 20_000;

/**
 * Turns a source into a feed: started by the first reader, shared by all, stopped some time after the last has left.
 * `start` gets an emitter and returns how to stop.
 */
export function createFeed<T>(start: (emit: (live: Live<T>) => void) => () => void, lingerMs = LINGER_MS): Feed<T> {
  const readers = new Set<() => void>();
  let current: Live<T> = LOADING;
  let stop: (() => void) | null = null;
  let linger: ReturnType<typeof setTimeout> | undefined;

  const open = () => {
    // An emitter of a stopped run says nothing any more.
    let isOpen = true;
    const end = start((live) => {
      if (!isOpen) return;
      current = live;
      for (const reader of [...readers]) reader();
    });
    stop = () => {
      isOpen = false;
      end();
    };
  };
  const close = () => {
    stop?.();
    stop = null;
    current = LOADING;
  };

  return {
    getSnapshot: () => current,
    subscribe: (onChange) => {
      clearTimeout(linger);
      readers.add(onChange);
      if (stop === null) open();
      return () => {
        readers.delete(onChange);
        if (readers.size === 0) linger = setTimeout(close, lingerMs);
      };
    },
    retry: () => {
      close();
      for (const reader of [...readers]) reader();
      if (readers.size > 0) open();
    },
  };
}
