import type { Proposal, Review } from "@studio-os/functions/contracts";
import { formatAge, formatMoment } from "../../ui/age.js";
import { useNow } from "../../ui/use-live.js";
import { APPROVE_REASON_WORDS, count, REJECT_REASON_WORDS } from "../queue/proposal-words.js";
import { liveReviews } from "../queue/saved-views.js";

/** Who has decided, on which revision, in whose words; also what no longer counts. */
export function ReviewsPanel({ proposal, timeZone }: { proposal: Proposal; timeZone: string | undefined }) {
  const approvals = liveReviews(proposal).filter(({ decision }) => decision === "approve").length;
  return (
    <>
      <p>
        {approvals} of {count(proposal.approvalsRequired, "approval")} of this exact plan.
      </p>
      <p className="muted">
        {proposal.eligibleApprovers.count === 0
          ? "Nobody could decide when it was planned."
          : `Could decide when it was planned: ${namesOf(proposal.eligibleApprovers)}.`}
      </p>
      {proposal.soloApproved ? (
        <p className="badge badge-warning">Approved by one person of the request’s own chain: nobody else could.</p>
      ) : null}
      {proposal.reviews.length === 0 ? <p className="muted">Nobody has decided yet.</p> : null}
      <ol className="reviews">
        {[...proposal.reviews].reverse().map((review) => (
          <ReviewEntry key={`${review.reviewer.id}:${review.at}`} review={review} timeZone={timeZone} />
        ))}
      </ol>
      <p className="muted">
        Policy {proposal.policyId}, version {proposal.policyVersion}.
      </p>
    </>
  );
}

function namesOf({ count: all, names }: Proposal["eligibleApprovers"]): string {
  const unnamed = all - names.length;
  return unnamed > 0 ? `${names.join(", ")} and ${count(unnamed, "other")}` : names.join(", ");
}

function ReviewEntry({ review, timeZone }: { review: Review; timeZone: string | undefined }) {
  const nowMs = useNow();
  return (
    <li className={review.voidedAt === null ? "review" : "review review-void"}>
      <p>
        <strong>{review.reviewer.name}</strong> {review.decision === "approve" ? "approved" : "rejected"} revision{" "}
        {review.rev}{" "}
        <time dateTime={review.at} title={formatMoment(review.at, timeZone)} className="muted">
          {formatAge(review.at, nowMs)}
        </time>
        {review.for === null ? null : <span className="badge badge-quiet">covering for {review.for}</span>}
        {review.isSolo ? <span className="badge badge-quiet">alone</span> : null}
        {review.voidedAt === null ? null : <span className="badge badge-quiet">no longer counts</span>}
      </p>
      {review.reasonCode === null ? null : <span className="badge badge-quiet">{REASON_WORDS[review.reasonCode]}</span>}
      {review.rationale === "" ? null : <p className="plain-text">{review.rationale}</p>}
    </li>
  );
}

const REASON_WORDS = { ...APPROVE_REASON_WORDS, ...REJECT_REASON_WORDS };
