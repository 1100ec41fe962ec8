import { CONTROL_REASON_MAX, CONTROL_REASON_MIN, SOLO_RELEASE_PHRASE } from "@studio-os/functions/contracts";
import { useState } from "react";
import type { SubmitEvent } from "react";
import { announce } from "../../ui/announce.js";
import { formatAge, formatSpan } from "../../ui/age.js";
import { Button } from "../../ui/button.js";
import { FailureNote } from "../../ui/failure-note.js";
import { Sheet } from "../../ui/sheet.js";
import { useAction } from "../../ui/use-action.js";
import { useNow } from "../../ui/use-live.js";
import type { TenantView } from "../tenant-view.js";
import { releaseStep } from "./effective-mode.js";
import type { ReleaseStep } from "./effective-mode.js";
import { ReasonField } from "./reason-field.js";

interface ReleaseSheetProps {
  readonly view: TenantView;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onNeedsSignIn: () => void;
}

/** The way back: one person asks, a second confirms; or the first types the phrase after five minutes (M04.4). */
export function ReleaseSheet({ view, isOpen, onClose, onNeedsSignIn }: ReleaseSheetProps) {
  return (
    <Sheet title="Release the stop" isOpen={isOpen} onClose={onClose}>
      <ReleaseForm view={view} onClose={onClose} onNeedsSignIn={onNeedsSignIn} />
    </Sheet>
  );
}

function ReleaseForm({ view, onClose, onNeedsSignIn }: Omit<ReleaseSheetProps, "isOpen">) {
  const { tenant, mode, me } = view;
  const nowMs = useNow();
  const step = releaseStep(mode?.releaseRequest ?? null, me.uid, nowMs);
  const [reason, setReason] = useState("");
  const [phrase, setPhrase] = useState("");
  const [isTouched, setTouched] = useState(false);
  const { state, run } = useAction<"releaseStop">();
  const isReady = reason.trim().length >= CONTROL_REASON_MIN && step.kind !== "wait";

  const submit = async () => {
    setTouched(true);
    if (!isReady || state.kind === "sending") return;
    const body = { reason: reason.trim(), phrase: step.kind === "phrase" ? phrase.trim() : null };
    const answer = await run(async () => {
      const outcome = await tenant.call("releaseStop", { tenantId: tenant.tenantId }, body);
      if (outcome.kind === "failed" && outcome.failure.code === "REAUTH_REQUIRED") onNeedsSignIn();
      return outcome;
    });
    if (answer === null) return;
    announce(answer.isReleased ? "The studio is released." : "Your request is stored. A second person can confirm it.");
    onClose();
  };
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    void submit();
  };
  return (
    <form className="form" onSubmit={onSubmit}>
      <StepNote step={step} nowMs={nowMs} />
      {step.kind === "wait" ? null : (
        <ReasonField
          label="Why it is safe to go on"
          value={reason}
          onChange={setReason}
          minLength={CONTROL_REASON_MIN}
          maxLength={CONTROL_REASON_MAX}
          isTouched={isTouched}
          onConfirm={() => void submit()}
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
      {state.kind === "failed" ? <FailureNote failure={state.failure} /> : null}
      <div className="sheet-actions">
        <Button tone="quiet" onPress={onClose}>
          {step.kind === "wait" ? "Close" : "Cancel"}
        </Button>
        {step.kind === "wait" ? null : (
          <Button type="submit" tone="primary" isBusy={state.kind === "sending"} onPress={() => undefined}>
            {state.kind === "sending" ? "Sending…" : STEP_BUTTONS[step.kind]}
          </Button>
        )}
      </div>
    </form>
  );
}

const STEP_BUTTONS = { ask: "Ask for the release", confirm: "Confirm the release", phrase: "Release alone" } as const;

function StepNote({ step, nowMs }: { step: ReleaseStep; nowMs: number }) {
  switch (step.kind) {
    case "ask":
      return <p>A release needs two people. You ask; another owner or approver_admin confirms.</p>;
    case "confirm":
      return (
        <p>
          {step.askedBy} asked {formatAge(step.askedAt, nowMs)}: <q className="plain-text">{step.reason}</q> Your
          confirmation releases the studio. What was approved before needs a new plan.
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
