import { staleAfterMs } from "@studio-os/functions/contracts";
import type { ConnectorHealth, Device, LatestReading, Quality } from "@studio-os/functions/contracts";

/** An agent that says nothing for this long is called silent, in milliseconds. */
export const AGENT_SILENT_AFTER_MS = 5 * 60_000;

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

export interface SilentAgent {
  readonly agentId: string;
  readonly lastHeardAt: string;
}

/** Answers: which agents have said nothing for too long? By what the cloud received, not by the agent's own clock. */
export function silentAgents(
  devices: readonly Device[],
  connectors: readonly ConnectorHealth[],
  nowMs: number,
): readonly SilentAgent[] {
  const lastHeard = new Map<string, string>();
  const hear = (agentId: string, at: string) => {
    const known = lastHeard.get(agentId);
    if (known === undefined || known < at) lastHeard.set(agentId, at);
  };
  for (const device of devices) hear(device.agentId, device.updatedAt);
  for (const connector of connectors) hear(connector.agentId, connector.receivedAt);
  return [...lastHeard]
    .map(([agentId, lastHeardAt]) => ({ agentId, lastHeardAt }))
    .filter(({ lastHeardAt }) => nowMs - Date.parse(lastHeardAt) > AGENT_SILENT_AFTER_MS);
}
