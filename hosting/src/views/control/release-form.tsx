import { CONTROL_REASON_MAX, CONTROL_REASON_MIN, SOLO_RELEASE_PHRASE } from "@studio-os/functions/contracts";
import type { ControlState } from "@studio-os/functions/contracts";
import { useState } from "react";
import type { SubmitEvent } from "react";
import { formatAge, formatSpan } from "../../ui/age.js";
import { Button } from "../../ui/button.js";
import { FailureNote } from "../../ui/failure-note.js";
import type { ActionState } from "../../ui/use-action.js";
import { useNow } from "../../ui/use-live.js";
import { releaseStep } from "./effective-mode.js";
import type { ReleaseStep } from "./effective-mode.js";
import { ReasonField } from "./reason-field.js";

interface ReleaseFormProps {
  /** What was asked for already, of the stop that is to be released. */
  readonly request: ControlState["releaseRequest"];
  readonly uid: string;
  /** What goes on after it, as in "the studio". */
  readonly what: string;
  readonly sending: ActionState;
  readonly onSend: (reason: string, phrase: string | null) => void;
  readonly onClose: () => void;
}

/** The next step of a release, whichever of the four it is, of the whole studio or of a narrower stop. */
export function ReleaseForm({ request, uid, what, sending, onSend, onClose }: ReleaseFormProps) {
  const nowMs = useNow();
  const step = releaseStep(request, uid, nowMs);
  const [reason, setReason] = useState("");
  const [phrase, setPhrase] = useState("");
  const [isTouched, setTouched] = useState(false);
  const isReady = reason.trim().length >= CONTROL_REASON_MIN && step.kind !== "wait";

  const submit = () => {
    setTouched(true);
    if (!isReady || sending.kind === "sending") return;
    onSend(reason.trim(), step.kind === "phrase" ? phrase.trim() : null);
  };
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    submit();
  };
  return (
    <form className="form" onSubmit={onSubmit}>
      <StepNote step={step} what={what} nowMs={nowMs} />
      {step.kind === "wait" ? null : (
        <ReasonField
          label="Why it is safe to go on"
          value={reason}
          onChange={setReason}
          minLength={CONTROL_REASON_MIN}
          maxLength={CONTROL_REASON_MAX}
          isTouched={isTouched}
          onConfirm={submit}
        />
      )}
      {step.kind === "phrase" ? (
        <label className="field">
          <span>
            Type <code>{SOLO_RELEASE_PHRASE}</code> to release alone
          </span>
          <input value={phrase} autoComplete="off" onChange={(event) => setPhrase(event.target.value)} />
        </label>
      ) : null}
      {sending.kind === "failed" ? <FailureNote failure={sending.failure} /> : null}
      <div className="sheet-actions">
        <Button tone="quiet" onPress={onClose}>
          {step.kind === "wait" ? "Close" : "Cancel"}
        </Button>
        {step.kind === "wait" ? null : (
          <Button type="submit" tone="primary" isBusy={sending.kind === "sending"} onPress={() => undefined}>
            {sending.kind === "sending" ? "Sending…" : STEP_BUTTONS[step.kind]}
          </Button>
        )}
      </div>
    </form>
  );
}

const STEP_BUTTONS = { ask: "Ask for the release", confirm: "Confirm the release", phrase: "Release alone" } as const;

function StepNote({ step, what, nowMs }: { step: ReleaseStep; what: string; nowMs: number }) {
  switch (step.kind) {
    case "ask":
      return <p>A release needs two people. You ask; another owner or approver_admin confirms.</p>;
    case "confirm":
      return (
        <p>
          {step.askedBy} asked {formatAge(step.askedAt, nowMs)}: <q className="plain-text">{step.reason}</q> Your
          confirmation releases {what}. What was approved before needs a new plan.
        </p>
      );
    case "wait":
      return (
        <p>
          You have asked. Another owner or approver_admin can confirm now; alone you can release in{" "}
          {formatSpan(step.phraseAtMs - nowMs)}.
        </p>
      );
    case "phrase":
      return <p>You asked more than five minutes ago. Another person can confirm, or you release alone, on record.</p>;
  }
}
