/** The part of `Storage` that the memory needs. */
type MemoryStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** Two signed checkpoints that cannot both belong to one log that only grows. */
export interface ForkEvidence {
  /** What this browser had seen before, and what it was shown then: signed notes, verbatim. */
  readonly seen: string;
  readonly shown: string;
  readonly noticedAt: string;
}

/**
 * What this browser remembers of each log, over reloads and sign-ins: the last checkpoint that it checked, and what it
 * caught. A server that shows this browser another past has to get past this. Storage that refuses costs the memory.
 */
export interface LogMemory {
  readonly lastSeen: (origin: string) => string | null;
  readonly remember: (origin: string, note: string) => void;
  readonly evidence: (origin: string) => ForkEvidence | null;
  readonly keepEvidence: (origin: string, evidence: ForkEvidence) => void;
  readonly forgetEvidence: (origin: string) => void;
}

export function logMemory(storage: MemoryStorage): LogMemory {
  const seenKey = (origin: string): string => `audit-seen:${origin}`;
  const forkKey = (origin: string): string => `audit-fork:${origin}`;
  return {
    lastSeen: (origin) => quietly(() => storage.getItem(seenKey(origin))) ?? null,
    remember: (origin, note) => quietly(() => storage.setItem(seenKey(origin), note)),
    evidence: (origin) => parseEvidence(quietly(() => storage.getItem(forkKey(origin))) ?? null),
    // The first catch is the one that counts: a later one must not take its place.
    keepEvidence: (origin, evidence) =>
      quietly(() => {
        if (storage.getItem(forkKey(origin)) === null) storage.setItem(forkKey(origin), JSON.stringify(evidence));
      }),
    forgetEvidence: (origin) => quietly(() => storage.removeItem(forkKey(origin))),
  };
}

function parseEvidence(text: string | null): ForkEvidence | null {
  if (text === null) return null;
  const json = quietly(() => JSON.parse(text) as Partial<ForkEvidence> | null) ?? {};
  // Evidence that was tampered with still says that something was caught.
  return { seen: json.seen ?? text, shown: json.shown ?? "", noticedAt: json.noticedAt ?? "" };
}

function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
