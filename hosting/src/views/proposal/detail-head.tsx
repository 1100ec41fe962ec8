import type { Proposal } from "@studio-os/functions/contracts";
import { useEffect } from "react";
import { announce } from "../../ui/announce.js";
import { formatAge, formatLeft, formatMoment } from "../../ui/age.js";
import { useNow } from "../../ui/use-live.js";
import { countsLine, requesterOf, TIER_GLYPHS, TIER_WORDS } from "../queue/proposal-words.js";
import { StatusBadge } from "../queue/queue-item.js";

/** The sentence of the effect, made from the diff, and the facts that frame it. */
export function DetailHead({ proposal, timeZone }: { proposal: Proposal; timeZone: string | undefined }) {
  const nowMs = useNow();
  const isPending = proposal.status === "pending_approval";
  useExpiryWords(isPending ? Date.parse(proposal.expiresAt) - nowMs : null);
  return (
    <header className="detail-head">
      <p className="detail-badges">
        <StatusBadge status={proposal.status} />
        <span className={`tier tier-${proposal.riskTier}`}>
          <span aria-hidden="true">{TIER_GLYPHS[proposal.riskTier]}</span> {TIER_WORDS[proposal.riskTier]} risk
        </span>
        <span className="muted">
          {proposal.capabilityId} · revision {proposal.rev}
        </span>
      </p>
      <h2 className="plain-text" id="headline">
        {proposal.plan.headline}
      </h2>
      <p className="muted">
        {proposal.actor.type === "agent" ? "Agent " : ""}
        <strong className="requester">{requesterOf(proposal)}</strong> asked{" "}
        <time dateTime={proposal.submittedAt} title={formatMoment(proposal.submittedAt, timeZone)}>
          {formatAge(proposal.submittedAt, nowMs)}
        </time>
        {isPending ? (
          <>
            {" · "}
            <time dateTime={proposal.expiresAt} title={formatMoment(proposal.expiresAt, timeZone)}>
              {Date.parse(proposal.expiresAt) <= nowMs
                ? "the time to decide is over"
                : `${formatLeft(proposal.expiresAt, nowMs)} left to decide`}
            </time>
          </>
        ) : null}
        {proposal.status === "approved" && proposal.approvedUntil !== null
          ? ` · approval stands for ${formatLeft(proposal.approvedUntil, nowMs)}`
          : ""}
      </p>
      <p className="counts">{countsLine(proposal)}</p>
    </header>
  );
}

const FIVE_MINUTES_MS = 5 * 60_000;
const ONE_MINUTE_MS = 60_000;

/** Says the last five minutes and the last minute, once each (WCAG 2.2.1). */
function useExpiryWords(leftMs: number | null): void {
  const step = leftMs === null || leftMs <= 0 || leftMs > FIVE_MINUTES_MS ? null : leftMs > ONE_MINUTE_MS ? 5 : 1;
  useEffect(() => {
    if (step !== null) announce(`Less than ${step === 1 ? "one minute" : "five minutes"} left to decide.`);
  }, [step]);
}
