import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import { useMedia } from "../../ui/use-media.js";
import type { Arrangement } from "./arrange-queue.js";
import { QueueItem } from "./queue-item.js";

interface QueueListProps {
  readonly rows: Arrangement["rows"];
  readonly openId: string | null;
  readonly activeId: string | null;
  readonly onActive: (id: string) => void;
  readonly isLocked: boolean;
  readonly pathOf: (id: string) => string;
}

/** From this many rows on only those near the view are in the page. */
const VIRTUAL_FROM = 200;
/** Rows beyond the view that are drawn as well. */
const OVERSCAN = 8;

/** The rows, each of one fixed height, so that nothing shifts while they fill. */
export function QueueList(props: QueueListProps) {
  const rowHeight = useMedia("(max-width: 699px)") ? 92 : 64;
  return props.rows.length > VIRTUAL_FROM ? (
    <VirtualList {...props} rowHeight={rowHeight} />
  ) : (
    <PlainList {...props} rowHeight={rowHeight} />
  );
}

function PlainList({ rows, rowHeight, ...rest }: QueueListProps & { rowHeight: number }) {
  return (
    <div className="queue-scroll" inert={rest.isLocked}>
      <ul className="queue-rows">
        {rows.map((entry, index) => (
          <QueueItem
            key={entry.row.id}
            {...entry}
            {...itemProps(rest, entry.row.id)}
            height={rowHeight}
            index={index}
            total={rows.length}
          />
        ))}
      </ul>
    </div>
  );
}

function VirtualList({ rows, rowHeight, ...rest }: QueueListProps & { rowHeight: number }) {
  "use no memo"; // The virtualizer answers anew on every draw from the same object.
  const scroller = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- no compiler runs here, and the component opts out
  const virtualizer = useVirtualizer({
    count: rows.length,
    estimateSize: () => rowHeight,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => rows[index]?.row.id ?? index,
    overscan: OVERSCAN,
  });
  const activeIndex = rows.findIndex(({ row }) => row.id === rest.activeId);
  useEffect(() => {
    if (activeIndex >= 0) virtualizer.scrollToIndex(activeIndex);
  }, [activeIndex, virtualizer]);
  return (
    <div className="queue-scroll" ref={scroller} inert={rest.isLocked}>
      <ul className="queue-rows" style={{ height: virtualizer.getTotalSize(), position: "relative" }}>
        {virtualizer.getVirtualItems().map(({ index, start }) => {
          const entry = rows[index];
          if (entry === undefined) return null;
          return (
            <QueueItem
              key={entry.row.id}
              {...entry}
              {...itemProps(rest, entry.row.id)}
              height={rowHeight}
              index={index}
              total={rows.length}
              offset={start}
            />
          );
        })}
      </ul>
    </div>
  );
}

function itemProps(list: Omit<QueueListProps, "rows">, id: string) {
  return {
    to: list.pathOf(id),
    isOpen: list.openId === id,
    isActive: list.activeId === id,
    onFocus: () => list.onActive(id),
  };
}
