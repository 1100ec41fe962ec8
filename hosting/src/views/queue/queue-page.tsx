import { useMemo, useState } from "react";
import type { QueueRow } from "../../data/studio-data.js";
import { announce } from "../../ui/announce.js";
import { navigate, queuePath, useAddress } from "../../ui/route.js";
import { useCommands } from "../../ui/use-commands.js";
import { useFeed, useNow } from "../../ui/use-live.js";
import { useMedia } from "../../ui/use-media.js";
import { PanelFailure, Skeleton } from "../../ui/panel-states.js";
import { ProposalDetail } from "../proposal/proposal-detail.js";
import type { TenantView } from "../tenant-view.js";
import { arrangeQueue, rowAfter, sortQueue } from "./arrange-queue.js";
import { isNarrowed, formatFilter, matchesFilter, parseFilter } from "./queue-filter.js";
import type { QueueFilter } from "./queue-filter.js";
import { QueueEmpty } from "./queue-empty.js";
import { QueueList } from "./queue-list.js";
import { QueueTools } from "./queue-tools.js";
import { countViews, isInView } from "./saved-views.js";
import { ViewRail } from "./view-rail.js";

const NO_ROWS: readonly QueueRow[] = [];
/** Saved views turn over by the minute, not by the second: rows do not jump at the instant of an expiry. */
const MINUTE_MS = 60_000;

/** The queue: saved views, the list, and the proposal that is open. */
export function QueuePage({ view, proposalId }: { view: TenantView; proposalId: string | null }) {
  const { tenant, me } = view;
  const { search } = useAddress();
  const queue = useFeed(tenant.queue);
  const isWide = useMedia("(min-width: 1100px)");
  const minuteMs = Math.floor(useNow() / MINUTE_MS) * MINUTE_MS;
  const filter = parseFilter(search);
  const address = formatFilter(filter);

  const everything = queue.state === "ready" ? queue.value.rows : NO_ROWS;
  const inView = useMemo(() => {
    const { view: name, ...rest } = parseFilter(address);
    const rows = everything.filter((row) => isInView(row, name, me, minuteMs));
    return sortQueue(rows, name).filter((row) => matchesFilter(row, { view: name, ...rest }));
  }, [everything, address, me, minuteMs]);
  const counts = useMemo(() => countViews(everything, me, minuteMs), [everything, me, minuteMs]);

  const { settledIds, settle, isLocked } = useSettled(address, inView, queue.state === "ready");
  const arrangement = arrangeQueue(settledIds, inView, everything);
  const ids = arrangement.rows.map(({ row }) => row.id);
  const [activeId, setActiveId] = useState<string | null>(null);
  const active = activeId !== null && ids.includes(activeId) ? activeId : (ids[0] ?? null);

  const setFilter = (next: QueueFilter) =>
    navigate(queuePath(tenant.tenantId, isWide ? proposalId : null, formatFilter(next)), true);
  const move = (step: 1 | -1) => {
    const focused = document.activeElement?.closest("[data-row]")?.getAttribute("data-row") ?? null;
    // The first press goes to the list, the next ones walk in it.
    const index = focused === null ? ids.indexOf(active ?? "") : ids.indexOf(focused) + step;
    focusRow(ids[Math.min(ids.length - 1, Math.max(0, index))] ?? null, setActiveId);
  };
  useCommands({
    next: () => move(1),
    previous: () => move(-1),
    search: () => document.querySelector<HTMLElement>("#queue-search")?.focus(),
    back: () => {
      if (proposalId === null) return;
      navigate(queuePath(tenant.tenantId, null, address));
      focusRow(proposalId, setActiveId);
    },
  });
  const onDecided = (words: string) => {
    const next = proposalId === null ? null : rowAfter(ids, proposalId);
    const left = inView.filter((row) => row.id !== proposalId).length;
    announce(`${words} ${left} left.`);
    if (isWide) focusRow(next, setActiveId);
  };

  const isListShown = isWide || proposalId === null;
  return (
    <div className={proposalId === null ? "queue" : "queue queue-open"}>
      {isListShown ? (
        <>
          <ViewRail filter={filter} counts={counts} isReady={queue.state === "ready"} tenantId={tenant.tenantId} />
          <section className="queue-column" aria-labelledby="queue-title">
            <QueueTools
              filter={filter}
              onFilter={setFilter}
              queue={queue}
              newCount={arrangement.newIds.length}
              leftCount={arrangement.rows.filter(({ hasLeft }) => hasLeft).length}
              onShow={settle}
            />
            {queue.state === "loading" ? <Skeleton rows={6} kind="row" label="Queue" /> : null}
            {queue.state === "failed" ? (
              <PanelFailure source="The queue" failure={queue} onRetry={tenant.queue.retry} />
            ) : null}
            {queue.state === "ready" && arrangement.rows.length === 0 ? (
              <QueueEmpty
                filter={filter}
                rows={everything}
                nowMs={minuteMs}
                onClear={() => setFilter({ ...filter, text: "", tier: null })}
                isNarrowed={isNarrowed(filter)}
              />
            ) : null}
            {queue.state === "ready" && arrangement.rows.length > 0 ? (
              <QueueList
                rows={arrangement.rows}
                openId={proposalId}
                activeId={active}
                onActive={setActiveId}
                isLocked={isLocked}
                pathOf={(id) => queuePath(tenant.tenantId, id, address)}
              />
            ) : null}
          </section>
        </>
      ) : null}
      <section className="detail-column" aria-label="Proposal">
        {proposalId === null ? (
          <p className="detail-none muted">Choose a row to see its exact effect.</p>
        ) : (
          <ProposalDetail
            key={proposalId}
            view={view}
            proposalId={proposalId}
            backTo={queuePath(tenant.tenantId, null, address)}
            onDecided={onDecided}
          />
        )}
      </section>
    </div>
  );
}

/** After rows have moved, presses do nothing for this long: the row under the finger is not the one that was aimed at. */
const LOCK_MS = 600;

/** The order that the reader has seen. It changes when they ask, when they change the view, and when the list was empty. */
function useSettled(key: string, inView: readonly QueueRow[], isReady: boolean) {
  const [settled, setSettled] = useState<{ key: string; ids: readonly string[] } | null>(null);
  const [isLocked, setLocked] = useState(false);
  const now = { key, ids: inView.map((row) => row.id) };
  const isFresh = settled?.key === key && (settled.ids.length > 0 || now.ids.length === 0);
  if (isReady && !isFresh) setSettled(now);
  const settle = () => {
    setSettled(now);
    setLocked(true);
    setTimeout(() => setLocked(false), LOCK_MS);
  };
  return { settledIds: settled?.key === key ? settled.ids : null, settle, isLocked };
}

/** Puts the focus on a row: at once when it is drawn; a virtual list may have to scroll to it first. */
function focusRow(id: string | null, setActiveId: (id: string) => void): void {
  if (id === null) return;
  setActiveId(id);
  const focus = (): boolean => {
    const row = document.querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"]`);
    row?.focus();
    return row !== null;
  };
  if (!focus()) requestAnimationFrame(() => requestAnimationFrame(focus));
}
