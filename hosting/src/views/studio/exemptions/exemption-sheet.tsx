import { RATIONALE_MAX, RATIONALE_MIN, WAIVABLE } from "@studio-os/functions/contracts";
import type { CapabilityOffer, StaffEntry } from "@studio-os/functions/contracts";
import { useId, useState } from "react";
import type { Live } from "../../../data/live.js";
import { announce } from "../../../ui/announce.js";
import { CheckGroup, Field } from "../../../ui/field.js";
import { readersZone } from "../../../ui/local-time.js";
import { Sheet } from "../../../ui/sheet.js";
import { useNow } from "../../../ui/use-live.js";
import { ReasonField } from "../../control/reason-field.js";
import type { TenantView } from "../../tenant-view.js";
import { useStaffAction, whyNot } from "../../use-staff-action.js";
import { KeptNote } from "../kept-note.js";
import { SheetForm } from "../sheet-form.js";
import { useKeptInput } from "../use-kept-input.js";
import { exemptionInputAt, readExemptionInput } from "./exemption-input.js";
import type { ExemptionInput } from "./exemption-input.js";
import { WAIVER_WORDS } from "./exemption-standing.js";

interface ExemptionSheetProps {
  readonly view: TenantView;
  readonly staff: readonly StaffEntry[];
  readonly offers: Live<readonly CapabilityOffer[]>;
  readonly onClose: () => void;
}

/** "For this one order, one signature is enough." */
export function ExemptionSheet({ isOpen, ...props }: ExemptionSheetProps & { isOpen: boolean }) {
  return (
    <Sheet title="Grant an exemption" isOpen={isOpen} onClose={props.onClose} tone="danger">
      <ExemptionForm {...props} />
    </Sheet>
  );
}

function ExemptionForm({ view, staff, offers, onClose }: ExemptionSheetProps) {
  const { tenant, me } = view;
  const nowMs = useNow();
  const listId = useId();
  const { input, change, isKept, forget } = useKeptInput(tenant.tenantId, "exemption", () =>
    exemptionInputAt(Date.now()),
  );
  const [isTouched, setTouched] = useState(false);
  const { state: sending, send } = useStaffAction(view, "grantExemption");
  const known = offers.state === "ready" ? offers.value : [];
  const read = readExemptionInput(input, { offers: known, staff, me, nowMs });
  const problems = isTouched && read.kind === "missing" ? read.problems : {};
  const obstacle = whyNot(view, "grantExemption");

  const submit = async () => {
    setTouched(true);
    if (read.kind === "missing" || obstacle !== null || sending.kind === "sending") return;
    if ((await send({ tenantId: tenant.tenantId }, read.body)) === null) return;
    forget();
    announce("The exemption is on record. It counts where somebody names it.");
    onClose();
  };
  const text = (label: string, name: TextField, hint: string, more: { className?: string; list?: string } = {}) => (
    <Field label={label} hint={hint} problem={problems[name]}>
      {(control) => (
        <input
          {...control}
          {...more}
          autoComplete="off"
          value={input[name]}
          onChange={(event) => change({ [name]: event.target.value })}
        />
      )}
    </Field>
  );
  const moment = (label: string, name: "startsAt" | "expiresAt", hint: string) => (
    <Field label={label} hint={hint} problem={problems[name]}>
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
    <SheetForm
      confirm="Grant it"
      tone="danger"
      sending={sending}
      obstacle={obstacle}
      hasProblems={read.kind === "missing"}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <p>
        One named requirement need not be met, for a while and a few times. The stop, the record and the rule that
        nobody decides on their own request cannot be waived. Every use of the stop voids it.
      </p>
      <KeptNote isKept={isKept} onStartOver={forget} />
      <Field
        label="For which capability"
        hint={
          offers.state === "failed"
            ? `The capabilities could not be read (${offers.code}). Nothing can be granted now.`
            : undefined
        }
        problem={problems.capabilityId}
      >
        {(control) => (
          <select
            {...control}
            value={input.capabilityId}
            onChange={(event) => change({ capabilityId: event.target.value })}
          >
            <option value="">{offers.state === "loading" ? "Reading…" : "Choose…"}</option>
            {known.map(({ id, title }) => (
              <option key={id} value={id}>
                {title}
              </option>
            ))}
          </select>
        )}
      </Field>
      <CheckGroup
        legend="What need not be met"
        options={WAIVABLE.map((requirement) => [requirement, WAIVER_WORDS[requirement]])}
        chosen={input.waives}
        onChange={(waives) => change({ waives })}
        problem={problems.waives}
      />
      {text("For requests of", "forUid", "An account id; the list offers the staff. Empty: of anybody.", {
        list: listId,
      })}
      <datalist id={listId}>
        {staff.map(({ uid, name }) => (
          <option key={uid} value={uid}>
            {name}
          </option>
        ))}
      </datalist>
      {text("Only about this record", "record", "With all that lies below it: firings/f-70. Empty: any record.")}
      {text("Most money in one change", "maxAmount", "In whole money. Empty: no bound of its own.", {
        className: "short",
      })}
      {text("How often", "maxUses", "1 to 20 times.", { className: "short" })}
      {moment("From", "startsAt", `Empty: at once. On your clock, ${readersZone()}.`)}
      {moment("Until", "expiresAt", "At most 7 days from now, 4 hours where devices are moved.")}
      {text("Where it is written down", "ticketRef", "A ticket, a letter, a page of the log book.")}
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
    </SheetForm>
  );
}

type TextField = {
  [K in keyof ExemptionInput]: ExemptionInput[K] extends string ? K : never;
}[keyof ExemptionInput];
