import { lazy, Suspense } from "react";
import { useMedia } from "../../ui/use-media.js";
import { QueueItem } from "./queue-item.js";
import { itemProps } from "./queue-list-props.js";
import type { QueueListProps, SizedListProps } from "./queue-list-props.js";

/** From this many rows on only those near the view are in the page. */
const VIRTUAL_FROM = 200;
/** Pixels of a row: one line of effect on a desk, two on a phone. */
const ROW_HEIGHT = 64;
const PHONE_ROW_HEIGHT = 92;

/** Most studios never have so long a queue, so the code for it is fetched when one does. */
const VirtualList = lazy(() => import("./virtual-list.js").then((module) => ({ default: module.VirtualList })));

/** The rows, each of one fixed height, so that nothing shifts while they fill. */
export function QueueList(props: QueueListProps) {
  const rowHeight = useMedia("(max-width: 699px)") ? PHONE_ROW_HEIGHT : ROW_HEIGHT;
  if (props.rows.length <= VIRTUAL_FROM) return <PlainList {...props} rowHeight={rowHeight} />;
  const firstRows = <PlainList {...props} rows={props.rows.slice(0, VIRTUAL_FROM)} rowHeight={rowHeight} />;
  return (
    <Suspense fallback={firstRows}>
      <VirtualList {...props} rowHeight={rowHeight} />
    </Suspense>
  );
}

function PlainList({ rows, rowHeight, ...rest }: SizedListProps) {
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
