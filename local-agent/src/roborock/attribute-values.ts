/** One value of one attribute, as the robot told it. */
export interface AttributeReading {
  readonly attribute: string;
  readonly value: string | number | boolean;
  readonly unit: string | null;
  readonly source: "rpc" | "push";
  /** Unix seconds by the robot's clock, for reference only: it may be wrong. Null when the message named none. */
  readonly deviceTime: number | null;
}

export type Value = readonly [attribute: string, value: string | number | boolean | undefined, unit: string | null];

/** Leaves out what is absent: an attribute without a value says nothing. */
export function toReadings(
  source: "rpc" | "push",
  deviceTime: number | null,
  values: readonly Value[],
): AttributeReading[] {
  return values.flatMap(([attribute, value, unit]) =>
    value === undefined ? [] : [{ attribute, value, unit, source, deviceTime }],
  );
}

export function whole(value: number | undefined): number | undefined {
  return value !== undefined && Number.isSafeInteger(value) ? value : undefined;
}

export function percent(value: number | undefined): number | undefined {
  return value !== undefined && value >= 0 && value <= 100 ? value : undefined;
}

export function atLeastZero(value: number | undefined): number | undefined {
  return value !== undefined && value >= 0 && Number.isFinite(value) ? value : undefined;
}

/** Of square millimetres, to a tenth. */
export function squareMetres(squareMillimetres: number | undefined): number | undefined {
  const area = atLeastZero(squareMillimetres);
  return area === undefined ? undefined : Math.round(area / 100_000) / 10;
}

/** Zero is no, any other whole number is yes: later firmware counts where earlier said 1. */
export function flag(value: number | undefined): boolean | undefined {
  const known = whole(value);
  return known === undefined ? undefined : known !== 0;
}

const MAX_UNIX_SECONDS = 0xffff_ffff;

/** UTC ISO of Unix seconds; zero and the impossible count as absent. */
export function instant(unixSeconds: number | undefined): string | undefined {
  const isTime = unixSeconds !== undefined && unixSeconds > 0 && unixSeconds <= MAX_UNIX_SECONDS;
  return isTime ? new Date(Math.floor(unixSeconds) * 1_000).toISOString() : undefined;
}
