import { useEffect, useRef } from "react";
import type { AuditFilter } from "../../data/audit-data.js";
import { announce } from "../../ui/announce.js";
import { formatAge } from "../../ui/age.js";
import { Button } from "../../ui/button.js";
import { Empty, PanelFailure, Skeleton, UnreadableNote } from "../../ui/panel-states.js";
import { useCommands } from "../../ui/use-commands.js";
import { useNow } from "../../ui/use-live.js";
import type { TenantView } from "../tenant-view.js";
import { NO_SEARCH, isNarrow, searchWords } from "./audit-search.js";
import type { AuditSearch } from "./audit-search.js";
import { ChainChip } from "./chain-chip.js";
import { AuditRow } from "./audit-row.js";
import { useTimeline } from "./use-timeline.js";
import type { Timeline } from "./use-timeline.js";

interface AuditTimelineProps {
  readonly view: TenantView;
  readonly search: AuditSearch;
  readonly filter: AuditFilter;
  readonly onSearch: (search: AuditSearch) => void;
}

/** The record by time, the newest first, a page at a time. */
export function AuditTimeline({ view, search, filter, onSearch }: AuditTimelineProps) {
  const timeline = useTimeline(view.tenant.audit, filter);
  if (timeline.state === "loading") return <Skeleton rows={8} kind="row" label="The record" />;
  if (timeline.state === "failed")
    return <PanelFailure source="The record" failure={timeline} onRetry={timeline.retry} />;
  return <Rows view={view} search={search} timeline={timeline} onSearch={onSearch} />;
}

type Ready = Extract<Timeline, { readonly state: "ready" }>;

function Rows(props: Omit<AuditTimelineProps, "filter"> & { timeline: Ready }) {
  const { view, search, timeline, onSearch } = props;
  const { items, unreadable, news, older } = timeline;
  const nowMs = useNow();
  const table = useRef<HTMLTableElement>(null);
  useRowKeys(table);
  useNewsAnnounced(news.count);
  return (
    <>
      <div className="audit-news">
        {news.count === 0 ? null : (
          <Button tone="quiet" className="queue-news" onPress={news.show}>
            {news.count}
            {news.isMore ? " or more" : ""} new — show
          </Button>
        )}
        {timeline.isFromCache ? (
          <p className="queue-note">
            From this tab&apos;s memory, confirmed {formatAge(timeline.confirmedAtMs, nowMs)}
          </p>
        ) : null}
      </div>
      {items.length === 0 ? null : <ChainChip view={view} entries={items} />}
      {unreadable.map((record) => (
        <UnreadableNote key={record.id} {...record} />
      ))}
      {items.length === 0 && unreadable.length === 0 ? <Nothing search={search} onSearch={onSearch} /> : null}
      {items.length === 0 ? null : (
        <table className="audit-table" ref={table}>
          <caption className="for-readers">Events, the newest first</caption>
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">Event</th>
              <th scope="col">Who</th>
              <th scope="col">About</th>
              <th scope="col">Outcome</th>
              <th scope="col">Log</th>
            </tr>
          </thead>
          {items.map((entry) => (
            <AuditRow key={entry.eventId} view={view} entry={entry} />
          ))}
        </table>
      )}
      {older.failure === null ? null : (
        <PanelFailure source="Older events" failure={older.failure} onRetry={older.load} />
      )}
      {older.isThere && older.failure === null ? (
        <Button className="audit-older" isBusy={older.isLoading} onPress={older.load}>
          {older.isLoading ? "Reading…" : "Show older"}
        </Button>
      ) : null}
      {!older.isThere && items.length > 0 ? (
        <p className="facts audit-end">{isNarrow(search) ? "Nothing older matches." : "The record begins here."}</p>
      ) : null}
    </>
  );
}

function Nothing({ search, onSearch }: { search: AuditSearch; onSearch: (search: AuditSearch) => void }) {
  if (!isNarrow(search))
    return (
      <Empty title="Nothing is on record yet">
        <p className="muted">Every decision, and every refusal of one, is written here with what it changed.</p>
      </Empty>
    );
  return (
    <Empty title="Nothing matches">
      <p className="muted">You are looking for events {searchWords(search)}.</p>
      <Button onPress={() => onSearch(NO_SEARCH)}>Clear the filter</Button>
    </Empty>
  );
}

/** `j` and `k` move from event to event; Enter opens the one that has the focus, as on every button. */
function useRowKeys(table: { readonly current: HTMLTableElement | null }): void {
  const move = (by: number) => {
    const buttons = [...(table.current?.querySelectorAll<HTMLElement>(".audit-open") ?? [])];
    const at = buttons.findIndex((button) => button === document.activeElement);
    const next = at < 0 ? (by > 0 ? 0 : buttons.length - 1) : at + by;
    buttons[next]?.focus();
  };
  useCommands({ next: () => move(1), previous: () => move(-1) });
}

function useNewsAnnounced(count: number): void {
  const said = useRef(0);
  useEffect(() => {
    if (count > said.current) announce(`${count} new event${count === 1 ? "" : "s"} on record.`);
    said.current = count;
  }, [count]);
}
