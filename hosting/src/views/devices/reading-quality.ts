import { staleAfterMs } from "@studio-os/functions/contracts";
import type { LatestReading, Quality } from "@studio-os/functions/contracts";

/**
 * Answers: how far can this reading be trusted now? What the agent called live turns stale once it is as old as its
 * attribute allows, whether or not anybody says so; a reading without a value is unknown; simulated stays simulated.
 */
export function shownQuality(attribute: string, reading: LatestReading, nowMs: number): Quality {
  if (reading.value === null || reading.quality === "unknown") return "unknown";
  if (reading.quality === "simulated" || reading.quality === "stale") return reading.quality;
  return nowMs - Date.parse(reading.observedAt) >= staleAfterMs(attribute) ? "stale" : "live";
}

/** A value with its unit as people read it: `31.4 °C`, `on`, `closed`; nothing is said as `no value`. */
export function readingText({ value, unit }: Pick<LatestReading, "value" | "unit">): string {
  if (value === null) return "no value";
  if (typeof value === "boolean") return value ? "yes" : "no";
  const text = typeof value === "number" ? NUMBER.format(value) : value;
  return unit === null || unit === "" ? text : unit === "%" ? `${text} %` : `${text} ${unit}`;
}

const NUMBER = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });
