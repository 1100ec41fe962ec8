import type { Digest, Notice, Proposal } from "@studio-os/functions/contracts";
import { useEffect, useState } from "react";
import type { Listed } from "../../data/studio-data.js";
import { formatAge, formatMoment } from "../../ui/age.js";
import { Link } from "../../ui/link.js";
import { Empty, PanelFailure, Skeleton, UnreadableNote } from "../../ui/panel-states.js";
import { queuePath } from "../../ui/route.js";
import { useFeed, useNow } from "../../ui/use-live.js";
import { count } from "../queue/proposal-words.js";
import { StatusBadge } from "../queue/queue-item.js";
import { useStaffList } from "../studio/use-staff-list.js";
import type { TenantView } from "../tenant-view.js";
import { noticesFor, NOTICE_WORDS, OF_ITSELF, readSeenUntil, rememberSeen } from "./notice-words.js";

/** What became of one's own requests, what waits for one's decision, and what agents asked for beyond the attention that people have. */
export function NoticesPage({ view }: { view: TenantView }) {
  const { tenant } = view;
  const notices = useFeed(tenant.notices);
  const digests = useFeed(tenant.digests);
  return (
    <div className="studio-scroll" tabIndex={0} role="region" aria-labelledby="notices-title">
      <div className="studio-content studio-content-wide">
        <h1 id="notices-title">Notices</h1>
        <section className="panel" aria-labelledby="mine-title">
          <header className="panel-head">
            <div>
              <h2 id="mine-title">For you</h2>
              <p className="muted">
                What became of what you or your agents asked for, and what waits for your decision.
              </p>
            </div>
          </header>
          {notices.state === "loading" ? <Skeleton rows={4} kind="line" label="Notices" /> : null}
          {notices.state === "failed" ? (
            <PanelFailure source="The notices" failure={notices} onRetry={tenant.notices.retry} />
          ) : null}
          {notices.state === "ready" ? <Notices view={view} listed={notices.value} /> : null}
        </section>
        <section className="panel" aria-labelledby="held-title">
          <header className="panel-head">
            <div>
              <h2 id="held-title">Held back</h2>
              <p className="muted">
                Agents asked for this when people had enough before them. It waits as a draft: open one and plan it to
                take it up.
              </p>
            </div>
          </header>
          {digests.state === "loading" ? <Skeleton rows={3} kind="line" label="Held back" /> : null}
          {digests.state === "failed" ? (
            <PanelFailure source="What was held back" failure={digests} onRetry={tenant.digests.retry} />
          ) : null}
          {digests.state === "ready" ? <Digests view={view} listed={digests.value} /> : null}
        </section>
      </div>
    </div>
  );
}

function Notices({ view, listed }: { view: TenantView; listed: Listed<Notice> }) {
  const { tenant, me } = view;
  const nowMs = useNow();
  const staff = useStaffList(view);
  const known = useKnownProposals(view);
  const mine = noticesFor(listed.items, me.accounts);
  const newest = mine[0]?.at ?? null;
  const [seenUntil] = useState(() => readSeenUntil(localStorage, tenant.tenantId, me.uid));
  useEffect(() => {
    if (newest !== null) rememberSeen(localStorage, tenant.tenantId, me.uid, newest);
  }, [newest, tenant.tenantId, me.uid]);
  return (
    <>
      {listed.unreadable.map((record) => (
        <UnreadableNote key={record.id} {...record} />
      ))}
      {mine.length === 0 ? <Empty title="Nothing is waiting for you to read" /> : null}
      <ul className="cards">
        {mine.map((notice) => (
          <li key={notice.eventId} className="card">
            <div className="card-main">
              <p className="card-title">
                {notice.at > seenUntil ? <span className="badge badge-calm">New</span> : null}
                <Link to={queuePath(tenant.tenantId, notice.proposalId)} className="card-link">
                  {known.get(notice.proposalId)?.plan.headline ?? `Request ${notice.proposalId}`}
                </Link>
              </p>
              <p className="facts">
                {NOTICE_WORDS[notice.type]}
                {OF_ITSELF.includes(notice.type)
                  ? ""
                  : ` · by ${staff.find(({ uid }) => uid === notice.actorId)?.name ?? notice.actorId}`}{" "}
                · <time dateTime={notice.at}>{formatAge(notice.at, nowMs)}</time>
              </p>
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}

function Digests({ view, listed }: { view: TenantView; listed: Listed<Digest> }) {
  const known = useKnownProposals(view);
  const path = (id: string) => queuePath(view.tenant.tenantId, id);
  return (
    <>
      {listed.unreadable.map((record) => (
        <UnreadableNote key={record.id} {...record} />
      ))}
      {listed.items.length === 0 ? <p className="muted panel-none">Nothing was held back.</p> : null}
      <ul className="cards">
        {listed.items.map((digest) => (
          <li key={`${digest.agentId}.${digest.day}`} className="card card-tall">
            <p className="card-title">
              <strong className="plain-text">{digest.agentName}</strong>
              <span className="muted">{digest.day} (UTC)</span>
              <span className="badge badge-attention">{count(digest.held.length, "request")} held back</span>
              {digest.total > digest.held.length ? (
                <span className="facts">asked {count(digest.total, "time")} in all</span>
              ) : null}
            </p>
            <ul className="held">
              {digest.held.map((entry) => (
                <li key={entry.proposalId}>
                  <Link to={path(entry.proposalId)} className="card-link">
                    {entry.headline}
                  </Link>{" "}
                  <HeldStatus proposal={known.get(entry.proposalId)} />{" "}
                  <span className="facts">
                    <time dateTime={entry.at}>{formatMoment(entry.at, view.timeZone)}</time>
                  </span>
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </>
  );
}

const HeldStatus = ({ proposal }: { proposal: Proposal | undefined }) =>
  proposal === undefined ? null : <StatusBadge status={proposal.status} />;

/** The proposals that the queue knows anyway, to call requests by their headlines. */
function useKnownProposals(view: TenantView): ReadonlyMap<string, Proposal> {
  const queue = useFeed(view.tenant.queue);
  if (queue.state !== "ready") return new Map();
  return new Map(queue.value.rows.flatMap((row) => (row.kind === "proposal" ? [[row.id, row.proposal]] : [])));
}
