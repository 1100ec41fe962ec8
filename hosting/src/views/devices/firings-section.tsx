import { Empty, PanelFailure, Skeleton, UnreadableNote } from "../../ui/panel-states.js";
import { useFeed } from "../../ui/use-live.js";
import type { TenantView } from "../tenant-view.js";
import { FiringPanel } from "./firing-panel.js";

/** The firings that were heard of last, each with what its program asks for and what was measured. */
export function FiringsSection({ view }: { view: TenantView }) {
  const feed = view.tenant.firings;
  const firings = useFeed(feed);
  if (firings.state === "loading") return <Skeleton rows={2} kind="card" label="Firings" />;
  if (firings.state === "failed") return <PanelFailure source="The firings" failure={firings} onRetry={feed.retry} />;
  const { items, unreadable } = firings.value;
  return (
    <div>
      {items.length + unreadable.length === 0 ? (
        <Empty title="No firing was logged yet">
          <p className="muted">
            Name the kiln of a temperature sensor in the agent&apos;s configuration; its next firing is logged from its
            first sample on.
          </p>
        </Empty>
      ) : null}
      {unreadable.map((record) => (
        <UnreadableNote key={record.id} {...record} />
      ))}
      {items.map((log) => (
        <FiringPanel key={log.firingId} view={view} log={log} />
      ))}
    </div>
  );
}
