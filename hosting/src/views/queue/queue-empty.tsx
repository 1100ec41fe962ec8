import type { QueueRow } from "../../data/studio-data.js";
import { formatAge } from "../../ui/age.js";
import { Button } from "../../ui/button.js";
import { Empty } from "../../ui/panel-states.js";
import { TIER_WORDS, count } from "./proposal-words.js";
import type { QueueFilter } from "./queue-filter.js";

interface QueueEmptyProps {
  readonly filter: QueueFilter;
  readonly isNarrowed: boolean;
  readonly rows: readonly QueueRow[];
  readonly nowMs: number;
  readonly onClear: () => void;
}

/** Nothing here: because all is done, because the filter hides it, or because nothing is of this kind. */
export function QueueEmpty({ filter, isNarrowed, rows, nowMs, onClear }: QueueEmptyProps) {
  if (isNarrowed) {
    const parts = [
      filter.text.trim() === "" ? null : `the words “${filter.text.trim()}”`,
      filter.tier === null ? null : `${TIER_WORDS[filter.tier].toLowerCase()} risk`,
    ].filter((part) => part !== null);
    return (
      <Empty title="Nothing matches">
        <p className="muted">You are looking for {parts.join(" and ")}.</p>
        <Button onPress={onClear}>Clear the filter</Button>
      </Empty>
    );
  }
  if (filter.view !== "needs-me") return <Empty title={EMPTY_WORDS[filter.view]} />;
  const oldest = oldestWaiting(rows);
  return (
    <Empty title="All done">
      <p className="muted">Nothing waits for you. {handledWords(rows, nowMs)}</p>
      {oldest === null ? null : (
        <p className="muted">The oldest that waits for somebody else came {formatAge(oldest, nowMs)}.</p>
      )}
    </Empty>
  );
}

const EMPTY_WORDS = {
  waiting: "Nothing waits for somebody else",
  blocked: "Nothing is blocked",
  done: "Nothing was done in the last seven days that could be undone",
  all: "No proposals yet",
} as const;

const DAY_MS = 24 * 3_600_000;

function handledWords(rows: readonly QueueRow[], nowMs: number): string {
  const handled = rows.filter(
    (row) =>
      row.kind === "proposal" &&
      row.proposal.reviews.some((review) => nowMs - Date.parse(review.at) < DAY_MS && review.voidedAt === null),
  ).length;
  return handled === 0 ? "" : `${count(handled, "proposal")} decided in the last 24 hours.`;
}

function oldestWaiting(rows: readonly QueueRow[]): string | null {
  const waiting = rows.flatMap((row) =>
    row.kind === "proposal" && row.proposal.status === "pending_approval" ? [row.proposal.createdAt] : [],
  );
  return waiting.reduce<string | null>((oldest, at) => (oldest === null || at < oldest ? at : oldest), null);
}
