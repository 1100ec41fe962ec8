import { useState } from "react";
import type { SubmitEvent } from "react";
import { Button } from "../../ui/button.js";
import { FailureNote } from "../../ui/failure-note.js";
import { Sheet } from "../../ui/sheet.js";
import type { ActionState } from "../../ui/use-action.js";
import { ReasonField } from "../control/reason-field.js";

interface ReasonSheetProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  /** What happens, and what the button says. */
  readonly words: { readonly intro: string; readonly confirm: string };
  readonly bounds: { readonly min: number; readonly max: number };
  readonly sending: ActionState;
  /** Why it cannot be sent now. */
  readonly obstacle: string | null;
  readonly onConfirm: (reason: string) => void;
}

/** Asks for one thing, the reason, and sends. */
export function ReasonSheet(props: ReasonSheetProps) {
  return (
    <Sheet title={props.title} isOpen={props.isOpen} onClose={props.onClose}>
      <ReasonForm {...props} />
    </Sheet>
  );
}

function ReasonForm({ words, bounds, sending, obstacle, onConfirm, onClose }: ReasonSheetProps) {
  const [reason, setReason] = useState("");
  const [isTouched, setTouched] = useState(false);
  const confirm = () => {
    setTouched(true);
    const isLong = reason.trim().length >= bounds.min;
    if (isLong && obstacle === null && sending.kind !== "sending") onConfirm(reason.trim());
  };
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    confirm();
  };
  return (
    <form className="form" onSubmit={onSubmit}>
      <p>{words.intro}</p>
      <ReasonField
        label="Why"
        value={reason}
        onChange={setReason}
        minLength={bounds.min}
        maxLength={bounds.max}
        isTouched={isTouched}
        onConfirm={confirm}
      />
      {obstacle === null ? null : <p className="problem">{obstacle}</p>}
      {sending.kind === "failed" ? <FailureNote failure={sending.failure} /> : null}
      <div className="sheet-actions">
        <Button tone="quiet" onPress={onClose}>
          Cancel
        </Button>
        <Button type="submit" tone="primary" isBusy={sending.kind === "sending"} onPress={() => undefined}>
          {sending.kind === "sending" ? "Sending…" : words.confirm}
        </Button>
      </div>
    </form>
  );
}
