import type { LegalHold, StaffEntry } from "@studio-os/functions/contracts";
import { useState } from "react";
import { formatMoment } from "../../../ui/age.js";
import { announce } from "../../../ui/announce.js";
import { Button } from "../../../ui/button.js";
import { PanelFailure, Skeleton, UnreadableNote } from "../../../ui/panel-states.js";
import { useFeed } from "../../../ui/use-live.js";
import { entryOf } from "../../queue/me.js";
import type { TenantView } from "../../tenant-view.js";
import { useStaffAction, whyNot } from "../../use-staff-action.js";
import { ReasonSheet } from "../reason-sheet.js";
import { HoldSheet } from "./hold-sheet.js";
import { KEEPING_REASON, holdWords } from "./hold-words.js";

interface HoldsPanelProps {
  readonly view: TenantView;
  readonly staff: readonly StaffEntry[];
}

/** What must be kept, whatever policy and people say: a dispute, an inspection, an insurer's question. */
export function HoldsPanel({ view, staff }: HoldsPanelProps) {
  const { tenant } = view;
  const holds = useFeed(tenant.holds);
  const [isPlacing, setPlacing] = useState(false);
  const off = whyNot(view, "placeHold");
  return (
    <section className="panel" aria-labelledby="holds-title">
      <header className="panel-head">
        <div>
          <h2 id="holds-title">Legal holds</h2>
          <p className="muted">
            What is held is neither purged nor erased, also where that was approved before. One person is enough to
            place one; an owner lifts it.
          </p>
        </div>
        <Button tone="primary" offBecause={off === null ? undefined : "holds-off"} onPress={() => setPlacing(true)}>
          Place a hold…
        </Button>
      </header>
      {off === null ? null : (
        <p className="off-note" id="holds-off">
          {off}
        </p>
      )}
      {holds.state === "loading" ? <Skeleton rows={2} kind="row" label="Legal holds" /> : null}
      {holds.state === "failed" ? (
        <PanelFailure source="The legal holds" failure={holds} onRetry={tenant.holds.retry} />
      ) : null}
      {holds.state === "ready" && holds.value.kind === "unreadable" ? (
        <>
          <UnreadableNote id="retention/holds" problem={holds.value.problem} />
          <p className="problem">While nobody can tell what is held, everything is.</p>
        </>
      ) : null}
      {holds.state === "ready" && holds.value.kind !== "unreadable" ? (
        <Holds view={view} staff={staff} holds={holds.value.kind === "found" ? holds.value.value.holds : []} />
      ) : null}
      <HoldSheet view={view} staff={staff} isOpen={isPlacing} onClose={() => setPlacing(false)} />
    </section>
  );
}

function Holds({ view, staff, holds }: HoldsPanelProps & { readonly holds: readonly LegalHold[] }) {
  const [lifting, setLifting] = useState<LegalHold | null>(null);
  const { state: sending, send } = useStaffAction(view, "liftHold");
  const off = whyNot(view, "liftHold");
  const nameOf = (uid: string | null) => entryOf(staff, uid ?? "")?.name ?? uid;
  if (holds.length === 0) return <p className="muted panel-none">Nothing is held.</p>;
  // Those in force first, the newest of each kind first.
  const sorted = holds.toSorted(
    (a, b) => Number(a.liftedAt !== null) - Number(b.liftedAt !== null) || (a.placedAt < b.placedAt ? 1 : -1),
  );

  const lift = async (reason: string) => {
    if (lifting === null) return;
    const params = { tenantId: view.tenant.tenantId, holdId: lifting.holdId };
    if ((await send(params, { reason })) === null) return;
    announce("The hold is lifted.");
    setLifting(null);
  };
  return (
    <>
      {off === null || holds.every(({ liftedAt }) => liftedAt !== null) ? null : (
        <p className="off-note" id="lift-off">
          Lift: {off}
        </p>
      )}
      <ul className="cards">
        {sorted.map((hold) => (
          <li key={hold.holdId} className={hold.liftedAt === null ? "card" : "card card-out"}>
            <div className="card-main">
              <p className="card-title">
                <strong className="plain-text">{holdWords(hold.about, staff)}</strong>
                <span className={`badge ${hold.liftedAt === null ? "badge-attention" : ""}`}>
                  {hold.liftedAt === null ? "Held" : "Lifted"}
                </span>
              </p>
              <p className="facts">
                placed {formatMoment(hold.placedAt, view.timeZone)} by {nameOf(hold.placedBy)}
                {hold.liftedAt === null
                  ? ""
                  : ` · lifted ${formatMoment(hold.liftedAt, view.timeZone)} by ${nameOf(hold.liftedBy) ?? ""}`}{" "}
                · <code>{hold.holdId}</code>
              </p>
            </div>
            {hold.liftedAt === null ? (
              <Button
                offBecause={off === null ? undefined : "lift-off"}
                label={`Lift… ${holdWords(hold.about, staff)}`}
                onPress={() => setLifting(hold)}
              >
                Lift…
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
      <ReasonSheet
        title="Lift the hold"
        isOpen={lifting !== null}
        onClose={() => setLifting(null)}
        words={{
          intro:
            lifting === null
              ? ""
              : `${holdWords(lifting.about, staff)}: from now on it may be purged and erased again.`,
          confirm: "Lift the hold",
        }}
        bounds={KEEPING_REASON}
        sending={sending}
        obstacle={off}
        onConfirm={(reason) => void lift(reason)}
      />
    </>
  );
}
