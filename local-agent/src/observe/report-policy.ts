import { STALE_AFTER_MS } from "@studio-os/functions/contracts";
import * as z from "zod";

/** How much an attribute may move unreported, and how often an unchanged value is said again. */
export const AttributePolicy = z.strictObject({
  /** In the attribute's own unit; a move of at least this much is reported. 0: every change is. */
  deadband: z.number().min(0).max(1_000_000).optional(),
  heartbeatMs: z.int().min(10_000).max(3_600_000).optional(),
});
export type AttributePolicy = z.infer<typeof AttributePolicy>;
export type ReportPolicy = Readonly<Record<string, AttributePolicy>>;

/** Noise of common sensors, so that a quiet room stays quiet; units as the connectors report them. */
const DEFAULT_DEADBANDS: Readonly<Record<string, number>> = {
  temperature: 0.2,
  humidity: 1,
  power: 5,
  voltage: 2,
  amperage: 0.1,
  illuminance: 20,
  pressure: 0.5,
  energy: 0.1,
};

/** A routine envelope waits at most this long for more to carry (see `uplink/pace.ts`). Milliseconds. */
export const ROUTINE_EVERY_MS = 75_000;
/** A heartbeat has to arrive before the value it repeats goes stale: the wait for its envelope and a slow way included. */
const HEARTBEAT_MARGIN_MS = ROUTINE_EVERY_MS + 12_000;
/** Where the kiln is hot, its temperature is a sample of the firing: one every 30 s (M12.10), a poll's jitter allowed. */
const SAMPLE_EVERY_MS = 29_000;
/** Below this a kiln is not firing but a warm box. °C. */
const FIRING_FROM_C = 60;

/** Sensors that warn: their news waits for nothing. */
const WARNING = new Set(["water", "smoke", "carbonMonoxide", "contact", "lock", "tamper", "shock", "sound"]);

export const isWarning = (attribute: string): boolean => WARNING.has(attribute);

/** Answers: how far may this attribute move before it is reported again? */
export function deadbandOf(policy: ReportPolicy, attribute: string): number {
  return policy[attribute]?.deadband ?? DEFAULT_DEADBANDS[attribute] ?? 0;
}

/** Answers: after how many milliseconds is an unchanged value of this attribute repeated? */
export function heartbeatMsOf(policy: ReportPolicy, attribute: string): number {
  return policy[attribute]?.heartbeatMs ?? staleAfterMsOf(attribute) - HEARTBEAT_MARGIN_MS;
}

/** Answers: is this reading of a kiln's sensor a sample of a firing that is due? Colder kilns, and °F, are not sampled. */
export function isSampleDue(value: unknown, unit: string | null, sinceReportMs: number): boolean {
  return typeof value === "number" && unit === "°C" && value >= FIRING_FROM_C && sinceReportMs >= SAMPLE_EVERY_MS;
}

/** Answers: from which age in milliseconds on is a value of this attribute stale? An age of exactly this much is not yet. */
export function staleAfterMsOf(attribute: string): number {
  const byAttribute: Readonly<Record<string, number>> = STALE_AFTER_MS;
  return byAttribute[attribute] ?? STALE_AFTER_MS.default;
}
