import type { ConnectorHealth } from "../connector.js";
import type { OutboxCounts } from "../outbox/outbox.js";
import type { ClockSkew } from "../uplink/clock-skew.js";
import type { Tally } from "./hourly-count.js";

/** Everything that the agent says of itself: shown on this machine alone, and free of secrets and of readings. */
export interface AgentStatus {
  readonly tenantId: string;
  readonly agentId: string;
  readonly keyId: string;
  readonly bootId: string;
  readonly startedAt: string;
  readonly now: string;
  readonly isStopping: boolean;
  /** When the agent last looked after itself; null: not yet. */
  readonly lastTickAt: string | null;
  readonly connectors: readonly ConnectorStatus[];
  readonly outbox: OutboxCounts;
  readonly uplink: UplinkStatus;
  /** null: the cloud has not answered yet. */
  readonly clock: ClockSkew | null;
  readonly rules: RulesStatus;
}

export interface ConnectorStatus extends ConnectorHealth {
  readonly id: string;
  readonly readsInLastHour: Tally;
}

export interface UplinkStatus {
  readonly failuresInARow: number;
  readonly lastErrorCode: string | null;
  readonly lastPublishedAt: string | null;
}

export interface RulesStatus {
  readonly count: number;
  readonly loadedAt: string;
  /** Why the file as it is now is not in force; the rules before it still are. null: the file is in force. */
  readonly problem: string | null;
}

/** Without a tick for this long the agent hangs. Milliseconds. */
const HUNG_AFTER_MS = 30_000;
/** A publish may fail now and then; this often in a row the way to the cloud is shut. */
const SHUT_AFTER_FAILURES = 3;
/** A clock this far off makes envelopes late, or has them refused. Milliseconds. */
export const WRONG_CLOCK_MS = 60_000;

/** Why the process should be ended and started again; none: it lives. */
export function illnesses({ lastTickAt, startedAt, now }: AgentStatus): string[] {
  const silentMs = Date.parse(now) - Date.parse(lastTickAt ?? startedAt);
  return silentMs > HUNG_AFTER_MS ? [`no housekeeping for ${Math.floor(silentMs / 1_000)} s`] : [];
}

/** What keeps the agent from doing its work fully; none: it is ready. */
export function hindrances(status: AgentStatus): string[] {
  const { uplink, clock, rules } = status;
  const found = [...illnesses(status)];
  if (status.isStopping) found.push("it is stopping");
  if (uplink.failuresInARow >= SHUT_AFTER_FAILURES)
    found.push(`publishing failed ${uplink.failuresInARow} times in a row (${uplink.lastErrorCode ?? "unknown"})`);
  if (status.outbox.unreportedDrops > 0) found.push(`${status.outbox.unreportedDrops} observations were dropped`);
  for (const { id, state, lastError } of status.connectors)
    if (state === "down") found.push(`connector ${id} is down (${lastError ?? "unknown"})`);
  if (clock !== null && Math.abs(clock.skewMs) - clock.uncertaintyMs > WRONG_CLOCK_MS)
    found.push(`the clock is ${Math.round(clock.skewMs / 1_000)} s off`);
  if (rules.problem !== null) found.push(`the rules file is not in force: ${rules.problem}`);
  return found;
}
