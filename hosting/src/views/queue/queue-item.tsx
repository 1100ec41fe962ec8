import type { Proposal } from "@studio-os/functions/contracts";
import type { MouseEvent } from "react";
import type { QueueRow } from "../../data/studio-data.js";
import { formatLeft } from "../../ui/age.js";
import { navigate } from "../../ui/route.js";
import { useNow } from "../../ui/use-live.js";
import { requesterOf, STATUS_TONES, STATUS_WORDS, targetOf, TIER_GLYPHS, TIER_WORDS } from "./proposal-words.js";
import { liveReviews } from "./saved-views.js";

interface QueueItemProps {
  readonly row: QueueRow;
  readonly hasLeft: boolean;
  readonly to: string;
  readonly isOpen: boolean;
  readonly isActive: boolean;
  readonly onFocus: () => void;
  readonly height: number;
  readonly index: number;
  readonly total: number;
  /** Pixels from the top of the list when it is virtual. */
  readonly offset?: number;
}

/** One row of the queue. It is a link: it opens in place, in a new tab, and from a message alike. */
export function QueueItem(props: QueueItemProps) {
  const { row, hasLeft, to, isOpen, isActive, onFocus, height, index, total, offset } = props;
  const follow = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0) return;
    event.preventDefault();
    navigate(to);
  };
  const place =
    offset === undefined ? { height } : { height, position: "absolute" as const, top: offset, left: 0, right: 0 };
  return (
    <li style={place} aria-setsize={total} aria-posinset={index + 1}>
      <a
        href={to}
        className={`row${hasLeft ? " row-left" : ""}${row.kind === "unreadable" ? " row-unreadable" : ""}`}
        data-row={row.id}
        tabIndex={isActive ? 0 : -1}
        aria-current={isOpen ? "true" : undefined}
        onClick={follow}
        onFocus={onFocus}
      >
        {row.kind === "proposal" ? (
          <ProposalRow proposal={row.proposal} hasLeft={hasLeft} />
        ) : (
          <>
            <span className="row-headline">Unreadable record {row.id}</span>
            <span className="row-facts">
              <span className="badge badge-bad">Unreadable</span> {row.problem}
            </span>
          </>
        )}
      </a>
    </li>
  );
}

function ProposalRow({ proposal, hasLeft }: { proposal: Proposal; hasLeft: boolean }) {
  const approvals = liveReviews(proposal).filter(({ decision }) => decision === "approve").length;
  const isPending = proposal.status === "pending_approval";
  return (
    <>
      <span className="row-headline">{proposal.plan.headline}</span>
      <span className="row-end">
        {isPending ? <Deadline proposal={proposal} /> : <StatusBadge status={proposal.status} />}
      </span>
      <span className="row-facts">
        <span className={`tier tier-${proposal.riskTier}`}>
          <span aria-hidden="true">{TIER_GLYPHS[proposal.riskTier]}</span> {TIER_WORDS[proposal.riskTier]}
          <span className="for-readers"> risk</span>
        </span>
        <span className="row-requester">{requesterOf(proposal)}</span>
        <span className="row-target">{targetOf(proposal)}</span>
      </span>
      <span className="row-end row-facts">
        {hasLeft ? <span className="badge badge-quiet">moved on</span> : null}
        {proposal.duplicates > 0 ? <span title="Asked again while open">×{proposal.duplicates + 1}</span> : null}
        {isPending ? (
          <span>
            {approvals}/{proposal.approvalsRequired}
            <span className="for-readers"> approvals</span>
          </span>
        ) : null}
      </span>
    </>
  );
}

/** Below this much time left the deadline is set in bold words, in milliseconds. */
const URGENT_MS = 5 * 60_000;

function Deadline({ proposal }: { proposal: Proposal }) {
  const nowMs = useNow();
  const isUrgent = Date.parse(proposal.expiresAt) - nowMs < URGENT_MS;
  return (
    <span className={isUrgent ? "deadline deadline-urgent" : "deadline"}>
      <span className="for-readers">time left: </span>
      {formatLeft(proposal.expiresAt, nowMs)}
    </span>
  );
}

export function StatusBadge({ status }: { status: Proposal["status"] }) {
  return <span className={`badge badge-${STATUS_TONES[status]}`}>{STATUS_WORDS[status]}</span>;
}
