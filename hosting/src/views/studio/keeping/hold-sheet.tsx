import { COLLECTIONS } from "@studio-os/functions/contracts";
import type { StaffEntry } from "@studio-os/functions/contracts";
import { useId, useState } from "react";
import { announce } from "../../../ui/announce.js";
import { Field } from "../../../ui/field.js";
import { Sheet } from "../../../ui/sheet.js";
import { ReasonField } from "../../control/reason-field.js";
import type { TenantView } from "../../tenant-view.js";
import { useStaffAction, whyNot } from "../../use-staff-action.js";
import { KeptNote } from "../kept-note.js";
import { SheetForm } from "../sheet-form.js";
import { useKeptInput } from "../use-kept-input.js";
import { EMPTY_HOLD, HOLD_KINDS, HOLD_KIND_WORDS, KEEPING_REASON, readHoldInput } from "./hold-words.js";
import type { HoldKind } from "./hold-words.js";

interface HoldSheetProps {
  readonly view: TenantView;
  readonly staff: readonly StaffEntry[];
  readonly onClose: () => void;
}

/** "Keep all that concerns Ines until the insurer has answered." */
export function HoldSheet({ isOpen, ...props }: HoldSheetProps & { isOpen: boolean }) {
  return (
    <Sheet title="Place a legal hold" isOpen={isOpen} onClose={props.onClose}>
      <HoldForm {...props} />
    </Sheet>
  );
}

function HoldForm({ view, staff, onClose }: HoldSheetProps) {
  const { tenant } = view;
  const listId = useId();
  const { input, change, isKept, forget } = useKeptInput(tenant.tenantId, "hold", () => EMPTY_HOLD);
  const [isTouched, setTouched] = useState(false);
  const { state: sending, send } = useStaffAction(view, "placeHold");
  const read = readHoldInput(input);
  const problems = isTouched && read.kind === "missing" ? read.problems : {};
  const obstacle = whyNot(view, "placeHold");

  const submit = async () => {
    setTouched(true);
    if (read.kind === "missing" || obstacle !== null || sending.kind === "sending") return;
    if ((await send({ tenantId: tenant.tenantId }, read.body)) === null) return;
    forget();
    announce("It is held from now on.");
    onClose();
  };
  return (
    <SheetForm
      confirm="Place the hold"
      sending={sending}
      obstacle={obstacle}
      hasProblems={read.kind === "missing"}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <KeptNote isKept={isKept} onStartOver={forget} />
      <fieldset className="choices">
        <legend>What must be kept</legend>
        {HOLD_KINDS.map((kind) => (
          <label key={kind} className="check">
            <input
              type="radio"
              name="hold-kind"
              checked={input.kind === kind}
              onChange={() => change({ kind, id: "" })}
            />
            <span>{HOLD_KIND_WORDS[kind]}</span>
          </label>
        ))}
      </fieldset>
      {input.kind === "everything" ? null : (
        <Field label="Which one" hint={WHICH_HINTS[input.kind]} problem={problems.id}>
          {(control) => (
            <>
              <input
                {...control}
                list={listId}
                autoComplete="off"
                value={input.id}
                onChange={(event) => change({ id: event.target.value })}
              />
              <datalist id={listId}>
                {choicesFor(input.kind, staff).map(({ id, label }) => (
                  <option key={id} value={id}>
                    {label}
                  </option>
                ))}
              </datalist>
            </>
          )}
        </Field>
      )}
      <ReasonField
        label="Why"
        value={input.reason}
        onChange={(reason) => change({ reason })}
        minLength={KEEPING_REASON.min}
        maxLength={KEEPING_REASON.max}
        isTouched={isTouched}
        takesFocus={false}
        onConfirm={() => void submit()}
      />
    </SheetForm>
  );
}

const WHICH_HINTS: Readonly<Record<Exclude<HoldKind, "everything">, string>> = {
  collection: "As the retention policy names it: notices, observations, deadLetters.",
  proposal: "Its id, as it stands in its address.",
  person: "An account id; the list offers the staff.",
};

function choicesFor(
  kind: HoldKind,
  staff: readonly StaffEntry[],
): readonly { readonly id: string; readonly label: string }[] {
  if (kind === "person") return staff.map(({ uid, name }) => ({ id: uid, label: name }));
  return kind === "collection" ? Object.values(COLLECTIONS).map((id) => ({ id, label: id })) : [];
}
