import type { Arrangement } from "./arrange-queue.js";

export interface QueueListProps {
  readonly rows: Arrangement["rows"];
  readonly openId: string | null;
  readonly activeId: string | null;
  readonly onActive: (id: string) => void;
  readonly isLocked: boolean;
  readonly pathOf: (id: string) => string;
}

export interface SizedListProps extends QueueListProps {
  /** Pixels. */
  readonly rowHeight: number;
}

/** What a list tells each of its rows, however it is drawn. */
export function itemProps(list: Omit<QueueListProps, "rows">, id: string) {
  return {
    to: list.pathOf(id),
    isOpen: list.openId === id,
    isActive: list.activeId === id,
    onFocus: () => list.onActive(id),
  };
}
