import type { Deps } from "../commit/deps.js";
import { accept } from "../commit/outcome.js";
import type { Outcome } from "../commit/outcome.js";
import type { JsonObject, ReasonCode, RouteAnswer } from "../contracts/index.js";
import { eventsSince } from "./events-since.js";

const WEEK_MS = 7 * 24 * 3_600_000;
/** Refused by a quota, and held back by the attention budget. */
const LIMITED: readonly ReasonCode[] = ["QUOTA", "ATTENTION_BUDGET"];
const TOP = 10;

type Answer = RouteAnswer<"reportQuotas">;

/** Whom and what did quotas hold back in the last week, by the audit log and by no counter (M06.6)? */
export async function reportQuotas(deps: Deps, tenantId: string): Promise<Outcome<Answer>> {
  const since = new Date(Date.parse(deps.clock.now()) - WEEK_MS).toISOString();
  const limited = await eventsSince(deps, { tenantId, field: "reasonCode", values: LIMITED, since });
  const events = limited.events.flatMap(({ data }) => (data === null ? [] : [data]));
  return accept({
    since,
    isComplete: limited.isComplete,
    actors: topOf(events, "actorId"),
    capabilities: topOf(events, "capabilityId"),
  });
}

/** The ten that came up most, the most frequent first, and among equals by name. */
export function topOf(events: readonly JsonObject[], field: string): { readonly id: string; readonly count: number }[] {
  const counts = new Map<string, number>();
  for (const event of events) {
    const id = event[field];
    if (typeof id === "string") counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return [...counts]
    .map(([id, count]) => ({ id, count }))
    .sort((a, b) => b.count - a.count || (a.id < b.id ? -1 : 1))
    .slice(0, TOP);
}
