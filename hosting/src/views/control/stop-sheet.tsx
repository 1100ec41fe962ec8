import { API_ROUTES, CONTROL_REASON_MAX, CONTROL_REASON_MIN } from "@studio-os/functions/contracts";
import { useState } from "react";
import type { SubmitEvent } from "react";
import { Button } from "../../ui/button.js";
import { FailureNote } from "../../ui/failure-note.js";
import { Sheet } from "../../ui/sheet.js";
import { useAction } from "../../ui/use-action.js";
import { holdsAny } from "../queue/me.js";
import type { TenantView } from "../tenant-view.js";
import { ReasonField } from "./reason-field.js";

interface StopSheetProps {
  readonly view: TenantView;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** The stop: one press to get here from anywhere, a reason, one press to engage (M04.4). */
export function StopSheet({ view, isOpen, onClose }: StopSheetProps) {
  return (
    <Sheet title="Stop the studio" isOpen={isOpen} onClose={onClose} tone="danger">
      <StopForm view={view} onClose={onClose} />
    </Sheet>
  );
}

function StopForm({ view, onClose }: Omit<StopSheetProps, "isOpen">) {
  const [reason, setReason] = useState("");
  const [mode, setMode] = useState<"stopped" | "read_only">("stopped");
  const [isTouched, setTouched] = useState(false);
  const { state, run } = useAction<"engageStop">();
  const isAllowed = holdsAny(view.me, API_ROUTES.engageStop.roles);
  const isLongEnough = reason.trim().length >= CONTROL_REASON_MIN;
  const submit = async () => {
    setTouched(true);
    if (!isLongEnough || !isAllowed || state.kind === "sending") return;
    const { tenant } = view;
    const body = { mode, reason: reason.trim().slice(0, CONTROL_REASON_MAX) };
    if ((await run(() => tenant.call("engageStop", { tenantId: tenant.tenantId }, body))) !== null) onClose();
  };
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    void submit();
  };
  return (
    <form className="form" onSubmit={onSubmit}>
      <p>No change is executed until two people, or you after five minutes, release it. Undo stays possible.</p>
      <ReasonField
        label="Why"
        value={reason}
        onChange={setReason}
        minLength={CONTROL_REASON_MIN}
        maxLength={CONTROL_REASON_MAX}
        isTouched={isTouched}
        onConfirm={() => void submit()}
      />
      <fieldset className="choices">
        <legend>How far</legend>
        <Choice name="stopped" chosen={mode} onChoose={setMode} words="Stop: no approvals, no changes" />
        <Choice name="read_only" chosen={mode} onChoose={setMode} words="Read-only: approvals go on, no changes" />
      </fieldset>
      {isAllowed ? null : <p className="problem">Your role may not stop the studio. Ask anybody on staff.</p>}
      {state.kind === "failed" ? <FailureNote failure={state.failure} /> : null}
      <div className="sheet-actions">
        <Button tone="quiet" onPress={onClose}>
          Cancel
        </Button>
        <Button type="submit" tone="danger" isBusy={state.kind === "sending"} onPress={() => undefined}>
          {state.kind === "sending" ? "Sending…" : mode === "stopped" ? "Stop now" : "Make read-only now"}
        </Button>
      </div>
    </form>
  );
}

interface ChoiceProps {
  readonly name: "stopped" | "read_only";
  readonly chosen: string;
  readonly onChoose: (name: "stopped" | "read_only") => void;
  readonly words: string;
}

function Choice({ name, chosen, onChoose, words }: ChoiceProps) {
  return (
    <label className="check">
      <input type="radio" name="how-far" checked={chosen === name} onChange={() => onChoose(name)} />
      <span>{words}</span>
    </label>
  );
}
