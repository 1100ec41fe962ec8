/**
 * How often each thing is asked (reference 14.2), in milliseconds. What a vacuum pushes comes at once; polls are there because
 * some vacuums push rarely, and because the account is limited.
 */
export interface Cadence {
  /** The status during a run. */
  readonly statusActiveMs: number;
  /** The status of a resting vacuum: below the five minutes after which a reading counts as stale. */
  readonly statusIdleMs: number;
  /** The status over the local network, which costs the account nothing. */
  readonly statusLocalMs: number;
  /** Consumables and the history of runs; also asked for when a run ends. */
  readonly wearMs: number;
  /** Quiet hours, rooms and maps. */
  readonly setupMs: number;
  /** The address on the local network. */
  readonly networkMs: number;
  /** After a slower read failed. */
  readonly retryMs: number;
  /** Slower reads in one poll of one vacuum, so that a poll stays short. */
  readonly maxSlowReads: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export const DEFAULT_CADENCE: Cadence = {
  statusActiveMs: MINUTE_MS,
  statusIdleMs: 4 * MINUTE_MS,
  statusLocalMs: 0,
  wearMs: 6 * HOUR_MS,
  setupMs: 24 * HOUR_MS,
  networkMs: 12 * HOUR_MS,
  retryMs: 10 * MINUTE_MS,
  maxSlowReads: 2,
};

/** The slower reads, in the order in which they are due first. */
export const SLOW_READS = ["network", "consumables", "history", "quietHours", "rooms", "maps"] as const;
export type SlowRead = (typeof SLOW_READS)[number];

export type DueTimes = Readonly<Record<SlowRead | "status", number>>;

export const ALL_DUE: DueTimes = {
  status: 0,
  network: 0,
  consumables: 0,
  history: 0,
  quietHours: 0,
  rooms: 0,
  maps: 0,
};

/** Answers: after how long is this read due again once it worked? */
export function intervalOf(read: SlowRead, cadence: Cadence): number {
  if (read === "network") return cadence.networkMs;
  return read === "consumables" || read === "history" ? cadence.wearMs : cadence.setupMs;
}

/** Answers: how long does a status stay good enough? */
export function statusIntervalMs(cadence: Cadence, isRunning: boolean, isLocal: boolean): number {
  if (isLocal) return cadence.statusLocalMs;
  return isRunning ? cadence.statusActiveMs : cadence.statusIdleMs;
}

/**
 * Answers: is this due? `laterMs` is the longest that anything is put off: a due time beyond it means that the clock was set
 * back, and the read is due at once.
 */
export function isDue(dueAtMs: number, nowMs: number, laterMs: number): boolean {
  return nowMs >= dueAtMs || dueAtMs - nowMs > laterMs;
}
