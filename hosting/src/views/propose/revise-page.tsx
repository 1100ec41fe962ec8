import type { CapabilityOffer, JsonObject, Proposal } from "@studio-os/functions/contracts";
import { useMemo, useState } from "react";
import { callFeed } from "../../data/call-feed.js";
import { announce } from "../../ui/announce.js";
import { Button } from "../../ui/button.js";
import { Link } from "../../ui/link.js";
import { Empty, PanelFailure, Skeleton, UnreadableNote } from "../../ui/panel-states.js";
import { navigate, queuePath } from "../../ui/route.js";
import { useFeed } from "../../ui/use-live.js";
import { linkOf } from "../queue/deciders.js";
import { STATUS_WORDS, count } from "../queue/proposal-words.js";
import { liveReviews } from "../queue/saved-views.js";
import type { TenantView } from "../tenant-view.js";
import { whyNot } from "../use-staff-action.js";
import { CapabilityForm } from "./capability-form.js";
import { OfferFacts } from "./offer-words.js";

/** Asks for something else in the same proposal: its own input in the form of its capability. */
export function RevisePage({ view, proposalId }: { view: TenantView; proposalId: string }) {
  const { tenant } = view;
  const feed = tenant.proposal(proposalId);
  const live = useFeed(feed);
  const offers = useMemo(() => callFeed(tenant, "listCapabilities", { tenantId: tenant.tenantId }, null), [tenant]);
  const answer = useFeed(offers);
  const one = live.state === "ready" ? live.value : null;
  const proposal = one?.kind === "found" ? one.value : null;
  const offer =
    answer.state === "ready" && proposal !== null
      ? answer.value.capabilities.find(({ id }) => id === proposal.capabilityId)
      : undefined;
  return (
    <div className="studio-scroll" tabIndex={0} role="region" aria-labelledby="revise-title">
      <div className="studio-content studio-content-wide">
        <Link to={queuePath(tenant.tenantId, proposalId)} className="page-back">
          ← The proposal
        </Link>
        <h1 id="revise-title">Ask for something else</h1>
        {live.state === "loading" || answer.state === "loading" ? (
          <Skeleton rows={6} kind="line" label="Proposal" />
        ) : null}
        {live.state === "failed" ? <PanelFailure source="The proposal" failure={live} onRetry={feed.retry} /> : null}
        {answer.state === "failed" ? <PanelFailure source="The form" failure={answer} onRetry={offers.retry} /> : null}
        {one?.kind === "missing" ? <Empty title="There is no such proposal in this studio" /> : null}
        {one?.kind === "unreadable" ? <UnreadableNote id={proposalId} problem={one.problem} /> : null}
        {proposal !== null && answer.state === "ready" && offer === undefined ? (
          <Empty title="This capability is no longer offered">
            <p className="muted">
              <code>{proposal.capabilityId}</code> is gone: withdraw the proposal and ask in another way.
            </p>
          </Empty>
        ) : null}
        {proposal !== null && offer !== undefined ? <Revision view={view} proposal={proposal} offer={offer} /> : null}
      </div>
    </div>
  );
}

const REVISABLE: readonly Proposal["status"][] = ["draft", "pending_approval", "stale"];

interface RevisionProps {
  readonly view: TenantView;
  readonly proposal: Proposal;
  readonly offer: CapabilityOffer;
}

function Revision({ view, proposal, offer }: RevisionProps) {
  const { tenant } = view;
  const [seenRev, setSeenRev] = useState(proposal.rev);
  const lost = liveReviews(proposal).length;
  const obstacle =
    whyNot(view, "reviseProposal") ??
    (linkOf(proposal, view.me.accounts) === undefined ? "Only those in its own chain may revise it." : null) ??
    (REVISABLE.includes(proposal.status)
      ? null
      : `It is ${STATUS_WORDS[proposal.status].toLowerCase()}: nothing can be revised any more.`);
  const send = async (input: JsonObject, rationale: string) => {
    const params = { tenantId: tenant.tenantId, proposalId: proposal.proposalId };
    const outcome = await tenant.call("reviseProposal", params, { ifRev: seenRev, input, rationale });
    if (outcome.kind === "failed") return outcome.failure;
    announce("Your request is revised and planned anew.");
    navigate(queuePath(tenant.tenantId, proposal.proposalId));
    return null;
  };
  return (
    <>
      <p className="plain-text">
        Now, at revision {proposal.rev}: <strong>{proposal.plan.headline}</strong>
      </p>
      <OfferFacts offer={offer} />
      {lost === 0 ? null : (
        <p className="off-note">{count(lost, "review")} of the present plan will no longer count.</p>
      )}
      {seenRev === proposal.rev ? null : (
        <div className="notice notice-attention" role="alert">
          <span>It is at revision {proposal.rev} now: somebody decided or planned meanwhile. Your words are kept.</span>
          <Button onPress={() => setSeenRev(proposal.rev)}>I have seen it</Button>
        </div>
      )}
      <CapabilityForm
        view={view}
        offer={offer}
        name={`revise:${proposal.proposalId}`}
        hidden={["fromVersion"]}
        start={{ input: proposal.input, rationale: proposal.rationale }}
        submitWords="Submit the revision"
        obstacle={obstacle}
        onSend={send}
      />
    </>
  );
}
