/** The value that this share of the samples lies at or below, interpolated; `share` from 0 to 1. Needs one sample. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const position = share * (sorted.length - 1);
  const below = sorted[Math.floor(position)];
  const above = sorted[Math.ceil(position)];
  if (below === undefined || above === undefined) throw new Error("no samples");
  return below + (above - below) * (position - Math.floor(position));
}

export interface Ratio {
  readonly ratio: number;
  /** The middle 95 % of the ratio over resampled runs. */
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 500;

/** How much larger is this quantile of one set than of the other? With a bootstrap interval; `random` is in [0, 1). */
export function ratioOf(
  measured: readonly number[],
  floor: readonly number[],
  share: number,
  random: () => number,
): Ratio {
  const resample = (samples: readonly number[]): number[] =>
    samples.map(() => samples[Math.floor(random() * samples.length)] ?? 0);
  const ratios = Array.from(
    { length: RESAMPLES },
    () => quantile(resample(measured), share) / quantile(resample(floor), share),
  );
  return {
    ratio: quantile(measured, share) / quantile(floor, share),
    low: quantile(ratios, 0.025),
    high: quantile(ratios, 0.975),
  };
}
