import { useState } from "react";
import type { ChainOf } from "../../data/audit-data.js";
import type { HistoryEntry } from "../../data/studio-data.js";
import { formatMoment, formatSpan } from "../../ui/age.js";
import { Link } from "../../ui/link.js";
import { Empty, PanelFailure, Skeleton, UnreadableNote } from "../../ui/panel-states.js";
import { auditPath, chainPath, queuePath, useAddress } from "../../ui/route.js";
import type { ChainAddress } from "../../ui/route.js";
import { useFeed } from "../../ui/use-live.js";
import type { TenantView } from "../tenant-view.js";
import { ChainChip } from "./chain-chip.js";
import { stepsOf, summaryOf } from "./chain.js";
import type { ChainStep } from "./chain.js";
import { EventFacts } from "./event-facts.js";
import { OUTCOME_WORDS, SEVERITY_WORDS, eventTitle } from "./event-words.js";
import { LogBadge } from "./log-badge.js";

/** Everything that belongs to one proposal or one request, in the order in which it happened. */
export function ChainView({ view, chain }: { view: TenantView; chain: ChainAddress }) {
  const { tenantId } = view.tenant;
  return (
    <>
      <p className="audit-back">
        <Link to={auditPath(tenantId)}>← The whole record</Link>
      </p>
      <h1 id="audit-title">
        {chain.of === "proposal" ? "One proposal" : "One request"} <code>{chain.id}</code>
      </h1>
      {chain.of === "proposal" ? (
        <p>
          <Link to={queuePath(tenantId, chain.id, "?view=all")}>Open the proposal</Link>
        </p>
      ) : null}
      <Steps view={view} chain={chain} />
    </>
  );
}

function Steps({ view, chain }: { view: TenantView; chain: ChainAddress }) {
  const of: ChainOf = chain.of === "proposal" ? { proposalId: chain.id } : { requestId: chain.id };
  const feed = view.tenant.audit.chain(of);
  const live = useFeed(feed);
  const named = new URLSearchParams(useAddress().search).get("event");
  if (live.state === "loading") return <Skeleton rows={5} kind="card" label="The chain" />;
  if (live.state === "failed") return <PanelFailure source="The chain" failure={live} onRetry={feed.retry} />;
  const { items, unreadable, isTruncated } = live.value;
  return (
    <>
      {items.length + unreadable.length === 0 ? (
        <Empty title="Nothing is on record by this name">
          <p className="muted">
            Check the id. What was refused before it reached a studio is on the platform&apos;s record.
          </p>
        </Empty>
      ) : (
        <>
          <Summary items={items} />
          <ChainChip view={view} entries={items} />
        </>
      )}
      {isTruncated ? <p className="queue-note">More is on record than is shown: these are the newest.</p> : null}
      {unreadable.map((record) => (
        <UnreadableNote key={record.id} {...record} />
      ))}
      <ol className="chain">
        {stepsOf(items).map((step) => (
          <Step key={step.entries[0]?.eventId ?? step.requestId} view={view} chain={chain} step={step} named={named} />
        ))}
      </ol>
    </>
  );
}

function Summary({ items }: { items: readonly HistoryEntry[] }) {
  const { events, requests, refusals, spanMs, actors } = summaryOf(items);
  return (
    <p className="chain-summary">
      {plural(events, "event")} in {plural(requests, "request")} over {formatSpan(spanMs)}, by {actors.join(", ")}
      {refusals === 0 ? "." : `. ${plural(refusals, "refusal")}.`}
    </p>
  );
}

interface StepProps {
  readonly view: TenantView;
  readonly chain: ChainAddress;
  readonly step: ChainStep;
  readonly named: string | null;
}

function Step({ view, chain, step, named }: StepProps) {
  const { tenantId } = view.tenant;
  return (
    <li className="chain-step">
      {step.gapMs === null ? null : <p className="chain-gap">{formatSpan(step.gapMs)} later</p>}
      <div className="chain-request">
        {chain.of === "request" ? null : (
          <p className="facts">
            Request{" "}
            <Link to={chainPath(tenantId, { of: "request", id: step.requestId })}>
              <code>{step.requestId}</code>
            </Link>
          </p>
        )}
        <ol className="chain-events">
          {step.entries.map((entry) => (
            <ChainEvent key={entry.eventId} view={view} chain={chain} entry={entry} isNamed={entry.eventId === named} />
          ))}
        </ol>
      </div>
    </li>
  );
}

interface ChainEventProps {
  readonly view: TenantView;
  readonly chain: ChainAddress;
  readonly entry: HistoryEntry;
  readonly isNamed: boolean;
}

function ChainEvent({ view, chain, entry, isNamed }: ChainEventProps) {
  const [isOpen, setOpen] = useState(isNamed);
  const isBeside = chain.of === "proposal" && entry.proposalId !== chain.id;
  return (
    <li className={`chain-event audit-${entry.severity}`}>
      <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary className="audit-open">
          <span className="audit-glyph" aria-hidden="true">
            {SEVERITY_WORDS[entry.severity].glyph}
          </span>
          <strong>{eventTitle(entry.type)}</strong> by {entry.actorName}
          {entry.outcome === "refused" ? (
            <span className="badge badge-bad">{entry.reasonCode ?? OUTCOME_WORDS.refused}</span>
          ) : null}
          {isBeside ? <span className="badge badge-calm">{besideWords(entry)}</span> : null}
          <time dateTime={entry.at}>{formatMoment(entry.at, view.timeZone)}</time>
          <LogBadge entry={entry} />
        </summary>
        {isOpen ? <EventFacts view={view} entry={entry} /> : null}
      </details>
    </li>
  );
}

const besideWords = ({ proposalId }: HistoryEntry): string =>
  proposalId === null ? "in the same request" : `of proposal ${proposalId.slice(0, 8)}`;

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;
