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

/** A heartbeat has to arrive before the value it repeats goes stale, a missed poll and a slow way included. */
const HEARTBEAT_SHARE = 0.75;

/** Answers: how far may this attribute move before it is reported again? */
export function deadbandOf(policy: ReportPolicy, attribute: string): number {
  return policy[attribute]?.deadband ?? DEFAULT_DEADBANDS[attribute] ?? 0;
}

/** Answers: after how many milliseconds is an unchanged value of this attribute repeated? */
export function heartbeatMsOf(policy: ReportPolicy, attribute: string): number {
  return policy[attribute]?.heartbeatMs ?? staleAfterMsOf(attribute) * HEARTBEAT_SHARE;
}

/** Answers: from which age in milliseconds on is a value of this attribute stale? An age of exactly this much is not yet. */
export function staleAfterMsOf(attribute: string): number {
  const byAttribute: Readonly<Record<string, number>> = STALE_AFTER_MS;
  return byAttribute[attribute] ?? STALE_AFTER_MS.default;
}
