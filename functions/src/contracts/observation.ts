import * as z from "zod";
import { DocId, UtcInstant } from "./primitives.js";

/** How far a reading can be trusted. `stale` and `unknown` are never shown without saying so; `simulated` is badged. */
export const QUALITIES = ["live", "stale", "unknown", "simulated"] as const;
export const Quality = z.enum(QUALITIES);
export type Quality = z.infer<typeof Quality>;

/** Device ids carry their connector: `hubitat:12`, `roborock:abc`. The part before the colon is the connector's id. */
export const DeviceId = z.string().regex(/^[a-z0-9-]{2,30}:[A-Za-z0-9_.-]{1,80}$/);
export type DeviceId = z.infer<typeof DeviceId>;

export const AttributeName = z.string().regex(/^[a-z][A-Za-z0-9]{0,63}$/);
export const ReadingValue = z.union([z.number(), z.boolean(), z.string().max(200), z.null()]);

/** What a device said about one attribute at one moment (M12.4). `receivedAt` is added by the cloud, never by the agent. */
export const Observation = z.strictObject({
  deviceId: DeviceId,
  attribute: AttributeName,
  /** null: the device answered without a usable value; quality is then `unknown`. */
  value: ReadingValue,
  unit: z.string().max(16).nullable(),
  observedAt: UtcInstant,
  source: z.enum(["poll", "push"]),
  quality: Quality,
});
export type Observation = z.infer<typeof Observation>;

/** How long a live reading stays live, in milliseconds, by attribute; anything else takes `default`. */
export const STALE_AFTER_MS = {
  temperature: 120_000,
  power: 120_000,
  lock: 600_000,
  default: 300_000,
} as const;

/** The newest reading of one attribute, as the cloud keeps it. */
export const LatestReading = z.strictObject({
  value: ReadingValue,
  unit: z.string().max(16).nullable(),
  observedAt: UtcInstant,
  receivedAt: UtcInstant,
  source: Observation.shape.source,
  quality: Quality,
});
export type LatestReading = z.infer<typeof LatestReading>;

/**
 * One device and the newest value of each attribute. Stored at `devices/{connector}_{id}`; written by functions from
 * verified envelopes; rebuilt from `observations` if lost.
 */
export const Device = z.strictObject({
  deviceId: DeviceId,
  name: z.string().max(120),
  kind: z.string().max(40),
  room: z.string().max(80).nullable(),
  agentId: DocId,
  readings: z.record(AttributeName, LatestReading),
  lastSeenAt: UtcInstant,
  updatedAt: UtcInstant,
});
export type Device = z.infer<typeof Device>;

/**
 * The observations of one accepted envelope. Stored at `observations/{agentId}.{bootId}.{seq}`; create-only, so that a
 * second delivery cannot count twice; written by functions; kept as long as the retention matrix says.
 */
export const ObservationBatch = z.strictObject({
  agentId: DocId,
  bootId: DocId,
  seq: z.int().min(1),
  sentAt: UtcInstant,
  receivedAt: UtcInstant,
  /** True: it arrived so long after it was sent that it tells of the past and never of now. */
  isLate: z.boolean(),
  observations: z.array(Observation).max(200),
});
export type ObservationBatch = z.infer<typeof ObservationBatch>;

/** How one connector does, by its own real calls. Stored at `connectorHealth/{agentId}_{connectorId}`. */
export const ConnectorHealth = z.strictObject({
  agentId: DocId,
  connectorId: z.string().max(30),
  state: z.enum(["healthy", "degraded", "down", "not_configured"]),
  lastSuccessAt: UtcInstant.nullable(),
  lastError: z.string().max(40).nullable(),
  consecutiveFailures: z.int().min(0),
  reportedAt: UtcInstant,
  receivedAt: UtcInstant,
});
export type ConnectorHealth = z.infer<typeof ConnectorHealth>;
