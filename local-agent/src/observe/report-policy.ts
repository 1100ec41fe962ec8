import { kindOfReading, staleAfterMs } from "@studio-os/functions/contracts";
import type { ReadingKind } from "@studio-os/functions/contracts";
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
export const ROUTINE_EVERY_MS = 68_000;
/** A slow way from the disk to the cockpit. */
const ON_THE_WAY_MS = 10_000;
/** A pause between two polls is this much longer at most (see `poll-loop.ts`). */
const POLL_JITTER = 1.1;
/** The slowest polls that a configuration may ask for: beyond them readings would go stale between two polls. */
export const MAX_HUB_POLL_MS = 30_000;
export const MAX_VACUUM_POLL_MS = 120_000;
/** Where nobody says how often a device is polled. */
const USUAL_POLL_MS = 20_000;
/** How long a kind rests between two reads, beyond the pause between two polls (`roborock/cadence.ts`, `account-session.ts`). */
const REST_MS: Readonly<Partial<Record<ReadingKind, number>>> = {
  vacuumStatus: 4 * 60_000,
  presenceInAccount: 3_600_000,
  wear: 6 * 3_600_000,
  signal: 12 * 3_600_000,
  setup: 24 * 3_600_000,
};
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

/**
 * Answers: after how many milliseconds is an unchanged value of this attribute repeated? The repetition has to arrive before
 * the value goes stale: the wait for the read that makes it, the wait for its envelope and a slow way included. A setting can
 * make it come sooner and never later.
 */
export function heartbeatMsOf(policy: ReportPolicy, attribute: string, pollMs: number = USUAL_POLL_MS): number {
  const readEveryMs = (REST_MS[kindOfReading(attribute)] ?? 0) + pollMs * POLL_JITTER;
  const own = staleAfterMs(attribute) - readEveryMs - ROUTINE_EVERY_MS - ON_THE_WAY_MS;
  return Math.min(policy[attribute]?.heartbeatMs ?? Infinity, Math.max(0, own));
}

/** Answers: is this reading of a kiln's sensor a sample of a firing that is due? Colder kilns, and °F, are not sampled. */
export function isSampleDue(value: unknown, unit: string | null, sinceReportMs: number): boolean {
  return typeof value === "number" && unit === "°C" && value >= FIRING_FROM_C && sinceReportMs >= SAMPLE_EVERY_MS;
}
