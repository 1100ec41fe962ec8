import type { HistoryEntry } from "../../data/studio-data.js";

/** Whether this event has its place in the log, and which. */
export function LogBadge({ entry }: { entry: HistoryEntry }) {
  if (entry.quarantined === true) return <span className="badge badge-bad">refused by the log</span>;
  if (entry.seq === undefined) return <span className="badge badge-attention">waits for its place</span>;
  return (
    <span className="badge">
      entry {entry.seq.toLocaleString("en")}
      {entry.logEpoch === undefined ? "" : ` of log ${entry.logEpoch}`}
    </span>
  );
}
