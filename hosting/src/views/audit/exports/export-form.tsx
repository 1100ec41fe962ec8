import { EXPORT_FILTERS } from "@studio-os/functions/contracts";
import { useState } from "react";
import type { SubmitEvent } from "react";
import { announce } from "../../../ui/announce.js";
import { Button } from "../../../ui/button.js";
import { FailureNote } from "../../../ui/failure-note.js";
import { Field } from "../../../ui/field.js";
import type { TenantView } from "../../tenant-view.js";
import { KeptNote } from "../../studio/kept-note.js";
import { useKeptInput } from "../../studio/use-kept-input.js";
import { useStaffAction, whyNot } from "../../use-staff-action.js";
import { EMPTY_EXPORT, FILTER_WORDS, readExportInput } from "./export-input.js";

/** Asks for a part of the signed log as a folder that an outsider can verify. */
export function ExportForm({ view }: { view: TenantView }) {
  const { tenantId } = view.tenant;
  const { input, change, isKept, forget } = useKeptInput(tenantId, "export", () => EMPTY_EXPORT);
  const [isTouched, setTouched] = useState(false);
  const { state, send } = useStaffAction(view, "requestExport");
  const read = readExportInput(input);
  const problems = isTouched && read.kind === "missing" ? read.problems : {};
  const off = whyNot(view, "requestExport");

  const submit = async () => {
    setTouched(true);
    if (read.kind === "missing" || off !== null || state.kind === "sending") return;
    if ((await send({ tenantId }, read.body)) === null) return;
    forget();
    setTouched(false);
    announce("The export is being made. It stands below.");
  };
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    void submit();
  };
  const text = (label: string, name: "from" | "to" | "value" | "earlier", hint?: string) => (
    <Field label={label} hint={hint} problem={problems[name]}>
      {(control) => (
        <input
          {...control}
          className={name === "value" ? undefined : "short"}
          inputMode={name === "value" ? "text" : "numeric"}
          autoComplete="off"
          value={input[name]}
          onChange={(event) => change({ [name]: event.target.value })}
        />
      )}
    </Field>
  );
  return (
    <form className="form export-form" aria-label="Ask for an export" onSubmit={onSubmit} noValidate>
      <KeptNote isKept={isKept} onStartOver={forget} />
      <fieldset className="choices">
        <legend>What goes out</legend>
        <label className="check">
          <input
            type="radio"
            name="export-kind"
            checked={input.kind === "range"}
            onChange={() => change({ kind: "range" })}
          />
          <span>A range: proves that nothing in it is missing</span>
        </label>
        <label className="check">
          <input
            type="radio"
            name="export-kind"
            checked={input.kind === "filtered"}
            onChange={() => change({ kind: "filtered" })}
          />
          <span>A choice: proves that each entry is in the log, and no more</span>
        </label>
      </fieldset>
      {input.kind === "range" ? (
        <>
          {text("First entry", "from")}
          {text("Last entry", "to", "Empty: all that is signed.")}
          <label className="check">
            <input
              type="checkbox"
              checked={input.proofs}
              onChange={(event) => change({ proofs: event.target.checked })}
            />
            <span>With a proof for each entry, to hand them on one by one (1,000 at most)</span>
          </label>
        </>
      ) : (
        <>
          <Field label="Of">
            {(control) => (
              <select
                {...control}
                value={input.field}
                onChange={(event) =>
                  change({ field: EXPORT_FILTERS.find((field) => field === event.target.value) ?? "proposalId" })
                }
              >
                {EXPORT_FILTERS.map((field) => (
                  <option key={field} value={field}>
                    {FILTER_WORDS[field]}
                  </option>
                ))}
              </select>
            )}
          </Field>
          {text("Which one", "value", "Its id, as the record has it.")}
        </>
      )}
      {text(
        "A size of the log that the reader knows",
        "earlier",
        "Then it shows that the log only grew since. Empty: none.",
      )}
      {off === null ? null : (
        <p className="off-note" id="export-off">
          {off}
        </p>
      )}
      {state.kind === "failed" ? <FailureNote failure={state.failure} /> : null}
      <div className="actions">
        <Button
          type="submit"
          tone="primary"
          isBusy={state.kind === "sending"}
          offBecause={off === null ? undefined : "export-off"}
          onPress={() => undefined}
        >
          {state.kind === "sending" ? "Sending…" : "Make the export"}
        </Button>
      </div>
    </form>
  );
}
