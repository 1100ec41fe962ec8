import type { TenantData } from "../../data/studio-data.js";
import { formatMoment } from "../../ui/age.js";
import { Empty, PanelFailure, Skeleton, UnreadableNote } from "../../ui/panel-states.js";
import { useFeed } from "../../ui/use-live.js";

interface HistoryPanelProps {
  readonly tenant: TenantData;
  readonly proposalId: string;
  readonly timeZone: string | undefined;
}

/** What is on record about this proposal, oldest first. */
export function HistoryPanel({ tenant, proposalId, timeZone }: HistoryPanelProps) {
  const feed = tenant.history(proposalId);
  const live = useFeed(feed);
  if (live.state === "loading") return <Skeleton rows={4} kind="line" label="History" />;
  if (live.state === "failed") return <PanelFailure source="The history" failure={live} onRetry={feed.retry} />;
  const { items, unreadable } = live.value;
  return (
    <>
      {items.length + unreadable.length === 0 ? <Empty title="Nothing is on record yet" /> : null}
      {unreadable.map((record) => (
        <UnreadableNote key={record.id} {...record} />
      ))}
      <ol className="history">
        {items.map((entry) => (
          <li key={entry.eventId} className={`history-${entry.outcome}`}>
            <time dateTime={entry.at}>{formatMoment(entry.at, timeZone)}</time>
            <div>
              <p>
                <strong>{eventWords(entry.type)}</strong> by {entry.actorName}
                {entry.reasonCode === null ? null : (
                  <>
                    {" "}
                    <code>{entry.reasonCode}</code>
                  </>
                )}
              </p>
              <p className="facts">
                <span className={entry.pending === true ? "badge badge-attention" : "badge badge-good"}>
                  {entry.pending === true ? "recorded, not yet sequenced" : "sequenced"}
                </span>{" "}
                event {entry.eventId}
              </p>
            </div>
          </li>
        ))}
      </ol>
    </>
  );
}

/** `proposal.rolled_back` as `Rolled back`. */
function eventWords(type: string): string {
  const words = (type.split(".").at(-1) ?? type).replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
