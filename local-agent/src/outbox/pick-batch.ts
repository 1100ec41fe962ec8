import { ENVELOPE_MAX_BYTES, ENVELOPE_MAX_OBSERVATIONS } from "@studio-os/functions/contracts";
import type { AgentPayload, DeviceDescriptor } from "@studio-os/functions/contracts";
import type { HealthReport, OutboxItem } from "./outbox.js";

/**
 * An envelope is late or live as a whole, so its items must be of one time: longer than a routine envelope waits, and well
 * below the age from which the cloud calls an envelope late. Milliseconds.
 */
export const MAX_BATCH_SPAN_MS = 90_000;
/** Room for everything of an envelope but devices and observations, a health report with twenty connectors included. */
const ENVELOPE_FRAME_BYTES = 12 * 1024;

export interface PickedBatch {
  /** How many items from the front go into the envelope. */
  readonly taken: number;
  readonly sentAt: string;
  readonly payload: AgentPayload;
}

/**
 * Answers: what is the next envelope made of? A proposal travels alone; observations up to the first proposal travel
 * together, as far as the number, the bytes and the span of time allow. null: nothing waits.
 */
export function pickBatch(
  items: readonly OutboxItem[],
  describe: (deviceId: string) => DeviceDescriptor | undefined,
): PickedBatch | null {
  const [first] = items;
  if (first === undefined) return null;
  if (first.kind === "proposal") {
    return { taken: 1, sentAt: first.queuedAt, payload: { kind: "proposal", proposal: first.proposal } };
  }
  const devices = new Map<string, DeviceDescriptor>();
  const observations = [];
  let bytes = ENVELOPE_FRAME_BYTES;
  let sentAt = first.queuedAt;
  for (const item of items.slice(0, ENVELOPE_MAX_OBSERVATIONS)) {
    if (item.kind !== "observation") break;
    const { deviceId } = item.observation;
    const device = devices.has(deviceId) ? undefined : describe(deviceId);
    bytes += jsonBytes(item.observation) + (device === undefined ? 0 : jsonBytes(device));
    const spanMs = Math.abs(Date.parse(item.queuedAt) - Date.parse(first.queuedAt));
    if (observations.length > 0 && (bytes > ENVELOPE_MAX_BYTES || spanMs > MAX_BATCH_SPAN_MS)) break;
    if (device !== undefined) devices.set(deviceId, device);
    observations.push(item.observation);
    if (item.queuedAt > sentAt) sentAt = item.queuedAt;
  }
  const payload: AgentPayload = { kind: "observations", devices: [...devices.values()], observations };
  return { taken: observations.length, sentAt, payload };
}

/** What goes into the next envelope, and whether the report on the agent's health is in it. */
export interface NextEnvelope extends PickedBatch {
  readonly carriesHealth: boolean;
}

/**
 * Answers: what is the next envelope, a health report waiting beside the items? The report rides along with observations
 * of its own time, which saves a message; it goes ahead alone of what is older, a backlog say, or of a proposal. null:
 * nothing waits.
 */
export function pickNext(picked: PickedBatch | null, health: HealthReport | null): NextEnvelope | null {
  if (health === null) return picked === null ? null : { ...picked, carriesHealth: false };
  const { connectors, vitals } = health;
  const body = { connectors, ...(vitals !== undefined && { vitals }) };
  const isOfOneTime =
    picked !== null && Math.abs(Date.parse(health.at) - Date.parse(picked.sentAt)) <= MAX_BATCH_SPAN_MS;
  if (picked?.payload.kind === "observations" && isOfOneTime)
    return { ...picked, payload: { ...picked.payload, health: body }, carriesHealth: true };
  return { taken: 0, sentAt: health.at, payload: { kind: "health", ...body }, carriesHealth: true };
}

/** Bytes of a value as JSON in UTF-8, the comma after it included. */
export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value), "utf8") + 1;
}
