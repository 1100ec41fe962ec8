import { RISK_TIERS } from "@studio-os/functions/contracts";
import type { QueueRow } from "../../data/studio-data.js";
import type { SavedView } from "./saved-views.js";

/**
 * Answers: which row first? By deadline, then by risk (the higher first), then by age; what is done, newest first.
 * Unreadable rows lead: somebody should look. Ids break ties, so that the order never depends on arrival.
 */
export function sortQueue(rows: readonly QueueRow[], view: SavedView): readonly QueueRow[] {
  return [...rows].sort((a, b) => {
    if (a.kind === "unreadable" || b.kind === "unreadable") {
      return a.kind === b.kind ? compare(a.id, b.id) : a.kind === "unreadable" ? -1 : 1;
    }
    const [p, q] = [a.proposal, b.proposal];
    if (view === "done" || view === "all") return compare(q.updatedAt, p.updatedAt) || compare(a.id, b.id);
    return (
      compare(p.expiresAt, q.expiresAt) ||
      RISK_TIERS.indexOf(q.riskTier) - RISK_TIERS.indexOf(p.riskTier) ||
      compare(p.createdAt, q.createdAt) ||
      compare(a.id, b.id)
    );
  });
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A list as it stands on the screen. `hasLeft`: still shown in its place, though the view no longer holds it. */
export interface Arrangement {
  readonly rows: readonly { readonly row: QueueRow; readonly hasLeft: boolean }[];
  /** Ids that came since the list was settled, waiting behind "n new — show". */
  readonly newIds: readonly string[];
}

/**
 * Answers: what does the list show while the world changes? Nothing moves under the pointer: settled rows keep their
 * places and are patched where they stand; what left the view stays, dimmed; what came waits to be asked for.
 * `settled` null means that the list has not been drawn yet, and takes everything.
 */
export function arrangeQueue(
  settled: readonly string[] | null,
  inView: readonly QueueRow[],
  everything: readonly QueueRow[],
): Arrangement {
  if (settled === null || settled.length === 0) {
    return { rows: inView.map((row) => ({ row, hasLeft: false })), newIds: [] };
  }
  const known = new Map(everything.map((row) => [row.id, row]));
  const held = new Set(inView.map((row) => row.id));
  const shown = new Set(settled);
  return {
    rows: settled.flatMap((id) => {
      const row = known.get(id);
      return row === undefined ? [] : [{ row, hasLeft: !held.has(id) }];
    }),
    newIds: inView.filter((row) => !shown.has(row.id)).map((row) => row.id),
  };
}

/** Answers: which row takes the focus when this one is dealt with? The next one, else the one before, else none. */
export function rowAfter(ids: readonly string[], id: string): string | null {
  const index = ids.indexOf(id);
  return ids[index + 1] ?? ids[index - 1] ?? null;
}
