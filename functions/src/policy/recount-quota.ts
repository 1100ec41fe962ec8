import type { QuotaState, UtcInstant } from "../contracts/index.js";

/** What the audit log says about one quota: an execution that was counted, or a reset. */
export interface QuotaEvent {
  readonly kind: "debit" | "reset";
  readonly at: UtcInstant;
  /** Which version the quota's document got by it: the order of what happened, whatever the servers' clocks said. */
  readonly auditVersion: number;
}

/**
 * Which hits must be stored, by the audit log (M06.4)? The newest `limit` debits since the last reset that still lie in the
 * window of the last write. `difference` is how many more are stored than must be; anything but 0, other instants, or a version
 * that is not on record means that somebody wrote past the functions.
 */
export function recount(
  stored: QuotaState,
  events: readonly QuotaEvent[],
  { limit, windowMs }: { readonly limit: number; readonly windowMs: number },
): { readonly expected: readonly UtcInstant[]; readonly difference: number; readonly isTampered: boolean } {
  const known = events.filter(({ auditVersion }) => auditVersion <= stored.auditVersion);
  const newest = Math.max(0, ...known.map(({ auditVersion }) => auditVersion));
  const reset = Math.max(0, ...known.map(({ kind, auditVersion }) => (kind === "reset" ? auditVersion : 0)));
  // Each write left out what was outside of its own window: the latest clock among them left out most.
  const since = Math.max(Date.parse(stored.updatedAt), ...known.map(({ at }) => Date.parse(at))) - windowMs;
  const expected = known
    .filter(({ kind, at, auditVersion }) => kind === "debit" && auditVersion > reset && Date.parse(at) > since)
    .map(({ at }) => at)
    .sort()
    .slice(-limit);
  const hits = [...stored.hits].sort();
  const isOther = hits.length !== expected.length || hits.some((hit, i) => hit !== expected[i]);
  return { expected, difference: hits.length - expected.length, isTampered: isOther || newest !== stored.auditVersion };
}
