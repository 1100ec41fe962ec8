import { DocId, QuotaState } from "../contracts/index.js";
import type { JsonObject, Proposal, QuotaStanding, UtcInstant } from "../contracts/index.js";
import type { QuotaDefinition } from "./quota-definitions.js";

/** One quota of one subject: what it allows, and what was used of it. */
export interface Quota {
  readonly definition: QuotaDefinition;
  /** What is counted: an actor, an owner, a capability, the studio or an agent, by its id. */
  readonly value: string;
  readonly stored: QuotaState | null;
}

/** Relative to the tenant. */
export const quotaRef = ({ definition, value }: Pick<Quota, "definition" | "value">): string =>
  `quotas/${definition.id}.${definition.key}.${value}`;

/** Who or what a proposal's execution is counted for. */
export function quotaValueOf({ key }: QuotaDefinition, proposal: Proposal): string {
  switch (key) {
    case "actor":
      return proposal.actor.id;
    case "connector":
      // What rests on no reading of a connector that can be named speaks for nobody but who asks.
      return connectorsOf(proposal).find((name) => DocId.safeParse(name).success) ?? proposal.actor.id;
    case "owner":
      return proposal.ownerUid;
    case "capability":
      return proposal.capabilityId;
    case "tenant":
      return proposal.tenantId;
  }
}

/** A reading's reference begins with its connector: `hubitat:12/temperature`. */
export const connectorsOf = ({ evidence }: Pick<Proposal, "evidence">): readonly string[] =>
  evidence.flatMap(({ kind, ref }) =>
    kind === "reading" && ref.includes(":") ? [ref.slice(0, ref.indexOf(":"))] : [],
  );

/** The stored hits; null where there are none yet, and `unreadable` for a document that is not a quota's. */
export function readQuota(data: JsonObject | null): QuotaState | null | "unreadable" {
  if (data === null) return null;
  const parsed = QuotaState.safeParse(data);
  return parsed.success ? parsed.data : "unreadable";
}

/**
 * How much is left now? A log of hits in a sliding window: in no window of `windowMs`, wherever it begins, there are more
 * than `limit` of them, which a fixed window or a refilling bucket would let by twice (M06.1). A hit leaves exactly
 * `windowMs` after it was made; hits that lie ahead, after a clock went back, still count.
 */
export function standing({ definition, value, stored }: Quota, now: UtcInstant): QuotaStanding {
  const { limit, windowMs } = definition;
  const inWindow = hitsInWindow(stored, windowMs, now);
  const remaining = Math.max(0, limit - inWindow.length);
  const leaves = inWindow[inWindow.length - limit];
  const freeAtMs = remaining > 0 || leaves === undefined ? null : Date.parse(leaves) + windowMs;
  return {
    key: `${definition.id}.${definition.key}.${value}`,
    limit,
    remaining,
    resetAt: freeAtMs === null ? null : new Date(freeAtMs).toISOString(),
    retryAfterMs: freeAtMs === null ? 0 : Math.max(0, freeAtMs - Date.parse(now)),
  };
}

/** The same quota after one more hit, for the commit that makes it. */
export function debited({ definition, value, stored }: Quota, now: UtcInstant, eventId: string): QuotaState {
  const hits = [...hitsInWindow(stored, definition.windowMs, now), now].sort().slice(-definition.limit);
  return {
    quotaId: definition.id,
    key: definition.key,
    value,
    hits,
    auditVersion: (stored?.auditVersion ?? 0) + 1,
    lastEventId: eventId,
    updatedAt: now,
  };
}

function hitsInWindow(stored: QuotaState | null, windowMs: number, now: UtcInstant): readonly UtcInstant[] {
  const since = Date.parse(now) - windowMs;
  return (stored?.hits ?? []).filter((hit) => !(Date.parse(hit) <= since)).sort();
}
