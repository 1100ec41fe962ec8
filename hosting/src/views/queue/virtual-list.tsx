import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import { QueueItem } from "./queue-item.js";
import { itemProps } from "./queue-list-props.js";
import type { SizedListProps } from "./queue-list-props.js";

/** Rows beyond the view that are drawn as well. */
const OVERSCAN = 8;

/** A long list of which only the rows near the view are in the page. */
export function VirtualList({ rows, rowHeight, ...rest }: SizedListProps) {
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
