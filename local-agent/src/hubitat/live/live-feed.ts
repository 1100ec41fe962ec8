import { createCoalescer } from "../coalesce.js";
import { isNumeric } from "../attributes.js";
import type { HubitatConfig } from "../hubitat-config.js";
import { createEventSocket } from "./event-socket.js";
import type { SocketTiming } from "./event-socket.js";
import type { LiveChannel, LiveListener } from "./live-channel.js";
import type { LiveEvent } from "./live-event.js";
import { createPostReceiver } from "./post-receiver.js";

/** Events of one second that are looked at. More than this is a hub, or a forger, gone wild; a poll then tells the rest. */
const MAX_EVENTS_A_SECOND = 200;
/** Between two whole polls that nobody asked for: a channel that flaps must not become a load. Milliseconds. */
const RESYNC_GAP_MS = 10_000;
/** A whole poll after an opened channel comes a little later by chance: after a power cut all clients come at once. */
const RESYNC_SPREAD_MS = 1_000;

type ValueEvent = Extract<LiveEvent, { kind: "value" }>;
type PlaceEvent = Extract<LiveEvent, { kind: "place" }>;

export interface LiveTuning {
  readonly socket?: SocketTiming;
  readonly coalesceMs?: number;
  readonly resyncGapMs?: number;
}

export interface LiveFeedDeps {
  readonly chance: () => number;
  /** Numbers what comes, so that a value that waited is known to be older than a question that did not. */
  readonly nextOrder: () => number;
  readonly onValue: (event: ValueEvent, order: number) => void;
  readonly onPlace: (event: PlaceEvent, order: number) => void;
  /** Something may have been missed. */
  readonly onResync: () => void;
  readonly tuning: LiveTuning;
}

/** How the live channel does, counted since the start. */
export interface LiveCounts {
  readonly kind: "event_socket" | "post_url";
  readonly isOpen: boolean;
  readonly received: number;
  /** What was no event. */
  readonly malformed: number;
  /** What came beyond the bound of one second. */
  readonly dropped: number;
}

export interface LiveFeed {
  start(): Promise<void>;
  stop(): Promise<void>;
  counts(): LiveCounts;
}

/** The live changes of a hub in a bounded, quiet form. null: none are configured, or the hub has none. */
export function createLiveFeed(config: HubitatConfig, deps: LiveFeedDeps): LiveFeed | null {
  const { kind } = config.live;
  if (kind === "none") return null;
  const counted = { received: 0, malformed: 0, dropped: 0 };
  const { tuning } = deps;
  let second = 0;
  let inSecond = 0;
  let resyncTimer: NodeJS.Timeout | undefined;
  let resyncAtMs = -Infinity;
  const coalescer = createCoalescer<() => void>((handOn) => handOn(), tuning.coalesceMs);

  function requestResync(): void {
    if (resyncTimer !== undefined) return;
    const gapMs = tuning.resyncGapMs ?? RESYNC_GAP_MS;
    const waitMs = Math.max(0, resyncAtMs + gapMs - performance.now());
    const spreadMs = Math.min(RESYNC_SPREAD_MS, gapMs) * deps.chance();
    resyncTimer = setTimeout(() => {
      resyncTimer = undefined;
      resyncAtMs = performance.now();
      deps.onResync();
    }, waitMs + spreadMs);
  }

  function isWithinBound(): boolean {
    const now = Math.floor(performance.now() / 1_000);
    if (now !== second) [second, inSecond] = [now, 0];
    inSecond += 1;
    return inSecond <= MAX_EVENTS_A_SECOND;
  }

  function hear(event: LiveEvent): void {
    counted.received += 1;
    if (event.kind === "ignored") return;
    const isBeyondBound = !isWithinBound();
    if (isBeyondBound) counted.dropped += 1;
    if (isBeyondBound || event.kind === "started") requestResync();
    else if (event.kind === "place") deps.onPlace(event, deps.nextOrder());
    else takeValue(event, deps.nextOrder());
  }

  /** A word is told at once and in its order; a meter tells several numbers a second. */
  function takeValue(event: ValueEvent, order: number): void {
    if (!isNumeric(event.attribute)) deps.onValue(event, order);
    else coalescer.offer(`${event.deviceId}/${event.attribute}`, () => deps.onValue(event, order));
  }

  const listener: LiveListener = {
    onEvent: hear,
    onOpen: requestResync,
    onMalformed: () => (counted.malformed += 1),
  };
  const channel = channelOf(config, listener, deps);
  if (channel === null) return null;
  return {
    start: () => channel.start(),
    stop: async () => {
      clearTimeout(resyncTimer);
      resyncTimer = undefined;
      coalescer.stop();
      await channel.stop();
      clearTimeout(resyncTimer);
      resyncTimer = undefined;
    },
    counts: () => ({ kind, isOpen: channel.isOpen(), ...counted }),
  };
}

function channelOf(config: HubitatConfig, listener: LiveListener, deps: LiveFeedDeps): LiveChannel | null {
  if (config.live.kind === "post_url") return createPostReceiver(config.live, listener);
  return createEventSocket(config, listener, deps.chance, deps.tuning.socket);
}
