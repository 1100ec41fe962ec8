import { useId } from "react";
import type { RecordCollection } from "../../data/studio-data.js";
import { Field } from "../../ui/field.js";
import { useFeed } from "../../ui/use-live.js";
import type { SchemaFieldProps } from "./field-props.js";

/** The id of a record, with the newest ones to choose from; an older one's id can be typed. */
export function RecordField(props: SchemaFieldProps & { collection: RecordCollection }) {
  const { view, label, draft, onChange, path, problems, collection } = props;
  const listId = useId();
  const choices = useFeed(view.tenant.records(collection));
  const id = typeof draft === "string" ? draft : "";
  const chosen = choices.state === "ready" ? choices.value.find((choice) => choice.id === id) : undefined;
  const hint =
    choices.state === "failed"
      ? `The list of ${collection} could not be read (${choices.code}); type the id.`
      : choices.state === "loading"
        ? `Reading the ${collection}…`
        : (chosen?.label ?? `Type to find one of the ${collection}, or type its id.`);
  return (
    <Field label={label} hint={hint} problem={problems.get(path)}>
      {(control) => (
        <>
          <input
            {...control}
            list={listId}
            autoComplete="off"
            value={id}
            onChange={(event) => onChange(event.target.value)}
          />
          <datalist id={listId}>
            {choices.state === "ready"
              ? choices.value.map((choice) => (
                  <option key={choice.id} value={choice.id}>
                    {choice.label}
                  </option>
                ))
              : null}
          </datalist>
        </>
      )}
    </Field>
  );
}
