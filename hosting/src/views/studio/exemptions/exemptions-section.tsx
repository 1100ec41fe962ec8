import type { CapabilityOffer, Exemption, StaffEntry } from "@studio-os/functions/contracts";
import { useMemo, useState } from "react";
import { callFeed } from "../../../data/call-feed.js";
import type { Live } from "../../../data/live.js";
import { announce } from "../../../ui/announce.js";
import { Button } from "../../../ui/button.js";
import { Empty, PanelFailure, Skeleton, UnreadableNote } from "../../../ui/panel-states.js";
import { useFeed } from "../../../ui/use-live.js";
import type { TenantView } from "../../tenant-view.js";
import { useStaffAction, whyNot } from "../../use-staff-action.js";
import { ReasonSheet } from "../reason-sheet.js";
import { WithControl } from "../with-control.js";
import { ExemptionCard, waiverWords } from "./exemption-card.js";
import { ExemptionSheet } from "./exemption-sheet.js";
import { epochOf } from "./exemption-standing.js";

/** Fewest and most characters of a reason to revoke; the contract's own. */
const REVOKE_BOUNDS = { min: 3, max: 500 } as const;

/** Which requirements need not be met, for what, until when. */
export function ExemptionsSection({ view }: { view: TenantView }) {
  return (
    <WithControl view={view} source="The staff list">
      {({ staff }) => <Exemptions view={view} staff={staff} />}
    </WithControl>
  );
}

function Exemptions({ view, staff }: { view: TenantView; staff: readonly StaffEntry[] }) {
  const { tenant } = view;
  const [isGranting, setGranting] = useState(false);
  const exemptions = useFeed(tenant.exemptions);
  const listed = useFeed(
    useMemo(() => callFeed(tenant, "listCapabilities", { tenantId: tenant.tenantId }, null), [tenant]),
  );
  const offers: Live<readonly CapabilityOffer[]> =
    listed.state === "ready" ? { ...listed, value: listed.value.capabilities } : listed;
  const off = whyNot(view, "grantExemption");
  const offBecause = off === null ? undefined : "exemptions-off";
  return (
    <section className="panel" aria-labelledby="exemptions-title">
      <header className="panel-head">
        <div>
          <h2 id="exemptions-title">What is waived</h2>
          <p className="muted">
            What need not be met, for one capability, a week at most. It counts where somebody names it in a decision,
            and that is on record.
          </p>
        </div>
        <Button tone="primary" offBecause={offBecause} onPress={() => setGranting(true)}>
          Grant one…
        </Button>
      </header>
      {off === null ? null : (
        <p className="off-note" id="exemptions-off">
          {off}
        </p>
      )}
      {exemptions.state === "loading" ? <Skeleton rows={3} kind="row" label="Exemptions" /> : null}
      {exemptions.state === "failed" ? (
        <PanelFailure source="The exemptions" failure={exemptions} onRetry={tenant.exemptions.retry} />
      ) : null}
      {exemptions.state === "ready" ? (
        <>
          {exemptions.value.unreadable.map((record) => (
            <UnreadableNote key={record.id} {...record} />
          ))}
          <List
            view={view}
            staff={staff}
            exemptions={exemptions.value.items}
            offers={offers.state === "ready" ? offers.value : []}
            offBecause={offBecause}
          />
        </>
      ) : null}
      <ExemptionSheet
        view={view}
        staff={staff}
        offers={offers}
        isOpen={isGranting}
        onClose={() => setGranting(false)}
      />
    </section>
  );
}

interface ListProps {
  readonly view: TenantView;
  readonly staff: readonly StaffEntry[];
  readonly exemptions: readonly Exemption[];
  readonly offers: readonly CapabilityOffer[];
  readonly offBecause: string | undefined;
}

function List({ view, staff, exemptions, offers, offBecause }: ListProps) {
  const [ending, setEnding] = useState<Exemption | null>(null);
  const { state: sending, send } = useStaffAction(view, "revokeExemption");
  const epoch = epochOf(useFeed(view.tenant.control));
  if (exemptions.length === 0)
    return (
      <Empty title="Nothing is exempt">
        <p className="muted">Every requirement has to be met, by everybody.</p>
      </Empty>
    );

  const revoke = async (reason: string) => {
    if (ending === null) return;
    const params = { tenantId: view.tenant.tenantId, exemptionId: ending.exemptionId };
    if ((await send(params, { reason })) === null) return;
    announce("The exemption is revoked and counts no more.");
    setEnding(null);
  };
  return (
    <>
      <ul className="cards">
        {exemptions.map((exemption) => (
          <ExemptionCard
            key={exemption.exemptionId}
            view={view}
            exemption={exemption}
            staff={staff}
            offers={offers}
            epoch={epoch}
            offBecause={offBecause}
            onRevoke={() => setEnding(exemption)}
          />
        ))}
      </ul>
      <ReasonSheet
        title="Revoke the exemption"
        isOpen={ending !== null}
        onClose={() => setEnding(null)}
        words={{
          intro:
            ending === null
              ? ""
              : `What it waived, ${waiverWords(ending)}, is required again from now on, also for what was approved and is not yet executed.`,
          confirm: "Revoke it",
        }}
        bounds={REVOKE_BOUNDS}
        sending={sending}
        obstacle={whyNot(view, "revokeExemption")}
        onConfirm={(reason) => void revoke(reason)}
      />
    </>
  );
}
