import type { QuotaState, UtcInstant } from "../contracts/index.js";

/** What the audit log says about one quota: an execution that was counted, or a reset. */
export interface QuotaEvent {
  readonly kind: "debit" | "reset";
  readonly at: UtcInstant;
}

/**
 * Which hits must be stored, by the audit log (M06.4)? The newest `limit` debits since the last reset that still lie in the
 * window of the last write. `difference` is how many more are stored than must be; anything but 0, or other instants,
 * means that somebody wrote past the functions.
 */
export function recount(
  stored: QuotaState,
  events: readonly QuotaEvent[],
  { limit, windowMs }: { readonly limit: number; readonly windowMs: number },
): { readonly expected: readonly UtcInstant[]; readonly difference: number; readonly isTampered: boolean } {
  const known = events.filter(({ at }) => at <= stored.updatedAt);
  const reset = known.filter(({ kind }) => kind === "reset").reduce((last, { at }) => (at > last ? at : last), "");
  const since = Date.parse(stored.updatedAt) - windowMs;
  const expected = known
    .filter(({ kind, at }) => kind === "debit" && at > reset && Date.parse(at) > since)
    .map(({ at }) => at)
    .sort()
    .slice(-limit);
  const hits = [...stored.hits].sort();
  const isTampered = hits.length !== expected.length || hits.some((hit, i) => hit !== expected[i]);
  return { expected, difference: hits.length - expected.length, isTampered };
}
