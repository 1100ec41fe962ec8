import type { TenantData } from "../../data/studio-data.js";
import { formatMoment } from "../../ui/age.js";
import { Link } from "../../ui/link.js";
import { Empty, PanelFailure, Skeleton, UnreadableNote } from "../../ui/panel-states.js";
import { chainPath } from "../../ui/route.js";
import { useFeed } from "../../ui/use-live.js";
import { eventVerb } from "../audit/event-words.js";
import { LogBadge } from "../audit/log-badge.js";

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
      <p className="history-chain">
        <Link to={chainPath(tenant.tenantId, { of: "proposal", id: proposalId })}>The whole chain in the audit</Link>
      </p>
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
                <strong>{eventVerb(entry.type)}</strong> by {entry.actorName}
                {entry.reasonCode === null ? null : (
                  <>
                    {" "}
                    <code>{entry.reasonCode}</code>
                  </>
                )}
              </p>
              <p className="facts">
                <LogBadge entry={entry} />{" "}
                <Link to={chainPath(tenant.tenantId, { of: "proposal", id: proposalId }, entry.eventId)}>
                  event {entry.eventId}
                </Link>
              </p>
            </div>
          </li>
        ))}
      </ol>
    </>
  );
}
