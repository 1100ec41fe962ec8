import { Observation, staleAfterMs } from "@studio-os/functions/contracts";
import type { Reading } from "../connector.js";
import type { Rank } from "../outbox/outbox.js";
import { deadbandOf, heartbeatMsOf, isSampleDue, isWarning } from "./report-policy.js";
import type { ReportPolicy } from "./report-policy.js";

/** What is remembered of one attribute of one device. */
interface Tracked {
  readonly reported: Observation;
  readonly reportedAtMs: number;
  /** When the value was last seen, reported or not. */
  readonly seenAtMs: number;
}

/** Keyed by device and attribute. Plain data: the next state is a new map. */
export type TrackedAttributes = ReadonlyMap<string, Tracked>;
export const NOTHING_TRACKED: TrackedAttributes = new Map();

/** A hub that invents attributes without end must not fill the memory. */
export const MAX_TRACKED_ATTRIBUTES = 5_000;

export interface Detected {
  readonly state: TrackedAttributes;
  readonly observations: readonly Observation[];
  /** What each of them is worth, in the same order. */
  readonly ranks: readonly Rank[];
  /** Every reading that was understood and not outdated, reported or not: what the rules look at. */
  readonly heard: readonly Observation[];
  /** Readings that the public language cannot say: a malformed id, or one attribute too many. */
  readonly rejected: number;
}

export interface ObserveOptions {
  readonly policy: ReportPolicy;
  /** True: the devices are simulators, and nothing that they say is called live. */
  readonly isSimulated: boolean;
  /** True: this device's temperature is that of a kiln. */
  readonly isInKiln?: (deviceId: string) => boolean;
  /** How often this device is polled. Milliseconds; undefined: as usual. */
  readonly pollMsOf?: (deviceId: string) => number | undefined;
}

/**
 * Answers: which of these readings does the cloud have to hear of? A first value, a change of at least the deadband, a
 * change of quality or unit, and a heartbeat. A reading older than the one already seen tells nothing new.
 */
export function detectChanges(
  state: TrackedAttributes,
  readings: readonly Reading[],
  nowMs: number,
  options: ObserveOptions,
): Detected {
  const next = new Map(state);
  const observations: Observation[] = [];
  const ranks: Rank[] = [];
  const heard: Observation[] = [];
  let rejected = 0;
  for (const reading of readings) {
    const observation = toObservation(reading, nowMs, options);
    const key = observation === null ? "" : keyOf(observation);
    const last = next.get(key);
    if (observation === null || (last === undefined && next.size >= MAX_TRACKED_ATTRIBUTES)) {
      rejected += 1;
      continue;
    }
    const seenAtMs = Date.parse(observation.observedAt);
    // A value seen "later than now" means that the clock was set back; order is then unknown and the reading counts.
    if (last !== undefined && seenAtMs < last.seenAtMs && last.seenAtMs <= nowMs) continue;
    heard.push(observation);
    const rank = rankOf(last, observation, nowMs, options);
    if (rank === null) {
      if (last !== undefined) next.set(key, { ...last, seenAtMs });
      continue;
    }
    next.set(key, { reported: observation, reportedAtMs: nowMs, seenAtMs });
    observations.push(observation);
    ranks.push(rank);
  }
  return { state: next, observations, ranks, heard, rejected };
}

/** Answers: which values that the cloud believes have gone stale? Each is said once, with the time it was last seen. */
export function detectStale(state: TrackedAttributes, nowMs: number): Detected {
  const stale = [...state].filter(
    ([, { reported, seenAtMs }]) =>
      (reported.quality === "live" || reported.quality === "simulated") &&
      nowMs - seenAtMs > staleAfterMs(reported.attribute),
  );
  if (stale.length === 0) return { state, observations: [], ranks: [], heard: [], rejected: 0 };
  const next = new Map(state);
  const observations = stale.map(([key, { reported, seenAtMs }]) => {
    const observation: Observation = {
      ...reported,
      observedAt: new Date(seenAtMs).toISOString(),
      quality: "stale",
    };
    next.set(key, { reported: observation, reportedAtMs: nowMs, seenAtMs });
    return observation;
  });
  const ranks = observations.map((): Rank => "normal");
  return { state: next, observations, ranks, heard: [], rejected: 0 };
}

/** null: nothing new, so it is not reported. */
function rankOf(last: Tracked | undefined, now: Observation, nowMs: number, options: ObserveOptions): Rank | null {
  const isChange = last === undefined || isNews(last, now, nowMs, options);
  const isSample =
    now.attribute === "temperature" &&
    options.isInKiln?.(now.deviceId) === true &&
    isSampleDue(now.value, now.unit, last === undefined ? Infinity : Math.abs(nowMs - last.reportedAtMs));
  if (!isChange) return isSample ? "high" : null;
  const isSame = last !== undefined && last.reported.value === now.value && last.reported.quality === now.quality;
  if (isWarning(now.attribute) && last !== undefined && !isSame) return "urgent";
  if (isSample) return "high";
  return isSame && last.reported.unit === now.unit ? "low" : "normal";
}

function isNews(last: Tracked, now: Observation, nowMs: number, { policy, pollMsOf }: ObserveOptions): boolean {
  const before = last.reported;
  if (now.quality !== before.quality || now.unit !== before.unit) return true;
  const elapsedMs = nowMs - last.reportedAtMs;
  if (elapsedMs < 0 || elapsedMs >= heartbeatMsOf(policy, now.attribute, pollMsOf?.(now.deviceId))) return true;
  if (typeof now.value !== "number" || typeof before.value !== "number") return now.value !== before.value;
  const move = Math.abs(now.value - before.value);
  return move > 0 && move >= deadbandOf(policy, now.attribute);
}

/** null: the reading cannot be said at all. A value that cannot be said becomes null, and its quality `unknown`. */
function toObservation(reading: Reading, nowMs: number, options: ObserveOptions): Observation | null {
  const value = Observation.shape.value.safeParse(reading.value);
  const isUsable = value.success && value.data !== null;
  const observedAtMs = Math.min(Date.parse(reading.observedAt), nowMs);
  const parsed = Observation.safeParse({
    deviceId: reading.deviceId,
    attribute: reading.attribute,
    value: isUsable ? value.data : null,
    unit: reading.unit,
    observedAt: Number.isNaN(observedAtMs) ? "" : new Date(observedAtMs).toISOString(),
    source: reading.source,
    quality: isUsable ? qualityOf(reading, options) : "unknown",
  });
  return parsed.success ? parsed.data : null;
}

function qualityOf(reading: Reading, options: ObserveOptions): Reading["quality"] {
  return options.isSimulated && reading.quality === "live" ? "simulated" : reading.quality;
}

const keyOf = (observation: Observation): string => `${observation.deviceId}/${observation.attribute}`;
