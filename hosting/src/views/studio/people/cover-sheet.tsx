import type { ControlState } from "@studio-os/functions/contracts";
import { useMemo, useState } from "react";
import type { SubmitEvent } from "react";
import { callFeed } from "../../../data/call-feed.js";
import { announce } from "../../../ui/announce.js";
import { Button } from "../../../ui/button.js";
import { FailureNote } from "../../../ui/failure-note.js";
import { CheckGroup, Field } from "../../../ui/field.js";
import { readersZone } from "../../../ui/local-time.js";
import { Sheet } from "../../../ui/sheet.js";
import { useFeed, useNow } from "../../../ui/use-live.js";
import { ReasonField } from "../../control/reason-field.js";
import type { TenantView } from "../../tenant-view.js";
import { useStaffAction, whyNot } from "../../use-staff-action.js";
import {
  COVER_REASON_MAX,
  COVER_REASON_MIN,
  coverInputFor,
  mayArrangeForOthers,
  readCoverInput,
} from "./cover-input.js";
import type { CoverInput } from "./cover-input.js";

interface CoverSheetProps {
  readonly view: TenantView;
  readonly state: ControlState;
  readonly onClose: () => void;
}

/** "Ana covers for me till Friday." */
export function CoverSheet({ isOpen, ...props }: CoverSheetProps & { isOpen: boolean }) {
  return (
    <Sheet title="Add a cover" isOpen={isOpen} onClose={props.onClose}>
      <CoverForm {...props} />
    </Sheet>
  );
}

function CoverForm({ view, state, onClose }: CoverSheetProps) {
  const { tenant, me } = view;
  const nowMs = useNow();
  const [input, setInput] = useState<CoverInput>(() => coverInputFor(me, state.staff, Date.now()));
  const [isTouched, setTouched] = useState(false);
  const { state: sending, send } = useStaffAction(view, "startCover");
  const offers = useMemo(() => callFeed(tenant, "listCapabilities", { tenantId: tenant.tenantId }, null), [tenant]);
  const live = useFeed(offers);
  const read = readCoverInput(input, nowMs);
  const problems = isTouched && read.kind === "missing" ? read.problems : {};
  const obstacle = whyNot(view, "startCover");
  const change = (part: Partial<CoverInput>) => setInput({ ...input, ...part });
  const people = state.staff.filter(({ disabledAt }) => disabledAt === null);

  const submit = async () => {
    setTouched(true);
    if (read.kind === "missing" || obstacle !== null || sending.kind === "sending") return;
    if ((await send({ tenantId: tenant.tenantId }, read.body)) === null) return;
    announce("The cover is on record.");
    onClose();
  };
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    void submit();
  };
  const person = (label: string, name: "from" | "to", isFixed: boolean) => (
    <Field label={label} problem={problems[name]}>
      {(control) => (
        <select
          {...control}
          disabled={isFixed}
          value={input[name]}
          onChange={(event) => change({ [name]: event.target.value })}
        >
          <option value="">Choose…</option>
          {people.map(({ uid, name: words }) => (
            <option key={uid} value={uid}>
              {words}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
  const moment = (label: string, name: "startsAt" | "endsAt") => (
    <Field label={label} hint={`On your clock, ${readersZone()}.`} problem={problems[name]}>
      {(control) => (
        <input
          {...control}
          type="datetime-local"
          value={input[name]}
          onChange={(event) => change({ [name]: event.target.value })}
        />
      )}
    </Field>
  );
  return (
    <form className="form" onSubmit={onSubmit} noValidate>
      {person("In whose place", "from", !mayArrangeForOthers(me))}
      {person("Who decides meanwhile", "to", false)}
      {moment("From", "startsAt")}
      {moment("Until", "endsAt")}
      {live.state === "ready" ? (
        <CheckGroup
          legend="Only for"
          hint="None chosen: for everything."
          options={live.value.capabilities.map(({ id, title }) => [id, title])}
          chosen={input.capabilityIds}
          onChange={(capabilityIds) => change({ capabilityIds })}
        />
      ) : (
        <p className="hint">
          {live.state === "loading"
            ? "Reading what it can be narrowed to…"
            : "For everything: the list could not be read."}
        </p>
      )}
      <ReasonField
        label="Why"
        value={input.reason}
        onChange={(reason) => change({ reason })}
        minLength={COVER_REASON_MIN}
        maxLength={COVER_REASON_MAX}
        isTouched={isTouched}
        takesFocus={false}
        onConfirm={() => void submit()}
      />
      {obstacle === null ? null : <p className="problem">{obstacle}</p>}
      {sending.kind === "failed" ? <FailureNote failure={sending.failure} /> : null}
      <div className="sheet-actions">
        <Button tone="quiet" onPress={onClose}>
          Cancel
        </Button>
        <Button type="submit" tone="primary" isBusy={sending.kind === "sending"} onPress={() => undefined}>
          {sending.kind === "sending" ? "Sending…" : "Start the cover"}
        </Button>
      </div>
    </form>
  );
}
