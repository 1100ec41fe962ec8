import { ENROLMENT_CODE_MINUTES } from "@studio-os/functions/contracts";
import type { Agent } from "@studio-os/functions/contracts";
import { useState } from "react";
import type { SubmitEvent } from "react";
import { Button } from "../../ui/button.js";
import { FailureNote } from "../../ui/failure-note.js";
import { Field } from "../../ui/field.js";
import { Sheet } from "../../ui/sheet.js";
import type { TenantView } from "../tenant-view.js";
import { useStaffAction, whyNot } from "../use-staff-action.js";
import { CodePanel } from "./code-panel.js";
import type { MadeCode } from "./code-panel.js";
import { readEnrolInput, takeoverWords } from "./enrol-input.js";

interface EnrolSheetProps {
  readonly view: TenantView;
  readonly agents: readonly Agent[];
  /** Who is to come in; null: the sheet is shut. */
  readonly who: Agent | "new" | null;
  readonly onClose: () => void;
}

/** Makes a one-time code and shows it once. Pressing beside it does not close it: the code would be gone. */
export function EnrolSheet(props: EnrolSheetProps) {
  const { who, onClose } = props;
  const title = who === null || who === "new" ? "Enrol an agent" : `A code for ${who.name}`;
  return (
    <Sheet title={title} isOpen={who !== null} onClose={onClose} isDismissable={false}>
      <EnrolSteps {...props} />
    </Sheet>
  );
}

function EnrolSteps({ view, agents, who, onClose }: EnrolSheetProps) {
  const known = who === "new" ? null : who;
  const [input, setInput] = useState({ agentId: known?.agentId ?? "", name: known?.name ?? "" });
  const [isTouched, setTouched] = useState(false);
  const [made, setMade] = useState<MadeCode | null>(null);
  const { state, send } = useStaffAction(view, "makeEnrolmentCode");
  const read = readEnrolInput(input);
  const problems = isTouched && read.kind === "missing" ? read.problems : {};
  const obstacle = whyNot(view, "makeEnrolmentCode");
  const takeover = takeoverWords(agents, input.agentId);

  const make = async () => {
    setTouched(true);
    if (read.kind === "missing" || obstacle !== null || state.kind === "sending") return;
    const params = { tenantId: view.tenant.tenantId, agentId: read.agentId };
    const answer = await send(params, read.body);
    // The time that is left runs from the answer on, by this device's own clock: clocks need not agree.
    if (answer !== null) setMade({ ...answer, endsAtMs: Date.now() + ENROLMENT_CODE_MINUTES * 60_000 });
  };
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    void make();
  };
  if (made !== null)
    return (
      <CodePanel
        view={view}
        made={made}
        agent={agents.find(({ agentId }) => agentId === made.agentId) ?? null}
        onAgain={() => setMade(null)}
        onClose={onClose}
      />
    );
  return (
    <form className="form" onSubmit={onSubmit} noValidate>
      <p>
        You get a code that holds for {ENROLMENT_CODE_MINUTES} minutes and lets one machine in. You answer for what the
        agent asks for, and cannot approve it.
      </p>
      <Field label="Agent id" hint="As in the configuration of the agent." problem={problems.agentId}>
        {(control) => (
          <input
            {...control}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            readOnly={known !== null}
            value={input.agentId}
            onChange={(event) => setInput({ ...input, agentId: event.target.value })}
          />
        )}
      </Field>
      <Field label="Name" hint="What colleagues see." problem={problems.name}>
        {(control) => (
          <input
            {...control}
            maxLength={120}
            autoComplete="off"
            value={input.name}
            onChange={(event) => setInput({ ...input, name: event.target.value })}
          />
        )}
      </Field>
      {takeover === null ? null : <p className="off-note">{takeover}</p>}
      {obstacle === null ? null : <p className="problem">{obstacle}</p>}
      {state.kind === "failed" ? <FailureNote failure={state.failure} /> : null}
      <div className="sheet-actions">
        <Button tone="quiet" onPress={onClose}>
          Cancel
        </Button>
        <Button type="submit" tone="primary" isBusy={state.kind === "sending"} onPress={() => undefined}>
          {state.kind === "sending" ? "Sending…" : "Make the code"}
        </Button>
      </div>
    </form>
  );
}
