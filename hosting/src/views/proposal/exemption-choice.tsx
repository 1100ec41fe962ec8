import type { Exemption, Proposal } from "@studio-os/functions/contracts";
import { useId } from "react";
import { formatLeft } from "../../ui/age.js";
import { Button } from "../../ui/button.js";
import { useFeed, useNow } from "../../ui/use-live.js";
import { entryOf } from "../queue/me.js";
import { waiverWords } from "../studio/exemptions/exemption-card.js";
import { epochOf, usableExemptions } from "../studio/exemptions/exemption-standing.js";
import type { ExemptionUse } from "../studio/exemptions/exemption-standing.js";
import { useStaffList } from "../studio/use-staff-list.js";
import type { TenantView } from "../tenant-view.js";

/** Exemptions that could be named for this step of this proposal, as they stand now. */
export function useUsableExemptions(
  view: TenantView,
  proposal: Proposal,
  waives: ExemptionUse["waives"],
): readonly Exemption[] {
  const { tenant, me } = view;
  const live = useFeed(tenant.openExemptions);
  const epoch = epochOf(useFeed(tenant.control));
  const staff = useStaffList(view);
  const nowMs = useNow();
  // Whoever approved under one has named it: a second one is not looked at.
  if (live.state !== "ready" || proposal.exemptionId !== null) return [];
  return usableExemptions(live.value.items, { proposal, waives, me, staff, epoch, nowMs });
}

interface ChoiceProps {
  readonly view: TenantView;
  readonly exemptions: readonly Exemption[];
  readonly chosen: string | null;
  readonly onChoose: (exemptionId: string | null) => void;
}

/** Whether this approval stands on an exemption from the second approver. Nobody uses one without saying so. */
export function ExemptionChoice({ view, exemptions, chosen, onChoose }: ChoiceProps) {
  const name = useId();
  if (exemptions.length === 0) return null;
  return (
    <fieldset className="choices exemption-choice">
      <legend>Who else has to approve</legend>
      <label className="check">
        <input type="radio" name={name} checked={chosen === null} onChange={() => onChoose(null)} />
        <span>As the rule says: no exemption is used</span>
      </label>
      {exemptions.map((exemption) => (
        <label key={exemption.exemptionId} className="check">
          <input
            type="radio"
            name={name}
            checked={chosen === exemption.exemptionId}
            onChange={() => onChoose(exemption.exemptionId)}
          />
          <span>
            One person less, by exemption: <ExemptionWords view={view} exemption={exemption} />
          </span>
        </label>
      ))}
    </fieldset>
  );
}

interface OfferProps {
  readonly view: TenantView;
  readonly proposal: Proposal;
  readonly isSending: boolean;
  readonly onExecute: (exemptionId: string) => void;
}

/** Where nothing but the limit stands in the way: exemptions that waive it, each with what it takes to use it. */
export function QuotaExemptionOffer({ view, proposal, isSending, onExecute }: OfferProps) {
  const exemptions = useUsableExemptions(view, proposal, "quota");
  if (exemptions.length === 0) return null;
  return (
    <div className="notice notice-attention exemption-offer" role="group" aria-label="Exemptions from the limit">
      {exemptions.map((exemption) => (
        <div key={exemption.exemptionId} className="exemption-line">
          <span>
            An exemption waives the limit: <ExemptionWords view={view} exemption={exemption} />
          </span>
          <Button
            isBusy={isSending}
            label={`Execute under it: the exemption ${exemption.ticketRef}`}
            onPress={() => onExecute(exemption.exemptionId)}
          >
            {isSending ? "Sending…" : "Execute under it"}
          </Button>
        </div>
      ))}
    </div>
  );
}

/** `Log book, page 12, granted by Omar Haddad; 4 h left, used 0 of 2`. */
function ExemptionWords({ view, exemption }: { view: TenantView; exemption: Exemption }) {
  const staff = useStaffList(view);
  const nowMs = useNow();
  const { ticketRef, grantedBy, expiresAt, uses, maxUses } = exemption;
  return (
    <span className="plain-text">
      {ticketRef}, granted by {entryOf(staff, grantedBy)?.name ?? grantedBy}; {formatLeft(expiresAt, nowMs)} left, used{" "}
      {uses} of {maxUses}
      {exemption.waives.length > 1 ? `; it waives ${waiverWords(exemption)}` : ""}
    </span>
  );
}
