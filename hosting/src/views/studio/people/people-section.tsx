import type { ControlState, StaffEntry } from "@studio-os/functions/contracts";
import { useState } from "react";
import { Button } from "../../../ui/button.js";
import { Empty } from "../../../ui/panel-states.js";
import type { TenantView } from "../../tenant-view.js";
import { whyNot } from "../../use-staff-action.js";
import { WithControl } from "../with-control.js";
import { CoverList } from "./cover-list.js";
import { CoverSheet } from "./cover-sheet.js";
import { StaffList } from "./staff-list.js";
import { StaffSheet } from "./staff-sheet.js";

/** The staff list, which every decision reads, and who stands in for whom. */
export function PeopleSection({ view }: { view: TenantView }) {
  return (
    <WithControl view={view} source="The staff list">
      {(state) => <People view={view} state={state} />}
    </WithControl>
  );
}

/** `somebody`: a new entry. */
type OpenSheet = { readonly name: "staff"; readonly entry: StaffEntry | null } | { readonly name: "cover" } | null;

function People({ view, state }: { view: TenantView; state: ControlState }) {
  const [sheet, setSheet] = useState<OpenSheet>(null);
  const close = () => setSheet(null);
  const staffOff = whyNot(view, "changeStaff");
  const coverOff = whyNot(view, "startCover");
  const isIn = state.staff.filter(({ disabledAt }) => disabledAt === null).length;
  return (
    <>
      <section className="panel" aria-labelledby="staff-title">
        <header className="panel-head">
          <div>
            <h2 id="staff-title">Staff</h2>
            <p className="muted">
              {isIn} in. What somebody may do is what their sign-in and this list both say, from one commit to the next.
            </p>
          </div>
          <Button
            tone="primary"
            offBecause={staffOff === null ? undefined : "staff-off"}
            onPress={() => setSheet({ name: "staff", entry: null })}
          >
            Add somebody
          </Button>
        </header>
        {staffOff === null ? null : (
          <p className="off-note" id="staff-off">
            {staffOff}
          </p>
        )}
        {state.staff.length === 0 ? (
          <Empty title="Nobody is on the list">
            <p className="muted">Then nobody may do anything here. The studio&apos;s operator starts a list.</p>
          </Empty>
        ) : (
          <StaffList
            view={view}
            staff={state.staff}
            offBecause={staffOff === null ? undefined : "staff-off"}
            onChange={(entry) => setSheet({ name: "staff", entry })}
          />
        )}
      </section>
      <section className="panel" aria-labelledby="covers-title">
        <header className="panel-head">
          <div>
            <h2 id="covers-title">Covers</h2>
            <p className="muted">
              Somebody decides in somebody&apos;s place for a while, 14 days at most, never on their own chain&apos;s
              requests. A cover cannot be passed on.
            </p>
          </div>
          <Button offBecause={coverOff === null ? undefined : "covers-off"} onPress={() => setSheet({ name: "cover" })}>
            Add a cover
          </Button>
        </header>
        {coverOff === null ? null : (
          <p className="off-note" id="covers-off">
            {coverOff}
          </p>
        )}
        <CoverList view={view} state={state} />
      </section>
      <StaffSheet
        view={view}
        staff={state.staff}
        entry={sheet?.name === "staff" ? sheet.entry : null}
        isOpen={sheet?.name === "staff"}
        onClose={close}
      />
      <CoverSheet view={view} state={state} isOpen={sheet?.name === "cover"} onClose={close} />
    </>
  );
}
