import type { CapabilityOffer } from "@studio-os/functions/contracts";
import { TIER_GLYPHS, TIER_WORDS } from "../queue/proposal-words.js";
import { holdsAny } from "../queue/me.js";
import { ROLE_WORDS } from "../studio/people/role-words.js";
import { joinWords } from "../../ui/join-words.js";
import type { Me } from "../queue/me.js";

/** Answers: why may this person not propose this? null: they may. */
export function whyNotProposable({ proposableBy }: CapabilityOffer, me: Me): string | null {
  const { roles } = proposableBy;
  if (holdsAny(me, roles)) return null;
  const words = roles.map((role) => ROLE_WORDS[role].toLowerCase());
  return `Only for people who are ${joinWords(words, "or")}. An owner can grant it.`;
}

/** The risk of a capability and whether it can be taken back, in one line. */
export function OfferFacts({ offer }: { offer: CapabilityOffer }) {
  return (
    <p className="facts offer-facts">
      <span className={`tier tier-${offer.riskTier}`}>
        <span aria-hidden="true">{TIER_GLYPHS[offer.riskTier]}</span> {TIER_WORDS[offer.riskTier]} risk
      </span>
      <span>
        {offer.inverse.kind === "generated" ? "can be rolled back" : `cannot be rolled back: ${offer.inverse.reason}`}
      </span>
      <span>answered for by {offer.owner}</span>
    </p>
  );
}
