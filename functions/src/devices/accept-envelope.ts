import type { DocumentChange } from "../commit/document-change.js";
import {
  ObservationBatch,
  connectorHealthRef,
  deviceRef,
  inTenant,
  observationRef,
  streamRef,
} from "../contracts/index.js";
import type {
  AgentEnvelope,
  AgentStream,
  ConnectorHealth,
  Device,
  JsonObject,
  ObservationBatch as Batch,
  UtcInstant,
} from "../contracts/index.js";
import { applyHealth } from "./apply-health.js";
import { applyObservations } from "./apply-observations.js";
import type { ReplayWindow } from "./replay-window.js";

/** What is stored before a verified envelope is taken in, as far as it touches it. */
export interface StoredTelemetry {
  readonly stream: AgentStream | null;
  readonly devices: ReadonlyMap<string, Device>;
  readonly connectors: ReadonlyMap<string, ConnectorHealth>;
}

export interface Acceptance {
  readonly envelope: AgentEnvelope;
  readonly receivedAt: UtcInstant;
  readonly isLate: boolean;
  /** The window once this envelope counts; null leaves it as it is (a number behind it that an operator vouched for). */
  readonly window: ReplayWindow | null;
}

/**
 * What is written when this envelope counts? The stream that counted it, and by its kind: one create-only batch and each
 * device that changed, or each connector that changed. A proposal's own writes are not in it.
 */
export function planTelemetry(stored: StoredTelemetry, acceptance: Acceptance): readonly DocumentChange[] {
  const { envelope, receivedAt, isLate } = acceptance;
  const { tenantId, agentId, payload } = envelope;
  const arrival = { agentId, receivedAt, isLate };
  const set = (ref: string, data: JsonObject): DocumentChange => ({ op: "set", path: inTenant(tenantId, ref), data });
  const stream = set(streamRef(agentId, envelope.bootId), evolveStream(stored.stream, acceptance));
  switch (payload.kind) {
    case "observations": {
      const devices = applyObservations(stored.devices, payload, arrival);
      return [
        stream,
        { op: "create", path: batchPath(envelope), data: toBatch(envelope, payload.observations, arrival) },
        ...devices.map((device) => set(deviceRef(device.deviceId), device)),
      ];
    }
    case "health": {
      const connectors = applyHealth(stored.connectors, payload, arrival);
      return [
        stream,
        ...connectors.map((connector) => set(connectorHealthRef(agentId, connector.connectorId), connector)),
      ];
    }
    case "proposal":
      return [stream];
  }
}

/** Where the observations of this envelope lie, once it is accepted. */
export function batchPath({ tenantId, agentId, bootId, seq }: AgentEnvelope): string {
  return inTenant(tenantId, observationRef(agentId, bootId, seq));
}

/** Is the stored batch what this envelope carries, so that a second copy of it tells nothing new? */
export function isSameBatch(stored: Batch, { sentAt, payload }: AgentEnvelope): boolean {
  return (
    payload.kind === "observations" &&
    stored.sentAt === sentAt &&
    stored.observations.length === payload.observations.length &&
    stored.observations.every((one, index) => {
      const other = payload.observations[index];
      return (
        other !== undefined &&
        one.deviceId === other.deviceId &&
        one.attribute === other.attribute &&
        one.value === other.value &&
        one.observedAt === other.observedAt
      );
    })
  );
}

function toBatch(
  { agentId, bootId, seq, sentAt }: AgentEnvelope,
  observations: Batch["observations"],
  { receivedAt, isLate }: { receivedAt: UtcInstant; isLate: boolean },
): JsonObject {
  return ObservationBatch.parse({ agentId, bootId, seq, sentAt, receivedAt, isLate, observations });
}

function evolveStream(before: AgentStream | null, acceptance: Acceptance): AgentStream {
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
