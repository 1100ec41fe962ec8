import { CheckGroup, Field } from "../../ui/field.js";
import { readersZone } from "../../ui/local-time.js";
import { splitSpan, SPANS } from "./form-draft.js";
import { optionWords } from "./form-node.js";
import type { FormNode } from "./form-node.js";
import type { SchemaFieldProps } from "./field-props.js";

type NodeOf<K extends FormNode["kind"]> = Extract<FormNode, { kind: K }>;
type Held = Pick<SchemaFieldProps, "label" | "draft" | "onChange" | "path" | "problems">;

/** From this many characters on a text gets several lines. */
const LONG_TEXT = 160;

const textIn = (draft: SchemaFieldProps["draft"]): string => (typeof draft === "string" ? draft : "");

export function TextField({ label, node, draft, onChange, path, problems }: Held & { node: NodeOf<"text"> }) {
  const text = textIn(draft);
  const hint = node.maxLength > LONG_TEXT ? `${text.length} of at most ${node.maxLength} characters.` : undefined;
  return (
    <Field label={label} hint={hint} problem={problems.get(path)}>
      {(control) =>
        node.maxLength > LONG_TEXT ? (
          <textarea {...control} rows={3} value={text} onChange={(event) => onChange(event.target.value)} />
        ) : (
          <input {...control} autoComplete="off" value={text} onChange={(event) => onChange(event.target.value)} />
        )
      }
    </Field>
  );
}

export function ChoiceField({ label, node, draft, onChange, path, problems }: Held & { node: NodeOf<"choice"> }) {
  return (
    <Field label={label} problem={problems.get(path)}>
      {(control) => (
        <select {...control} value={textIn(draft)} onChange={(event) => onChange(event.target.value)}>
          <option value="">Choose…</option>
          {node.options.map((option) => (
            <option key={option} value={option}>
              {optionWords(option)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

export function InstantField({ label, draft, onChange, path, problems }: Held) {
  return (
    <Field label={label} hint={`On your clock, ${readersZone()}.`} problem={problems.get(path)}>
      {(control) => (
        <input
          {...control}
          type="datetime-local"
          value={textIn(draft)}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

export function NumberField({ label, node, draft, onChange, path, problems }: Held & { node: NodeOf<"number"> }) {
  const text = textIn(draft);
  if (node.unit === "ms") return <SpanField {...{ label, draft, onChange, path, problems }} />;
  return (
    <Field
      label={label}
      hint={node.unit === "cents" ? "In the studio's currency, such as 12.50." : undefined}
      problem={problems.get(path)}
    >
      {(control) => (
        <input
          {...control}
          className="short"
          inputMode="decimal"
          autoComplete="off"
          value={text}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

function SpanField({ label, draft, onChange, path, problems }: Held) {
  const [amount, unit] = splitSpan(textIn(draft));
  return (
    <Field label={label} problem={problems.get(path)}>
      {(control) => (
        <span className="span">
          <input
            {...control}
            className="short"
            inputMode="decimal"
            autoComplete="off"
            value={amount}
            onChange={(event) => onChange(`${event.target.value} ${unit}`)}
          />
          <select
            aria-label={`${label}: unit`}
            value={unit}
            onChange={(event) => onChange(`${amount} ${event.target.value}`)}
          >
            {SPANS.map(([name]) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </span>
      )}
    </Field>
  );
}

export function ChecksField({ label, node, draft, onChange, path, problems }: Held & { node: NodeOf<"checks"> }) {
  const chosen = Array.isArray(draft) ? node.options.filter((option) => draft.includes(option)) : [];
  return (
    <CheckGroup
      legend={label}
      options={node.options.map((option) => [option, optionWords(option)])}
      chosen={chosen}
      onChange={onChange}
      problem={problems.get(path)}
    />
  );
}

export function JsonField({ label, draft, onChange, path, problems }: Held) {
  return (
    <Field label={label} hint="As JSON; the server checks it." problem={problems.get(path)}>
      {(control) => (
        <textarea {...control} rows={4} value={textIn(draft)} onChange={(event) => onChange(event.target.value)} />
      )}
    </Field>
  );
}
