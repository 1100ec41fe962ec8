import type { ObservationGap } from "@studio-os/functions/contracts";
import { UtcInstant } from "@studio-os/functions/contracts";
import * as z from "zod";
import { readItem } from "./redrive-parked.js";

/** Observations that were dropped and that no acknowledged report has told of, from the first to the last of them. */
const Drops = z.strictObject({
  count: z.int().min(0),
  fromAt: UtcInstant.nullable(),
  toAt: UtcInstant.nullable(),
});
export type Drops = z.infer<typeof Drops>;

export const NO_DROPS: Drops = { count: 0, fromAt: null, toAt: null };

/** As it lies on disk; a bare number is a count whose time nobody noted. */
export function readDrops(text: string | undefined): Drops {
  if (text === undefined) return NO_DROPS;
  return /^\d+$/.test(text) ? { ...NO_DROPS, count: Number(text) } : Drops.parse(JSON.parse(text));
}

/** The drops with these items, as they were stored, among them. One that cannot be read counts, at an unknown time. */
export function addDrops(drops: Drops, gone: readonly string[]): Drops {
  return gone.reduce((sum, text) => {
    const queuedAt = readItem(text)?.queuedAt ?? null;
    const times = [sum.fromAt, sum.toAt, queuedAt].flatMap((it) => it ?? []).sort();
    return { count: sum.count + 1, fromAt: times[0] ?? null, toAt: times.at(-1) ?? null };
  }, drops);
}

/** What is left once a report of this many was acknowledged; what came since lies after the end of what it told. */
export function withoutReported(drops: Drops, reported: number): Drops {
  const count = Math.max(0, drops.count - reported);
  return count === 0 ? NO_DROPS : { ...drops, count, fromAt: reported > 0 ? drops.toAt : drops.fromAt };
}

export function gapOf({ count, fromAt, toAt }: Drops): ObservationGap | null {
  return count === 0 || fromAt === null || toAt === null ? null : { fromAt, toAt, observations: count };
}
