import { API_ROUTES } from "@studio-os/functions/contracts";
import { Link } from "../../../ui/link.js";
import { Empty, PanelFailure, Skeleton, UnreadableNote } from "../../../ui/panel-states.js";
import { auditPath } from "../../../ui/route.js";
import { useFeed } from "../../../ui/use-live.js";
import { holdsAny } from "../../queue/me.js";
import type { TenantView } from "../../tenant-view.js";
import { ExportCard } from "./export-card.js";
import { ExportForm } from "./export-form.js";

/** The studio's record as files that an outsider verifies with one key: asked for, made, taken out. */
export function ExportsPage({ view }: { view: TenantView }) {
  const { tenant, me } = view;
  const isFor = holdsAny(me, API_ROUTES.requestExport.roles);
  return (
    <div className="studio-scroll" tabIndex={0} role="region" aria-labelledby="exports-title">
      <div className="studio-content studio-content-wide">
        <p className="audit-back">
          <Link to={auditPath(tenant.tenantId)}>← The whole record</Link>
        </p>
        <h1 id="exports-title">Exports</h1>
        {isFor ? (
          <Exports view={view} />
        ) : (
          <Empty title="Your role takes nothing out">
            <p className="muted">
              Owners, approver admins and finance export the record. An owner can give you a role.
            </p>
          </Empty>
        )}
      </div>
    </div>
  );
}

function Exports({ view }: { view: TenantView }) {
  const { exports } = view.tenant.audit;
  const live = useFeed(exports);
  return (
    <>
      <section className="panel" aria-labelledby="ask-title">
        <header className="panel-head">
          <div>
            <h2 id="ask-title">Take a part of the record out</h2>
            <p className="muted">
              A member, an accountant or an insurer checks it without trusting us. What is asked for and what is taken
              out goes on record. Files are kept for a month.
            </p>
          </div>
        </header>
        <ExportForm view={view} />
      </section>
      <section className="panel" aria-labelledby="made-title">
        <header className="panel-head">
          <h2 id="made-title">Asked for lately</h2>
        </header>
        {live.state === "loading" ? <Skeleton rows={3} kind="row" label="Exports" /> : null}
        {live.state === "failed" ? <PanelFailure source="The exports" failure={live} onRetry={exports.retry} /> : null}
        {live.state === "ready" ? (
          <>
            {live.value.unreadable.map((record) => (
              <UnreadableNote key={record.id} {...record} />
            ))}
            {live.value.items.length === 0 ? <p className="muted panel-none">Nothing was taken out yet.</p> : null}
            <ul className="cards">
              {live.value.items.map((exported) => (
                <ExportCard key={exported.exportId} view={view} exported={exported} />
              ))}
            </ul>
          </>
        ) : null}
      </section>
    </>
  );
}
