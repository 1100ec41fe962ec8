import { MAX_CLOCK_SKEW_MS, staleAfterMs } from "../contracts/index.js";
import type {
  AgentPayload,
  Device,
  DeviceDescriptor,
  LatestReading,
  Observation,
  Quality,
  UtcInstant,
} from "../contracts/index.js";

/** Most attributes that one device document holds; past it the ones that were read longest ago go. */
export const DEVICE_MAX_READINGS = 200;

export interface Arrival {
  readonly agentId: string;
  readonly receivedAt: UtcInstant;
  readonly isLate: boolean;
  /** By the agent's clock. */
  readonly sentAt: UtcInstant;
}

type ObservationsPayload = Extract<AgentPayload, { kind: "observations" }>;

/**
 * What do these readings change in the devices' documents? For each attribute the newest `observedAt` wins, so that the
 * order of arrival does not matter; of two readings of one instant the one that is already stored stays. A late reading,
 * or one that is older than its kind of sensor allows, is stored as `stale` and never as `live`. A reading cannot have been
 * made after it was received: a device clock that runs ahead counts as "now", far ahead as `unknown`.
 *
 * `stored` holds the devices there are. Returns the new documents of those that change, and of no others.
 */
export function applyObservations(
  stored: ReadonlyMap<string, Device>,
  payload: ObservationsPayload,
  arrival: Arrival,
): readonly Device[] {
  const descriptors = new Map(payload.devices.map((descriptor) => [descriptor.deviceId, descriptor]));
  return touchedDeviceIds(payload).flatMap((deviceId) => {
    const observations = payload.observations.filter((observation) => observation.deviceId === deviceId);
    const before = stored.get(deviceId) ?? null;
    const after = applyToDevice(before, deviceId, descriptors.get(deviceId), observations, arrival);
    return after === null ? [] : [after];
  });
}

/** Whose documents could these readings change? Each device once, in the order of the readings. */
function touchedDeviceIds({ observations }: Pick<ObservationsPayload, "observations">): readonly string[] {
  return [...new Set(observations.map(({ deviceId }) => deviceId))];
}

function applyToDevice(
  before: Device | null,
  deviceId: string,
  descriptor: DeviceDescriptor | undefined,
  observations: readonly Observation[],
  arrival: Arrival,
): Device | null {
  const readings = new Map(Object.entries(before?.readings ?? {}));
  const applied = newestOfEach(observations)
    .map((observation) => ({ attribute: observation.attribute, reading: toReading(observation, arrival) }))
    .filter(({ attribute, reading }) => isNewer(reading.observedAt, readings.get(attribute)?.observedAt));
  if (applied.length === 0) return null;
  for (const { attribute, reading } of applied) readings.set(attribute, reading);
  const lastSeenAt = latest([...applied.map(({ reading }) => reading.observedAt), before?.lastSeenAt ?? ""]);
  // What an old envelope calls the device must not bring an old name back.
  const isNewsOfNow = before === null || lastSeenAt !== before.lastSeenAt;
  const known = isNewsOfNow && descriptor !== undefined ? descriptor : (before ?? nameless(deviceId));
  return {
    deviceId,
    name: known.name,
    kind: known.kind,
    room: known.room,
    ...(known.kiln === undefined ? {} : { kiln: known.kiln }),
    agentId: isNewsOfNow ? arrival.agentId : before.agentId,
    readings: Object.fromEntries(newestReadings(readings)),
    lastSeenAt,
    updatedAt: arrival.receivedAt,
  };
}

/** Of several readings of one attribute in one envelope the newest; of equal ones the last that was listed. */
function newestOfEach(observations: readonly Observation[]): Observation[] {
  const newest = new Map<string, Observation>();
  for (const observation of observations) {
    const other = newest.get(observation.attribute);
    if (other === undefined || observation.observedAt >= other.observedAt)
      newest.set(observation.attribute, observation);
  }
  return [...newest.values()];
}

function toReading(observation: Observation, { receivedAt, isLate }: Arrival): LatestReading {
  const { value, unit, source } = observation;
  const ageMs = Date.parse(receivedAt) - Date.parse(observation.observedAt);
  const observedAt = ageMs < 0 ? receivedAt : observation.observedAt;
  return { value, unit, observedAt, receivedAt, source, quality: qualityOf(observation, ageMs, isLate) };
}

/** `simulated` and `unknown` stay what they are: time makes neither of them better. */
function qualityOf({ value, quality, attribute }: Observation, ageMs: number, isLate: boolean): Quality {
  if (quality !== "live") return quality;
  if (value === null || -ageMs > MAX_CLOCK_SKEW_MS) return "unknown";
  return isLate || ageMs > staleAfterMs(attribute) ? "stale" : "live";
}

/** UTC instants of one fixed format: their text order is their time order. */
function isNewer(observedAt: UtcInstant, other: UtcInstant | undefined): boolean {
  return other === undefined || observedAt > other;
}

function latest(instants: readonly UtcInstant[]): UtcInstant {
  return instants.reduce((a, b) => (a > b ? a : b));
}

function nameless(deviceId: string): Pick<Device, "name" | "kind" | "room" | "kiln"> {
  return { name: deviceId, kind: "unknown", room: null };
}

function newestReadings(readings: ReadonlyMap<string, LatestReading>): [string, LatestReading][] {
  if (readings.size <= DEVICE_MAX_READINGS) return [...readings];
  return [...readings].sort(([, a], [, b]) => (a.observedAt < b.observedAt ? 1 : -1)).slice(0, DEVICE_MAX_READINGS);
}
