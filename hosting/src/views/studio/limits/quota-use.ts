import type { QuotaLimit, QuotaState, StaffEntry } from "@studio-os/functions/contracts";
import { entryOf } from "../../queue/me.js";

/** Where somebody stands with one limit, now. */
export interface QuotaUse {
  readonly key: string;
  readonly quotaId: string;
  /** What people call the one who is counted. */
  readonly who: string;
  readonly used: number;
  /** null: the capabilities no longer name this limit, and nothing is held back by it. */
  readonly limit: number | null;
  readonly windowMs: number | null;
  /** When the next hit is free; null while there are some left. */
  readonly nextFreeAt: string | null;
  /** When the last of the hits has left the window; null when none is in it. */
  readonly clearAt: string | null;
}

/**
 * Answers: how much of each limit is used, and since when may they go on? Hits leave a window exactly `windowMs` after they
 * were made. The fullest first; who used nothing lately is left out.
 */
export function quotaUses(
  states: readonly QuotaState[],
  limits: readonly QuotaLimit[],
  staff: readonly StaffEntry[],
  nowMs: number,
): readonly QuotaUse[] {
  return states
    .map((state) =>
      useOf(state, limits.find(({ id, key }) => id === state.quotaId && key === state.key) ?? null, staff, nowMs),
    )
    .filter(({ used }) => used > 0)
    .sort((a, b) => shareOf(b) - shareOf(a) || (a.key < b.key ? -1 : 1));
}

function useOf(state: QuotaState, found: QuotaLimit | null, staff: readonly StaffEntry[], nowMs: number): QuotaUse {
  const { quotaId, key, value, hits } = state;
  const [limit, windowMs] = [found?.limit ?? null, found?.windowMs ?? null];
  const since = windowMs === null ? -Infinity : nowMs - windowMs;
  const inWindow = hits
    .map((hit) => Date.parse(hit))
    .filter((hitMs) => !(hitMs <= since))
    .sort((a, b) => a - b);
  const leaves = limit === null ? undefined : inWindow[inWindow.length - limit];
  const last = inWindow.at(-1);
  const endOf = (hitMs: number | undefined): string | null =>
    hitMs === undefined || windowMs === null ? null : new Date(hitMs + windowMs).toISOString();
  return {
    key: `${quotaId}.${key}.${value}`,
    quotaId,
    who: entryOf(staff, value)?.name ?? value,
    used: inWindow.length,
    limit,
    windowMs,
    nextFreeAt: endOf(leaves),
    clearAt: endOf(last),
  };
}

/** 0 to 1; what has no limit is empty. */
export const shareOf = ({ used, limit }: QuotaUse): number => (limit === null ? 0 : Math.min(1, used / limit));

/** What a limit is about, in words. */
export const QUOTA_WORDS: Readonly<Record<string, string>> = {
  default: "Changes",
  members: "Changes that concern members",
  money: "Changes that concern money",
  policy: "Edits of the approval rules",
  attention: "Requests put before people",
};
