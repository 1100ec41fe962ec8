import { useEffect, useRef, useState } from "react";
import type { ReactNode, SubmitEvent } from "react";
import { Button } from "../../ui/button.js";
import { FailureNote } from "../../ui/failure-note.js";
import type { ActionState } from "../../ui/use-action.js";

interface SheetFormProps {
  readonly confirm: string;
  readonly tone?: "primary" | "danger";
  readonly sending: ActionState;
  /** Why it cannot be sent now. */
  readonly obstacle: string | null;
  /** True once somebody tried to send what is not complete: the first problem then takes the focus. */
  readonly hasProblems: boolean;
  readonly onSubmit: () => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** What every form in a sheet ends with: what stands in the way, what went wrong, and the two buttons. */
export function SheetForm(props: SheetFormProps) {
  const { confirm, tone = "primary", sending, obstacle, hasProblems, onSubmit, onClose, children } = props;
  const form = useRef<HTMLFormElement>(null);
  const [attempts, setAttempts] = useState(0);
  const wanted = useRef(0);
  useEffect(() => {
    // Only a new attempt moves the focus: not every letter that makes something right or wrong.
    if (attempts === wanted.current) return;
    wanted.current = attempts;
    if (hasProblems) focusFirstProblem(form.current);
  }, [attempts, hasProblems]);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setAttempts(attempts + 1);
    if (sending.kind !== "sending") onSubmit();
  };
  return (
    <form ref={form} className="form" onSubmit={submit} noValidate>
      {children}
      {obstacle === null ? null : <p className="problem">{obstacle}</p>}
      {sending.kind === "failed" ? <FailureNote failure={sending.failure} /> : null}
      <div className="sheet-actions">
        <Button tone="quiet" onPress={onClose}>
          Cancel
        </Button>
        <Button type="submit" tone={tone} isBusy={sending.kind === "sending"} onPress={() => undefined}>
          {sending.kind === "sending" ? "Sending…" : confirm}
        </Button>
      </div>
    </form>
  );
}

function focusFirstProblem(form: HTMLFormElement | null): void {
  const wrong = form?.querySelector<HTMLElement>("[aria-invalid='true'], fieldset:has(.problem) input");
  wrong?.focus();
}
