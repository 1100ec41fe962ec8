import type { Proposal } from "@studio-os/functions/contracts";
import { requesterOf } from "../queue/proposal-words.js";
import type { TenantView } from "../tenant-view.js";
import { EvidenceList } from "./evidence-list.js";

/**
 * What the requester says, and what it points to. Always plain text: the words may come from a machine or from a
 * stranger through it, so nothing in them is a link, markup or an instruction.
 */
export function WhyPanel({ view, proposal }: { view: TenantView; proposal: Proposal }) {
  const who = proposal.actor.type === "agent" ? "The agent says" : `${requesterOf(proposal)} says`;
  return (
    <>
      <figure className="says">
        <figcaption>{who}</figcaption>
        <blockquote className="plain-text" data-testid="requester-words">
          {proposal.rationale === "" ? <span className="muted">Nothing was said.</span> : proposal.rationale}
        </blockquote>
      </figure>
      <h3>Evidence</h3>
      <EvidenceList view={view} proposal={proposal} />
      <h3>Who is in the chain</h3>
      <ul className="evidence">
        {proposal.actChain.map((link) => (
          <li key={`${link.type}:${link.id}:${link.as}`}>
            <code>{link.id}</code> <span className="muted">{CHAIN_WORDS[link.as]}</span>
          </li>
        ))}
      </ul>
      <p className="muted">Nobody in the chain may approve this.</p>
    </>
  );
}

const CHAIN_WORDS = {
  requester: "asked for it",
  agentOwner: "answers for the agent",
  delegator: "delegated the right",
  routineAuthor: "wrote the routine",
  exemptionGrantor: "granted the exemption",
} as const;
