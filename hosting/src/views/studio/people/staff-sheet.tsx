import { RATIONALE_MAX, RATIONALE_MIN } from "@studio-os/functions/contracts";
import type { StaffEntry } from "@studio-os/functions/contracts";
import { useState } from "react";
import type { SubmitEvent } from "react";
import { announce } from "../../../ui/announce.js";
import { Button } from "../../../ui/button.js";
import { FailureNote } from "../../../ui/failure-note.js";
import { CheckGroup, Field } from "../../../ui/field.js";
import { Sheet } from "../../../ui/sheet.js";
import { ReasonField } from "../../control/reason-field.js";
import type { TenantView } from "../../tenant-view.js";
import { useStaffAction, whyNot } from "../../use-staff-action.js";
import { ROLE_OPTIONS } from "./role-words.js";
import { readStaffInput, staffInputFrom } from "./staff-input.js";
import type { StaffInput } from "./staff-input.js";

interface StaffSheetProps {
  readonly view: TenantView;
  readonly staff: readonly StaffEntry[];
  /** Whose entry is changed; null puts somebody new on the list. */
  readonly entry: StaffEntry | null;
  readonly onClose: () => void;
}

/** Who somebody is and what they may do from this commit on, with the reason that goes on record. */
export function StaffSheet(props: StaffSheetProps & { isOpen: boolean }) {
  const { entry, isOpen, onClose } = props;
  return (
    <Sheet title={entry === null ? "Add somebody" : `Change ${entry.name}`} isOpen={isOpen} onClose={onClose}>
      <StaffForm {...props} />
    </Sheet>
  );
}

function StaffForm({ view, staff, entry, onClose }: StaffSheetProps) {
  const [input, setInput] = useState<StaffInput>(() => staffInputFrom(entry));
  const [isTouched, setTouched] = useState(false);
  const { state, send } = useStaffAction(view, "changeStaff");
  const others = staff.filter(({ uid }) => uid !== entry?.uid);
  const read = readStaffInput(input, others);
  const problems = isTouched && read.kind === "missing" ? read.problems : {};
  const obstacle = whyNot(view, "changeStaff");
  const change = (part: Partial<StaffInput>) => setInput({ ...input, ...part });

  const submit = async () => {
    setTouched(true);
    if (read.kind === "missing" || obstacle !== null || state.kind === "sending") return;
    const params = { tenantId: view.tenant.tenantId, memberUid: read.memberUid };
    if ((await send(params, read.body)) === null) return;
    announce(`${read.body.name} is on the list as you said. It counts from now on.`);
    onClose();
  };
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    void submit();
  };
  return (
    <form className="form" onSubmit={onSubmit} noValidate>
      {entry === null ? (
        <Field label="Account id" hint="The uid of their sign-in, as the account list has it." problem={problems.uid}>
          {(control) => (
            <input
              {...control}
              autoComplete="off"
              value={input.uid}
              onChange={(event) => change({ uid: event.target.value })}
            />
          )}
        </Field>
      ) : null}
      <Field label="Name" problem={problems.name}>
        {(control) => (
          <input
            {...control}
            maxLength={120}
            autoComplete="off"
            value={input.name}
            onChange={(event) => change({ name: event.target.value })}
          />
        )}
      </Field>
      <CheckGroup
        legend="Roles"
        options={ROLE_OPTIONS}
        chosen={input.holds}
        onChange={(holds) => change({ holds })}
        problem={problems.holds}
      />
      <Field
        label="Groups"
        hint="Teams, separated by commas; rules may ask for different ones."
        problem={problems.groups}
      >
        {(control) => (
          <input {...control} value={input.groups} onChange={(event) => change({ groups: event.target.value })} />
        )}
      </Field>
      <Field
        label="Other accounts"
        hint="Of the same person, separated by commas: they count as one approver."
        problem={problems.aliases}
      >
        {(control) => (
          <input {...control} value={input.aliases} onChange={(event) => change({ aliases: event.target.value })} />
        )}
      </Field>
      <label className="check">
        <input type="checkbox" checked={input.isIn} onChange={(event) => change({ isIn: event.target.checked })} />
        <span>Is in. Without this, nothing they do or approved counts any more.</span>
      </label>
      <ReasonField
        label="Why"
        value={input.reason}
        onChange={(reason) => change({ reason })}
        minLength={RATIONALE_MIN}
        maxLength={RATIONALE_MAX}
        isTouched={isTouched}
        takesFocus={false}
        onConfirm={() => void submit()}
      />
      {problems.uid !== undefined && entry !== null ? <p className="problem">{problems.uid}</p> : null}
      {obstacle === null ? null : <p className="problem">{obstacle}</p>}
      {state.kind === "failed" ? <FailureNote failure={state.failure} /> : null}
      <div className="sheet-actions">
        <Button tone="quiet" onPress={onClose}>
          Cancel
        </Button>
        <Button type="submit" tone="primary" isBusy={state.kind === "sending"} onPress={() => undefined}>
          {state.kind === "sending" ? "Sending…" : "Put on record"}
        </Button>
      </div>
    </form>
  );
}
