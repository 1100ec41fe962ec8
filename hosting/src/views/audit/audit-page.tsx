import { Link } from "../../ui/link.js";
import { auditPath, exportsPath, navigate, useAddress } from "../../ui/route.js";
import type { ChainAddress } from "../../ui/route.js";
import { Empty } from "../../ui/panel-states.js";
import type { TenantView } from "../tenant-view.js";
import { AuditFilters } from "./audit-filters.js";
import { formatSearch, parseSearch, toFilter } from "./audit-search.js";
import type { AuditSearch } from "./audit-search.js";
import { AuditTimeline } from "./audit-timeline.js";
import { ChainView } from "./chain-view.js";

/** What is on record in this studio: everything by time, or the whole chain of one proposal or request. */
export function AuditPage({ view, chain }: { view: TenantView; chain: ChainAddress | null }) {
  const mayRead = view.me.roles.some((role) => role !== "viewer");
  return (
    // A part that scrolls can be reached, and so scrolled, by keyboard alone.
    <div className="audit-scroll" tabIndex={0} role="region" aria-labelledby="audit-title">
      <div className="audit">
        {mayRead ? chain === null ? <WholeRecord view={view} /> : <ChainView view={view} chain={chain} /> : <NoRole />}
      </div>
    </div>
  );
}

function WholeRecord({ view }: { view: TenantView }) {
  const { tenant, timeZone } = view;
  const search = parseSearch(useAddress().search);
  const filter = toFilter(search, timeZone);
  const onSearch = (next: AuditSearch) => navigate(auditPath(tenant.tenantId, formatSearch(next)), true);
  return (
    <>
      <div className="audit-head">
        <h1 id="audit-title">Audit</h1>
        <Link to={exportsPath(tenant.tenantId)}>Exports for outsiders</Link>
      </div>
      <AuditFilters view={view} search={search} onSearch={onSearch} />
      {/* Another question is another list, with rows and pages of its own. */}
      <AuditTimeline key={JSON.stringify(filter)} view={view} search={search} filter={filter} onSearch={onSearch} />
    </>
  );
}

function NoRole() {
  return (
    <>
      <h1 id="audit-title">Audit</h1>
      <Empty title="Your role does not open the record">
        <p className="muted">
          A viewer follows the work, and does not see who decided what. An owner of the studio can give you another
          role.
        </p>
      </Empty>
    </>
  );
}
