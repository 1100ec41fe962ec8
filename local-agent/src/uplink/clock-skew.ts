/** One answer of the cloud: what its clock showed, to the second, between two readings of ours. Milliseconds. */
export interface ClockSample {
  /** The `Date` header (RFC 9110 §6.6.1): the cloud's second, cut off. */
  readonly cloudMs: number;
  readonly sentMs: number;
  readonly receivedMs: number;
}

/** How far our clock is ahead of the cloud's (negative: behind), give or take `uncertaintyMs`. */
export interface ClockSkew {
  readonly skewMs: number;
  readonly uncertaintyMs: number;
  readonly measuredAt: string;
}

export interface SkewMeter {
  readonly hear: (sample: ClockSample) => void;
  /** null: no answer has been heard yet. */
  readonly read: () => ClockSkew | null;
}

/** A header says a whole second; the true time lies anywhere within it. */
const HEADER_STEP_MS = 1_000;
/** Clocks drift: what was measured is widened by this share of the time since. 100 ppm is a poor crystal. */
const DRIFT = 100e-6;
/** An answer that took longer says too little. */
const MAX_ROUND_TRIP_MS = 10_000;

/**
 * Answers: how wrong is this machine's clock? Each answer bounds the skew from both sides; the bounds of several answers
 * are cut with each other (the interval method of Marzullo), so that the seconds of the header become fractions. An
 * answer that contradicts what was known, because a clock was set, starts anew.
 */
export function createSkewMeter(): SkewMeter {
  let known: { readonly low: number; readonly high: number; readonly atMs: number } | null = null;
  return {
    hear: ({ cloudMs, sentMs, receivedMs }) => {
      if (receivedMs < sentMs || receivedMs - sentMs > MAX_ROUND_TRIP_MS || !Number.isFinite(cloudMs)) return;
      const sample = { low: sentMs - cloudMs - HEADER_STEP_MS, high: receivedMs - cloudMs };
      const drift = known === null ? 0 : Math.abs(receivedMs - known.atMs) * DRIFT;
      const low = known === null ? sample.low : Math.max(sample.low, known.low - drift);
      const high = known === null ? sample.high : Math.min(sample.high, known.high + drift);
      known = low <= high ? { low, high, atMs: receivedMs } : { ...sample, atMs: receivedMs };
    },
    read: () =>
      known === null
        ? null
        : {
            skewMs: Math.round((known.low + known.high) / 2),
            uncertaintyMs: Math.ceil((known.high - known.low) / 2),
            measuredAt: new Date(known.atMs).toISOString(),
          },
  };
}
