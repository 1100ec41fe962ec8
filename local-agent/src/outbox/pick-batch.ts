import { ENVELOPE_MAX_BYTES, ENVELOPE_MAX_OBSERVATIONS } from "@studio-os/functions/contracts";
import type { AgentPayload, DeviceDescriptor } from "@studio-os/functions/contracts";
import type { OutboxItem } from "./outbox.js";

/**
 * An envelope is late or live as a whole, so its items must be of one time: half of the age from which the cloud calls an
 * envelope late. Milliseconds.
 */
export const MAX_BATCH_SPAN_MS = 60_000;
/** Room for everything of an envelope but devices and observations. */
const ENVELOPE_FRAME_BYTES = 2_048;

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

/** Bytes of a value as JSON in UTF-8, the comma after it included. */
export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value), "utf8") + 1;
}
