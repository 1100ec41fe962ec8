import type { ApprovalPolicy, ControlState } from "@studio-os/functions/contracts";
import type { Listed } from "../../../data/studio-data.js";
import { formatMoment } from "../../../ui/age.js";
import { Link } from "../../../ui/link.js";
import { PanelFailure, Skeleton, UnreadableNote } from "../../../ui/panel-states.js";
import { proposePath } from "../../../ui/route.js";
import { useFeed, useNow } from "../../../ui/use-live.js";
import { entryOf } from "../../queue/me.js";
import type { TenantView } from "../../tenant-view.js";
import { WithControl } from "../with-control.js";
import { PolicyDiff, PolicyInWords } from "./policy-in-words.js";

/** The capability by which the rules themselves are changed. */
export const POLICY_EDIT = "policy.approval.replace";

/** Who must agree to what: the rules in force, in words, and every version before them. */
export function RulesSection({ view }: { view: TenantView }) {
  return (
    <WithControl view={view} source="The approval rules">
      {(state) => (
        <>
          <Active view={view} state={state} />
          <Versions view={view} active={state.approvalPolicy} />
        </>
      )}
    </WithControl>
  );
}

function Active({ view, state }: { view: TenantView; state: ControlState }) {
  const nowMs = useNow();
  const { approvalPolicy: policy, staff } = state;
  const editors = policy.editors.filter(({ excludedUntil }) => nowMs < Date.parse(excludedUntil));
  return (
    <section className="panel" aria-labelledby="rules-title">
      <header className="panel-head">
        <div>
          <h2 id="rules-title">In force: version {policy.version}</h2>
          <p className="muted">
            The first rule that speaks about a change counts. What waits already is decided by the rule that it was
            submitted under.
          </p>
        </div>
        <Link to={proposePath(view.tenant.tenantId, POLICY_EDIT)} className="button">
          Propose a change…
        </Link>
      </header>
      {editors.length === 0 ? null : (
        <p className="off-note">
          {editors
            .map(
              ({ uid, excludedUntil }) =>
                `${entryOf(staff, uid)?.name ?? uid} asked for an edit and does not decide under these rules until ${formatMoment(excludedUntil, view.timeZone)}.`,
            )
            .join(" ")}
        </p>
      )}
      <PolicyInWords policy={policy} />
    </section>
  );
}

function Versions({ view, active }: { view: TenantView; active: ApprovalPolicy }) {
  const { policies } = view.tenant;
  const live = useFeed(policies);
  return (
    <section className="panel" aria-labelledby="versions-title">
      <header className="panel-head">
        <div>
          <h2 id="versions-title">Versions</h2>
          <p className="muted">Every version is kept. Versions only grow: a rule is taken back by another edit.</p>
        </div>
      </header>
      {live.state === "loading" ? <Skeleton rows={3} kind="line" label="Versions" /> : null}
      {live.state === "failed" ? <PanelFailure source="The versions" failure={live} onRetry={policies.retry} /> : null}
      {live.state === "ready" ? <VersionList listed={live.value} active={active} /> : null}
    </section>
  );
}

function VersionList({ listed, active }: { listed: Listed<ApprovalPolicy>; active: ApprovalPolicy }) {
  const versions = [...listed.items].sort((a, b) => b.version - a.version);
  return (
    <>
      {listed.unreadable.map((record) => (
        <UnreadableNote key={record.id} {...record} />
      ))}
      {versions.length === 0 ? <p className="muted panel-none">No version was stored yet.</p> : null}
      <ul className="cards">
        {versions.map((policy, index) => {
          const before = versions[index + 1];
          return (
            <li key={policy.version} className="card card-tall">
              <details className="version">
                <summary>
                  <strong>Version {policy.version}</strong>
                  {policy.version === active.version ? <span className="badge badge-good">In force</span> : null}
                  <span className="muted">{policy.rules.length} rules</span>
                </summary>
                {before === undefined ? null : (
                  <>
                    <h3>Changed since version {before.version}</h3>
                    <PolicyDiff before={before} after={policy} />
                  </>
                )}
                <h3>In full</h3>
                <PolicyInWords policy={policy} />
              </details>
            </li>
          );
        })}
      </ul>
    </>
  );
}
