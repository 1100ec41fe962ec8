import { ConnectorError } from "../connector.js";
import type { Connector, ConnectorHealth, Reading, StatusSnapshot } from "../connector.js";
import { ATTRIBUTE_NAMES, isNumeric } from "./attributes.js";
import { createDetailReader } from "./detail-reader.js";
import type { DetailReader, DetailTiming } from "./detail-reader.js";
import { hubFailed } from "./hub-answer.js";
import { createHubAccess } from "./hub-access.js";
import { createHubitatClient } from "./hubitat-client.js";
import type { HubitatClient } from "./hubitat-client.js";
import type { HubitatConfig } from "./hubitat-config.js";
import type { PlaceAttribute } from "./live/live-event.js";
import { createLiveFeed } from "./live/live-feed.js";
import type { LiveCounts, LiveFeed, LiveTuning } from "./live/live-feed.js";
import { createStudioReader } from "./read-studio.js";
import type { StudioReader } from "./read-studio.js";
import type { HubDevice } from "./schema.js";
import { createStudioView } from "./studio-view.js";
import type { PushedValue } from "./studio-view.js";
import { placeReading } from "./to-snapshot.js";

/** Shorter times than the built-in ones, for tests. */
export interface HubitatTuning extends LiveTuning {
  readonly details?: DetailTiming;
}

export interface HubitatConnectorDeps {
  readonly nowMs: () => number;
  /** In [0, 1): jitters every back-off. */
  readonly chance: () => number;
  /** Told when entries of an answer could not be read. */
  readonly onSkipped?: (skipped: number) => void;
  readonly tuning?: HubitatTuning;
}

export interface HubitatConnector extends Connector {
  /** The last snapshot that was read, with the times at which it was; null before the first. A failure never changes it. */
  lastSnapshot(): StatusSnapshot | null;
  /** How the live channel does; null where none is configured, or while stopped. */
  liveCounts(): LiveCounts | null;
}

/** What exists between a start and a stop. */
interface Running {
  readonly client: HubitatClient;
  readonly reader: StudioReader;
  readonly details: DetailReader;
  readonly feed: LiveFeed | null;
}

const CAPABILITIES = [{ id: "hubitat.status.read", mode: "read", riskTier: "low" }] as const;
const NOT_CONFIGURED: ConnectorHealth = {
  ...{ state: "not_configured", lastSuccessAt: null, lastError: null, consecutiveFailures: 0, breaker: "closed" },
};

/**
 * The hub as a connector of the agent: reads, listens, reports its health, refuses everything else. null configuration: it
 * says `not_configured` and reads nothing. Calls that overlap share their requests; an open breaker keeps the hub in peace.
 */
export function createHubitatConnector(config: HubitatConfig | null, deps: HubitatConnectorDeps): HubitatConnector {
  if (config === null) return unconfigured();
  const { nowMs, chance, tuning = {} } = deps;
  const configuration = config;
  const access = createHubAccess(nowMs, chance);
  const view = createStudioView(config);
  const listeners = new Set<(reading: Reading) => void>();
  let running: Running | null = open();
  let inFlight: Promise<{ snapshot: StatusSnapshot; changed: Reading[] }> | null = null;
  let last: StatusSnapshot | null = null;
  let isStarted = false;

  function open(): Running {
    const client = createHubitatClient(configuration);
    return {
      client,
      reader: createStudioReader(client, configuration, nowMs, view.units),
      details: createDetailReader((id) => readDetails(client, id), nowMs, tuning.details),
      feed: createLiveFeed(configuration, {
        ...{ chance, tuning, onResync: resync },
        nextOrder: () => view.nextOrder(),
        onValue: ({ deviceId, attribute, raw, unit }, order) => takePush({ deviceId, attribute, raw, unit, order }),
        onPlace: ({ attribute, value }, order) => takePlace(attribute, value, order),
      }),
    };
  }

  function tell(readings: readonly Reading[]): void {
    for (const reading of readings) for (const listener of listeners) listener(reading);
  }

  function takePush(push: PushedValue): void {
    const { changed, isUnproved } = view.takePush(push, nowMs());
    if (changed !== null) tell([changed]);
    if (isUnproved) running?.details.confirm(push.deviceId);
  }

  /** Modes and the alarm system are heard of only where they are also read: a push alone proves nothing. */
  function takePlace(attribute: PlaceAttribute, value: string | null, order: number): void {
    const isWanted = attribute === "mode" ? configuration.readsModes : configuration.readsSafety;
    const changed = isWanted ? view.takePlace(placeReading(attribute, value, "push", nowMs()), order) : null;
    if (changed !== null) tell([changed]);
  }

  /** A question that nobody waits for is put only to a hub that answers well. */
  async function readDetails(client: HubitatClient, id: string): ReturnType<HubitatClient["readDevice"]> {
    if (!access.isAtEase()) return hubFailed("stopped");
    const askedOrder = view.nextOrder();
    const answer = await client.readDevice(id);
    if (answer.kind === "ok") tell(view.takeDetails(answer.value, askedOrder, nowMs()));
    return answer;
  }

  /** Reads everything because something may have been missed; what changed is told like a push. */
  function resync(): void {
    readShared()
      .then(({ changed }) => tell(changed))
      .catch(() => undefined);
  }

  function readShared(): Promise<{ snapshot: StatusSnapshot; changed: Reading[] }> {
    if (running === null) return Promise.reject(access.failed("stopped"));
    inFlight ??= readOnce(running).finally(() => {
      inFlight = null;
    });
    return inFlight;
  }

  async function readOnce({ reader, details }: Running): Promise<{ snapshot: StatusSnapshot; changed: Reading[] }> {
    const { isProbe } = access.requirePermit();
    const askedOrder = view.nextOrder();
    const answer = await reader.read(isProbe);
    if (answer.kind === "failed") throw access.failed(answer.failure, answer.retryAfterMs);
    access.succeeded();
    const { snapshot, devices, skipped } = answer.value;
    if (skipped > 0) deps.onSkipped?.(skipped);
    const taken = view.takePoll(snapshot, askedOrder);
    last = taken.snapshot;
    if (isStarted && configuration.readsDetails) learnUnits(devices, details);
    return taken;
  }

  return {
    id: "hubitat",
    capabilities: CAPABILITIES,
    start: async () => {
      running ??= open();
      isStarted = true;
      await running.feed?.start();
    },
    stop: async () => {
      const ending = running;
      running = null;
      isStarted = false;
      ending?.client.close();
      ending?.details.stop();
      await ending?.feed?.stop();
    },
    health: () => access.health(),
    readStatus: async () => (await readShared()).snapshot,
    lastSnapshot: () => last,
    liveCounts: () => running?.feed?.counts() ?? null,
    execute: refuseIntent,
    ...(config.live.kind !== "none" && {
      onReading: (listener: (reading: Reading) => void) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    }),
  };
}

/** What a device states of its units is read once a day, where it has numbers at all. */
function learnUnits(devices: readonly HubDevice[], details: DetailReader): void {
  for (const { id, values } of devices) {
    if (ATTRIBUTE_NAMES.some((name) => values.has(name) && isNumeric(name))) details.learn(id);
  }
}

function unconfigured(): HubitatConnector {
  return {
    id: "hubitat",
    capabilities: CAPABILITIES,
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    health: () => NOT_CONFIGURED,
    readStatus: () => Promise.reject(new ConnectorError("NOT_CONFIGURED", "hubitat: no hub is configured")),
    lastSnapshot: () => null,
    liveCounts: () => null,
    execute: refuseIntent,
  };
}

function refuseIntent(): Promise<never> {
  return Promise.reject(new ConnectorError("READ_ONLY", "hubitat: this connector reads and does nothing else"));
}
