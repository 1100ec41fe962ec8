import { Link } from "../../ui/link.js";
import { queuePath } from "../../ui/route.js";
import { formatFilter } from "./queue-filter.js";
import type { QueueFilter } from "./queue-filter.js";
import { SAVED_VIEWS, VIEW_NAMES } from "./saved-views.js";
import type { SavedView } from "./saved-views.js";

interface ViewRailProps {
  readonly filter: QueueFilter;
  readonly counts: Readonly<Record<SavedView, number>>;
  readonly isReady: boolean;
  readonly tenantId: string;
}

/** The saved views with how much is in each, now. */
export function ViewRail({ filter, counts, isReady, tenantId }: ViewRailProps) {
  return (
    <nav className="rail" aria-label="Saved views">
      <ul>
        {SAVED_VIEWS.map((name) => (
          <li key={name}>
            <Link
              to={queuePath(tenantId, null, formatFilter({ ...filter, view: name }))}
              className="rail-link"
              isCurrent={filter.view === name}
            >
              <span>
                {VIEW_NAMES[name]}
                {name === "done" ? <span className="rail-note"> undoable</span> : null}
              </span>
              <span className="rail-count" data-testid={`count-${name}`}>
                {isReady ? counts[name] : "–"}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
