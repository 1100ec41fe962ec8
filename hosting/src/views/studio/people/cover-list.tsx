import type { ApproverCover, ControlState } from "@studio-os/functions/contracts";
import { useState } from "react";
import { formatLeft, formatMoment } from "../../../ui/age.js";
import { announce } from "../../../ui/announce.js";
import { Button } from "../../../ui/button.js";
import { useNow } from "../../../ui/use-live.js";
import { entryOf } from "../../queue/me.js";
import type { TenantView } from "../../tenant-view.js";
import { useStaffAction, whyNot } from "../../use-staff-action.js";
import { ReasonSheet } from "../reason-sheet.js";
import { COVER_REASON_MAX, COVER_REASON_MIN, mayEnd, phaseOf } from "./cover-input.js";

const PHASE_WORDS = { running: "Running", ahead: "Not yet", over: "Over" } as const;
const PHASE_TONES = { running: "badge-good", ahead: "badge-calm", over: "" } as const;

/** Every cover that is running, ahead, or lately over. */
export function CoverList({ view, state }: { view: TenantView; state: ControlState }) {
  const [ending, setEnding] = useState<ApproverCover | null>(null);
  const { state: sending, send } = useStaffAction(view, "endCover");
  const nowMs = useNow();
  const nameOf = (uid: string) => entryOf(state.staff, uid)?.name ?? uid;
  const off = whyNot(view, "endCover");
  const sorted = [...state.covers].sort((a, b) => (a.endsAt < b.endsAt ? 1 : -1));
  if (sorted.length === 0) return <p className="muted panel-none">Nobody stands in for anybody.</p>;

  const end = async (reason: string) => {
    if (ending === null) return;
    const params = { tenantId: view.tenant.tenantId, coverId: ending.coverId };
    if ((await send(params, { reason })) === null) return;
    announce(`${nameOf(ending.to)} no longer covers for ${nameOf(ending.from)}.`);
    setEnding(null);
  };
  return (
    <>
      <ul className="cards">
        {sorted.map((cover) => {
          const phase = phaseOf(cover, nowMs);
          const words = `${nameOf(cover.to)} covers for ${nameOf(cover.from)}`;
          return (
            <li key={cover.coverId} className={phase === "over" ? "card card-out" : "card"}>
              <div className="card-main">
                <p className="card-title">
                  <strong className="plain-text">{words}</strong>
                  <span className={`badge ${PHASE_TONES[phase]}`}>{PHASE_WORDS[phase]}</span>
                </p>
                <p>
                  {phase === "ahead" ? `from ${formatMoment(cover.startsAt, view.timeZone)} ` : ""}until{" "}
                  {formatMoment(cover.endsAt, view.timeZone)}
                  {phase === "over" ? "" : ` · ${formatLeft(cover.endsAt, nowMs)} left`}
                </p>
                <p className="facts">
                  {cover.capabilityIds === null ? "For everything" : `Only for ${cover.capabilityIds.join(", ")}`} ·
                  arranged by {cover.by.name}
                </p>
              </div>
              {phase !== "over" && mayEnd(cover, state, view.me) ? (
                <Button
                  offBecause={off === null ? undefined : "covers-off"}
                  label={`End now: ${words}`}
                  onPress={() => setEnding(cover)}
                >
                  End now
                </Button>
              ) : null}
            </li>
          );
        })}
      </ul>
      <ReasonSheet
        title={ending === null ? "" : `End the cover of ${nameOf(ending.from)}`}
        isOpen={ending !== null}
        onClose={() => setEnding(null)}
        words={{ intro: "What was decided under it stays. From now on it counts no more.", confirm: "End the cover" }}
        bounds={{ min: COVER_REASON_MIN, max: COVER_REASON_MAX }}
        sending={sending}
        obstacle={off}
        onConfirm={(reason) => void end(reason)}
      />
    </>
  );
}
