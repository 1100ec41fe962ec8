import { toDocument } from "../commit/document-change.js";
import type { DocumentChange } from "../commit/document-change.js";
import {
  AgentHealth,
  AgentStream,
  BOARD_MAX_BYTES,
  BOARD_MAX_READINGS,
  DeviceBoard,
  ObservationBucket,
  agentHealthRef,
  deviceBoardRef,
  inTenant,
  observationRef,
  streamRef,
} from "../contracts/index.js";
import type { AgentEnvelope, Device, HealthReportBody, UtcInstant } from "../contracts/index.js";
import { applyHealth } from "./apply-health.js";
import { applyObservations } from "./apply-observations.js";
import type { Arrival } from "./apply-observations.js";
import { keepHistory } from "./keep-history.js";
import type { ReplayWindow } from "./replay-window.js";

/** What is stored before a verified envelope is taken in, as far as it touches it. */
export interface StoredTelemetry {
  readonly stream: AgentStream | null;
  readonly board: DeviceBoard | null;
  readonly health: AgentHealth | null;
}

export interface Acceptance {
  readonly envelope: AgentEnvelope;
  readonly receivedAt: UtcInstant;
  readonly isLate: boolean;
  /** The window once this envelope counts; null leaves it as it is (a number behind it that an operator vouched for). */
  readonly window: ReplayWindow | null;
}

/** The report that an envelope carries, alone or beside observations; null: none. */
function healthIn({ payload }: AgentEnvelope): HealthReportBody | null {
  if (payload.kind === "observations") return payload.health ?? null;
  return payload.kind === "health" ? payload : null;
}

/**
 * What is written when this envelope counts? The stream that counted it, with the newest history; the board, where a
 * reading is newer than what is on it; the agent's health, where it is reported; and now and then a full bucket of history.
 * So a minute of forty devices is two writes. A proposal's own writes are not in it.
 */
export function planTelemetry(stored: StoredTelemetry, acceptance: Acceptance): readonly DocumentChange[] {
  const { envelope, receivedAt, isLate } = acceptance;
  const { tenantId, agentId, bootId, payload, sentAt } = envelope;
  const arrival: Arrival = { agentId, receivedAt, isLate, sentAt };
  const changes: DocumentChange[] = [];
  const set = (ref: string, document: object): void =>
    void changes.push({ op: "set", path: inTenant(tenantId, ref), data: toDocument(document) });

  const history =
    payload.kind === "observations" ? keepHistory(stored.stream, envelope, payload.observations, arrival) : null;
  const tail = history?.tail ?? stored.stream?.tail ?? [];
  set(streamRef(agentId, bootId), AgentStream.parse({ ...evolveStream(stored.stream, acceptance), tail }));
  if (history?.bucket != null) {
    const first = Math.min(...history.bucket.batches.map(({ seq }) => seq));
    const path = inTenant(tenantId, observationRef(agentId, bootId, first));
    changes.push({ op: "create", path, data: toDocument(ObservationBucket.parse(history.bucket)) });
  }
  if (payload.kind === "observations") {
    const known = new Map(Object.entries(stored.board?.devices ?? {}));
    const changed = applyObservations(known, payload, arrival);
    for (const device of changed) known.set(device.deviceId, device);
    const devices = Object.fromEntries(withinBounds([...known.values()]).map((device) => [device.deviceId, device]));
    if (changed.length > 0)
      set(deviceBoardRef(agentId), DeviceBoard.parse({ agentId, devices, updatedAt: receivedAt }));
  }
  const report = healthIn(envelope);
  const health = report === null ? null : applyHealth(stored.health, report, arrival);
  if (health !== null) set(agentHealthRef(agentId), AgentHealth.parse(health));
  return changes;
}

/** Of more readings than a board holds, by number or by size, those of the devices that were seen longest ago go. */
function withinBounds(devices: readonly Device[]): readonly Device[] {
  const sized = devices.map((device) => ({
    device,
    count: Object.keys(device.readings).length,
    bytes: sizeOf(device),
  }));
  const left = { count: BOARD_MAX_READINGS, bytes: BOARD_MAX_BYTES };
  return sized
    .sort((a, b) => (a.device.lastSeenAt < b.device.lastSeenAt ? 1 : -1))
    .filter(({ count, bytes }) => (left.count -= count) >= 0 && (left.bytes -= bytes) >= 0)
    .map(({ device }) => device);
}

/** As JSON, with its name once more as its key, between two marks and two signs: Firestore counts about as much. */
const sizeOf = (device: Device): number =>
  Buffer.byteLength(JSON.stringify(device), "utf8") + device.deviceId.length + 4;

function evolveStream(before: AgentStream | null, acceptance: Acceptance): Omit<AgentStream, "tail"> {
  const { envelope, receivedAt, window } = acceptance;
  const { agentId, bootId, sentAt, payload } = envelope;
  const observations = payload.kind === "observations" ? payload.observations.length : 0;
  const counted = window ?? before;
  if (counted === null) throw new Error("a stream begins with a window");
  return {
    agentId,
    bootId,
    highestSeq: counted.highestSeq,
    window: counted.window,
    acceptedEnvelopes: (before?.acceptedEnvelopes ?? 0) + 1,
    acceptedObservations: (before?.acceptedObservations ?? 0) + observations,
    replaysRefused: before?.replaysRefused ?? 0,
    lastSentAt: before !== null && before.lastSentAt > sentAt ? before.lastSentAt : sentAt,
    lastReceivedAt: receivedAt,
  };
}
