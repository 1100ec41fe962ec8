import type { LiveLayer, ListQuery, RawDocument, Sight } from "./firestore-live.js";
import { createFeed } from "./live.js";
import type { Feed, Live } from "./live.js";

/** Told of every sight and every failure of a listener, to know how the connection does. */
export interface ConnectionWitness {
  readonly sawServer: (nowMs: number) => void;
  readonly sawCache: () => void;
}

export interface WatchDeps {
  readonly layer: () => Promise<LiveLayer>;
  readonly witness: ConnectionWitness;
  readonly nowMs: () => number;
}

/** A feed over one document. */
export function documentFeed<T>(deps: WatchDeps, path: string, read: (data: unknown) => T): Feed<T> {
  return createFeed((emit) =>
    whenLoaded(deps, emit, (layer) => layer.watchDocument(path, watcherFor(deps, emit, read))),
  );
}

/** A feed over one bounded list. */
export function listFeed<T>(deps: WatchDeps, list: ListQuery, read: (documents: readonly RawDocument[]) => T): Feed<T> {
  return createFeed((emit) => whenLoaded(deps, emit, (layer) => layer.watchList(list, watcherFor(deps, emit, read))));
}

/** Joins two feeds: ready when both are, failed when one is, as old as the older. */
export function joinFeeds<A, B, T>(a: Feed<A>, b: Feed<B>, join: (a: A, b: B) => T): Feed<T> {
  const joined = createFeed<T>((emit) => {
    const update = () => emit(joinLive(a.getSnapshot(), b.getSnapshot(), join));
    const ends = [a.subscribe(update), b.subscribe(update)];
    update();
    return () => ends.forEach((end) => end());
  });
  return {
    ...joined,
    retry: () => {
      for (const feed of [a, b]) if (feed.getSnapshot().state === "failed") feed.retry();
      joined.retry();
    },
  };
}

function joinLive<A, B, T>(a: Live<A>, b: Live<B>, join: (a: A, b: B) => T): Live<T> {
  if (a.state === "failed") return a;
  if (b.state === "failed") return b;
  if (a.state === "loading" || b.state === "loading") return { state: "loading" };
  return {
    state: "ready",
    value: join(a.value, b.value),
    isFromCache: a.isFromCache || b.isFromCache,
    confirmedAtMs: Math.min(a.confirmedAtMs, b.confirmedAtMs),
  };
}

function watcherFor<R, T>(deps: WatchDeps, emit: (live: Live<T>) => void, read: (raw: R) => T) {
  let confirmedAtMs = deps.nowMs();
  let hasSeenServer = false;
  return {
    onSight: ({ value, isFromCache }: Sight<R>) => {
      // The first sight of a new listener often is the cache's while the server is being asked: no sign of trouble.
      if (isFromCache && hasSeenServer) deps.witness.sawCache();
      if (!isFromCache) {
        hasSeenServer = true;
        confirmedAtMs = deps.nowMs();
        deps.witness.sawServer(confirmedAtMs);
      }
      // An empty cache before the first answer of the server is not knowledge: it would flash "all done".
      if (isFromCache && isNothing(value)) return;
      emit({ state: "ready", value: read(value), isFromCache, confirmedAtMs });
    },
    onError: (code: string) => emit(failureOf(code)),
  };
}

function isNothing(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0);
}

/** The live layer loads after the first paint; a reader that leaves before that never opens a listener. */
function whenLoaded<T>(
  deps: WatchDeps,
  emit: (live: Live<T>) => void,
  open: (layer: LiveLayer) => () => void,
): () => void {
  let end: (() => void) | null = null;
  let hasLeft = false;
  void deps.layer().then(
    (layer) => {
      if (!hasLeft) end = open(layer);
    },
    () => emit({ state: "failed", code: "LIVE_LAYER_UNAVAILABLE", message: LAYER_MISSING, requestId: null }),
  );
  return () => {
    hasLeft = true;
    end?.();
  };
}

const LAYER_MISSING = "The part of the cockpit that reads live could not be loaded. Check the network and try again.";

const SENTENCES: Readonly<Record<string, string>> = {
  "permission-denied": "Your role does not open this, or your sign-in has ended. An owner of the studio can tell.",
  unauthenticated: "Your sign-in has ended. Sign in again.",
  "resource-exhausted": "The studio's read quota is used up for now.",
  "failed-precondition": "The database is missing an index for this list. Tell an operator.",
  unavailable: "The database cannot be reached.",
};

/** What the database's own code says to a reader. */
export function failureOf(code: string): Extract<Live<never>, { readonly state: "failed" }> {
  const message = SENTENCES[code] ?? "The database refused to answer.";
  return { state: "failed", code: code.toUpperCase().replaceAll("-", "_"), message, requestId: null };
}
