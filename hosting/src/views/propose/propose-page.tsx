import { ApprovalPolicyReplaceInput } from "@studio-os/functions/contracts";
import type { ApprovalPolicy, CapabilityOffer, JsonObject, RouteAnswer } from "@studio-os/functions/contracts";
import { useMemo } from "react";
import { callFeed } from "../../data/call-feed.js";
import { announce } from "../../ui/announce.js";
import { Link } from "../../ui/link.js";
import { Empty, PanelFailure, Skeleton } from "../../ui/panel-states.js";
import { navigate, proposePath, queuePath } from "../../ui/route.js";
import { useFeed } from "../../ui/use-live.js";
import { PolicyDiff } from "../studio/rules/policy-in-words.js";
import { POLICY_EDIT } from "../studio/rules/rules-section.js";
import { aboutWords, likelyRule, ruleSentences } from "../studio/rules/rule-words.js";
import type { TenantView } from "../tenant-view.js";
import { whyNot } from "../use-staff-action.js";
import { CapabilityForm } from "./capability-form.js";
import { OfferFacts, whyNotProposable } from "./offer-words.js";

/** What a person can ask for: a choice of capabilities, and the form of the one that was chosen. */
export function ProposePage({ view, capabilityId }: { view: TenantView; capabilityId: string | null }) {
  const { tenant } = view;
  const offers = useMemo(() => callFeed(tenant, "listCapabilities", { tenantId: tenant.tenantId }, null), [tenant]);
  const live = useFeed(offers);
  return (
    <div className="studio-scroll" tabIndex={0} role="region" aria-labelledby="propose-title">
      <div className="studio-content studio-content-wide">
        {capabilityId === null ? null : (
          <Link to={proposePath(tenant.tenantId, null)} className="page-back">
            ← Everything that can be proposed
          </Link>
        )}
        {live.state === "ready" ? (
          <Offers view={view} answer={live.value} capabilityId={capabilityId} />
        ) : (
          <h1 id="propose-title">Propose a change</h1>
        )}
        {live.state === "loading" ? <Skeleton rows={5} kind="row" label="Capabilities" /> : null}
        {live.state === "failed" ? (
          <PanelFailure source="What can be proposed" failure={live} onRetry={offers.retry} />
        ) : null}
      </div>
    </div>
  );
}

interface OffersProps {
  readonly view: TenantView;
  readonly answer: RouteAnswer<"listCapabilities">;
  readonly capabilityId: string | null;
}

function Offers({ view, answer, capabilityId }: OffersProps) {
  if (capabilityId === null) return <OfferList view={view} offers={answer.capabilities} />;
  const offer = answer.capabilities.find(({ id }) => id === capabilityId);
  if (offer !== undefined) return <OneOffer view={view} offer={offer} />;
  return (
    <>
      <h1 id="propose-title">Propose a change</h1>
      <Empty title="There is no such capability">
        <p className="muted">
          Nothing is known as <code>{capabilityId}</code>. Check the link, or choose from the list.
        </p>
      </Empty>
    </>
  );
}

function OfferList({ view, offers }: { view: TenantView; offers: readonly CapabilityOffer[] }) {
  return (
    <>
      <h1 id="propose-title">Propose a change</h1>
      <p className="muted">
        You say what should be; the server computes the exact effect, and somebody else decides on that.
      </p>
      <ul className="cards">
        {offers.map((offer) => {
          const why = whyNotProposable(offer, view.me);
          return (
            <li key={offer.id} className={why === null ? "card" : "card card-out"}>
              <div className="card-main">
                <p className="card-title">
                  {why === null ? (
                    <Link to={proposePath(view.tenant.tenantId, offer.id)} className="card-link">
                      {offer.title}
                    </Link>
                  ) : (
                    <strong>{offer.title}</strong>
                  )}
                </p>
                <OfferFacts offer={offer} />
                {why === null ? null : <p className="facts">{why}</p>}
              </div>
            </li>
          );
        })}
      </ul>
    </>
  );
}

function OneOffer({ view, offer }: { view: TenantView; offer: CapabilityOffer }) {
  const policy = useActivePolicy(view);
  const isEdit = offer.id === POLICY_EDIT;
  const start = isEdit && policy !== null ? toEdit(policy) : null;
  const send = async (input: JsonObject, rationale: string) => {
    const { tenantId } = view.tenant;
    const outcome = await view.tenant.call(
      "submitProposal",
      { tenantId },
      { capabilityId: offer.id, input, rationale },
    );
    if (outcome.kind === "failed") {
      if (outcome.failure.code === "REAUTH_REQUIRED") view.askSignIn();
      return outcome.failure;
    }
    const { proposal, deduplicated } = outcome.answer;
    announce(deduplicated ? "The same request is open already. Here it is." : "Your request is submitted.");
    navigate(queuePath(tenantId, proposal.proposalId));
    return null;
  };
  return (
    <>
      <h1 id="propose-title">{offer.title}</h1>
      <OfferFacts offer={offer} />
      <WhoDecides view={view} offer={offer} policy={policy} />
      {isEdit && policy === null ? (
        <Skeleton rows={6} kind="line" label="Rules in force" />
      ) : (
        <CapabilityForm
          view={view}
          offer={offer}
          name={`propose:${offer.id}`}
          hidden={["fromVersion"]}
          start={{ input: start, rationale: "" }}
          submitWords="Submit for approval"
          obstacle={whyNot(view, "submitProposal") ?? whyNotProposable(offer, view.me)}
          onSend={send}
          {...(isEdit && policy !== null ? { preview: (input) => <EditPreview policy={policy} input={input} /> } : {})}
        />
      )}
    </>
  );
}

/** Null while the rules are not known. */
function useActivePolicy(view: TenantView): ApprovalPolicy | null {
  const control = useFeed(view.tenant.control);
  const studio = control.state === "ready" ? control.value.studio : null;
  return studio?.kind === "found" ? studio.value.approvalPolicy : null;
}

/** The rules in force as the input of an edit that changes nothing yet. */
const toEdit = ({ version, rules, soloMode }: ApprovalPolicy): JsonObject =>
  JSON.parse(JSON.stringify({ fromVersion: version, rules, soloMode })) as JsonObject;

function EditPreview({ policy, input }: { policy: ApprovalPolicy; input: JsonObject | null }) {
  const parsed = ApprovalPolicyReplaceInput.safeParse(input);
  return (
    <section className="panel" aria-labelledby="edit-title">
      <h2 id="edit-title">What changes, in words</h2>
      {parsed.success && parsed.data.fromVersion !== policy.version ? (
        <p className="notice notice-attention" role="alert">
          <span>
            You are editing version {parsed.data.fromVersion}, and version {policy.version} is in force now. Start over
            to edit that one.
          </span>
        </p>
      ) : null}
      {parsed.success ? (
        <PolicyDiff before={policy} after={parsed.data} />
      ) : (
        <p className="muted">Shown once every field can be read.</p>
      )}
    </section>
  );
}

interface WhoDecidesProps {
  readonly view: TenantView;
  readonly offer: CapabilityOffer;
  readonly policy: ApprovalPolicy | null;
}

function WhoDecides({ view, offer, policy }: WhoDecidesProps) {
  if (policy === null) return null;
  const subject = { riskTier: offer.riskTier, capabilityId: offer.id, ownerUid: view.me.uid };
  const rule = likelyRule(policy, subject);
  if (rule === null) return <p className="off-note">No rule speaks about this for certain: the server will tell.</p>;
  return (
    <details className="off-note">
      <summary>{ruleSentences(rule)[0]}</summary>
      <p className="muted">{aboutWords(rule)}:</p>
      <ul className="sentences">
        {ruleSentences(rule)
          .slice(1)
          .map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
      </ul>
    </details>
  );
}
