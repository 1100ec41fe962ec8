import { useState } from "react";
import type { AuditData, AuditFilter, AuditPage, PageOutcome } from "../../data/audit-data.js";
import type { Feed, Unreadable } from "../../data/live.js";
import type { HistoryEntry } from "../../data/studio-data.js";
import { useFeed } from "../../ui/use-live.js";

type Failure = Extract<PageOutcome, { readonly state: "failed" }>;

/** A timeline that is being read: rows that stay where they are, what has come since, and how to get further back. */
export type Timeline =
  | { readonly state: "loading" }
  | (Failure & { readonly retry: () => void })
  | {
      readonly state: "ready";
      /** The newest first. */
      readonly items: readonly HistoryEntry[];
      readonly unreadable: readonly Unreadable[];
      readonly isFromCache: boolean;
      readonly confirmedAtMs: number;
      /** How many have come since the rows were settled; `isMore`: at least so many. */
      readonly news: { readonly count: number; readonly isMore: boolean; readonly show: () => void };
      readonly older: {
        readonly isThere: boolean;
        readonly isLoading: boolean;
        readonly failure: Failure | null;
        readonly load: () => void;
      };
    };

/**
 * The newest page live, older ones behind it as they are asked for. Nothing moves under the reader: what comes new waits
 * until it is asked for, and what changes in a row, its index in the log for one, changes in place.
 */
export function useTimeline(audit: AuditData, filter: AuditFilter): Timeline {
  const feed: Feed<AuditPage> = audit.newest(filter);
  const live = useFeed(feed);
  const [settled, setSettled] = useState<AuditPage | null>(null);
  const [isLoading, setLoading] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  if (live.state === "failed") return { ...live, retry: feed.retry };
  if (live.state === "loading") return { state: "loading" };

  const shown = settled ?? live.value;
  if (settled === null) setSettled(live.value);
  const now = new Map(live.value.items.map((entry) => [entry.eventId, entry]));
  const known = new Set(shown.items.map(({ eventId }) => eventId));
  const fresh = live.value.items.filter(({ eventId }) => !known.has(eventId));
  const isApart = fresh.length === live.value.items.length && shown.items.length > 0 && fresh.length > 0;
  const load = async () => {
    if (shown.next === null || isLoading) return;
    setLoading(true);
    setFailure(null);
    const outcome = await audit.older(filter, shown.next);
    setLoading(false);
    if ("page" in outcome) setSettled((before) => joinPages(before ?? shown, outcome.page));
    else setFailure(outcome);
  };
  return {
    state: "ready",
    items: shown.items.map((entry) => now.get(entry.eventId) ?? entry),
    unreadable: shown.unreadable,
    isFromCache: live.isFromCache,
    confirmedAtMs: live.confirmedAtMs,
    news: {
      count: fresh.length,
      isMore: isApart && live.value.next !== null,
      // Where the new page does not reach the old rows, something lies between: begin anew instead of hiding a gap.
      show: () => setSettled(isApart ? live.value : joinPages({ ...live.value, items: fresh, next: null }, shown)),
    },
    older: { isThere: shown.next !== null, isLoading, failure, load: () => void load() },
  };
}

/** The rows of both, each once, and the way on of the older one. */
export function joinPages(newer: AuditPage, older: AuditPage): AuditPage {
  const known = new Set(newer.items.map(({ eventId }) => eventId));
  const unreadable = new Map([...newer.unreadable, ...older.unreadable].map((record) => [record.id, record]));
  return {
    items: [...newer.items, ...older.items.filter(({ eventId }) => !known.has(eventId))],
    unreadable: [...unreadable.values()],
    next: older.next,
  };
}
