import { API_ROUTES, RATIONALE_MAX, RATIONALE_MIN } from "@studio-os/functions/contracts";
import type { QuotaLimit, RouteAnswer } from "@studio-os/functions/contracts";
import { useMemo, useState } from "react";
import { callFeed } from "../../../data/call-feed.js";
import { formatMoment, formatRetry, formatSpan } from "../../../ui/age.js";
import { announce } from "../../../ui/announce.js";
import { Button } from "../../../ui/button.js";
import { PanelFailure, Skeleton, UnreadableNote } from "../../../ui/panel-states.js";
import { useFeed, useNow } from "../../../ui/use-live.js";
import { holdsAny } from "../../queue/me.js";
import { count } from "../../queue/proposal-words.js";
import type { TenantView } from "../../tenant-view.js";
import { useStaffAction, whyNot } from "../../use-staff-action.js";
import { ReasonSheet } from "../reason-sheet.js";
import { useStaffList } from "../use-staff-list.js";
import { QUOTA_WORDS, quotaUses, shareOf } from "./quota-use.js";
import type { QuotaUse } from "./quota-use.js";

/** Who used how much of what they may do in a while, and whom that held back lately. */
export function LimitsSection({ view }: { view: TenantView }) {
  const { tenant } = view;
  const offers = useMemo(() => callFeed(tenant, "listCapabilities", { tenantId: tenant.tenantId }, null), [tenant]);
  const limits = useFeed(offers);
  const quotas = useFeed(tenant.quotas);
  return (
    <>
      <section className="panel" aria-labelledby="limits-title">
        <header className="panel-head">
          <div>
            <h2 id="limits-title">Used now</h2>
            <p className="muted">Counted over a sliding window: in no stretch of that length is there room for more.</p>
          </div>
        </header>
        {quotas.state === "failed" ? (
          <PanelFailure source="The counts" failure={quotas} onRetry={tenant.quotas.retry} />
        ) : null}
        {limits.state === "failed" ? (
          <PanelFailure source="The limits" failure={limits} onRetry={offers.retry} />
        ) : null}
        {quotas.state === "loading" || limits.state === "loading" ? (
          <Skeleton rows={3} kind="row" label="Limits" />
        ) : null}
        {quotas.state === "ready" && limits.state === "ready" ? (
          <>
            {quotas.value.unreadable.map((record) => (
              <UnreadableNote key={record.id} {...record} />
            ))}
            <Uses view={view} states={quotas.value.items} limits={limits.value.quotas} />
          </>
        ) : null}
      </section>
      <Report view={view} />
    </>
  );
}

interface UsesProps {
  readonly view: TenantView;
  readonly states: Parameters<typeof quotaUses>[0];
  readonly limits: readonly QuotaLimit[];
}

function Uses({ view, states, limits }: UsesProps) {
  const nowMs = useNow();
  const staff = useStaffList(view);
  const [resetting, setResetting] = useState<QuotaUse | null>(null);
  const { state: sending, send } = useStaffAction(view, "resetQuota");
  const uses = quotaUses(states, limits, staff, nowMs);
  const off = whyNot(view, "resetQuota");
  if (uses.length === 0) return <p className="muted panel-none">Nobody used anything of a limit lately.</p>;

  const reset = async (reason: string) => {
    if (resetting === null) return;
    const params = { tenantId: view.tenant.tenantId, quotaKey: resetting.key };
    if ((await send(params, { reason })) === null) return;
    announce(`${resetting.who} starts from zero.`);
    setResetting(null);
  };
  return (
    <>
      {off === null ? null : (
        <p className="off-note" id="reset-off">
          {off}
        </p>
      )}
      <ul className="cards">
        {uses.map((use) => (
          <li key={use.key} className="card">
            <div className="card-main">
              <p className="card-title">
                <strong className="plain-text">{use.who}</strong>
                <span>{QUOTA_WORDS[use.quotaId] ?? use.quotaId}</span>
                {use.nextFreeAt === null ? null : <span className="badge badge-bad">Full</span>}
              </p>
              <UseBar use={use} nowMs={nowMs} />
              <p className="facts">
                {use.clearAt === null ? "" : `all free again at ${formatRetry(use.clearAt, nowMs)} · `}
                <code>{use.key}</code>
              </p>
            </div>
            <Button
              offBecause={off === null ? undefined : "reset-off"}
              label={`Reset the count of ${use.who}, ${QUOTA_WORDS[use.quotaId] ?? use.quotaId}`}
              onPress={() => setResetting(use)}
            >
              Reset…
            </Button>
          </li>
        ))}
      </ul>
      <ReasonSheet
        title={resetting === null ? "" : `Reset the count of ${resetting.who}`}
        isOpen={resetting !== null}
        onClose={() => setResetting(null)}
        words={{
          intro: "They start from zero at once. The reason and what had been used go on record.",
          confirm: "Reset the count",
        }}
        bounds={{ min: RATIONALE_MIN, max: RATIONALE_MAX }}
        sending={sending}
        obstacle={off}
        onConfirm={(reason) => void reset(reason)}
      />
    </>
  );
}

/** A share at which a bar calls for attention. */
const NEARLY_FULL = 0.8;

function UseBar({ use, nowMs }: { use: QuotaUse; nowMs: number }) {
  const { used, limit, windowMs, nextFreeAt } = use;
  if (limit === null || windowMs === null) return <p>{used} counted; no limit of this name is in force.</p>;
  const tone = nextFreeAt !== null ? "bar-full" : shareOf(use) >= NEARLY_FULL ? "bar-near" : "";
  return (
    <div className="use">
      <div
        className={`use-bar ${tone}`}
        role="meter"
        aria-label="Used"
        aria-valuemin={0}
        aria-valuemax={limit}
        aria-valuenow={Math.min(used, limit)}
        aria-valuetext={`${used} of ${limit}`}
      >
        <div className="use-fill" style={{ width: `${shareOf(use) * 100}%` }} />
      </div>
      <span className="use-words">
        {used} of {limit} in {formatSpan(windowMs)}
        {nextFreeAt === null ? "" : `; the next one at ${formatRetry(nextFreeAt, nowMs)}`}
      </span>
    </div>
  );
}

/** Whom limits held back in the last week, for those who may lift them; from the audit log, not from counters. */
function Report({ view }: { view: TenantView }) {
  const isFor = holdsAny(view.me, API_ROUTES.reportQuotas.roles);
  return (
    <section className="panel" aria-labelledby="report-title">
      <header className="panel-head">
        <div>
          <h2 id="report-title">Held back in the last week</h2>
          <p className="muted">By the audit log.</p>
        </div>
      </header>
      {isFor ? (
        <OpenReport view={view} />
      ) : (
        <p className="off-note">Shown to those who may reset a count: owner, approver_admin.</p>
      )}
    </section>
  );
}

function OpenReport({ view }: { view: TenantView }) {
  const { tenant } = view;
  const feed = useMemo(() => callFeed(tenant, "reportQuotas", { tenantId: tenant.tenantId }, null), [tenant]);
  const report = useFeed(feed);
  const staff = useStaffList(view);
  if (report.state === "loading") return <Skeleton rows={3} kind="line" label="Report" />;
  if (report.state === "failed") return <PanelFailure source="The report" failure={report} onRetry={feed.retry} />;
  const { actors, capabilities, since, isComplete } = report.value;
  if (actors.length + capabilities.length === 0)
    return <p className="muted panel-none">Nothing was held back since {formatMoment(since, view.timeZone)}.</p>;
  const named = actors.map(({ id, count: times }) => ({
    id: staff.find(({ uid }) => uid === id)?.name ?? id,
    count: times,
  }));
  return (
    <div className="report">
      <ReportTable caption="By who asked" rows={named} />
      <ReportTable caption="By capability" rows={capabilities} />
      {isComplete ? null : <p className="queue-note">More was held back than one report counts.</p>}
    </div>
  );
}

function ReportTable({ caption, rows }: { caption: string; rows: RouteAnswer<"reportQuotas">["actors"] }) {
  return (
    <table className="compare">
      <caption>{caption}</caption>
      <tbody>
        {rows.map(({ id, count: times }) => (
          <tr key={id}>
            <th scope="row">{id}</th>
            <td>{count(times, "time")}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
