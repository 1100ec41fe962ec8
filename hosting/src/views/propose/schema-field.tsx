import { Button } from "../../ui/button.js";
import { ChecksField, ChoiceField, InstantField, JsonField, NumberField, TextField } from "./plain-fields.js";
import { emptyDraft, isDraftGroup } from "./form-draft.js";
import type { Draft } from "./form-draft.js";
import type { FormField, FormNode } from "./form-node.js";
import type { SchemaFieldProps } from "./field-props.js";
import { RecordField } from "./record-field.js";

/** The controls for one part of an input, whatever its schema asks. */
function SchemaField(props: SchemaFieldProps) {
  const { node } = props;
  switch (node.kind) {
    case "group":
      return <GroupField {...props} node={node} />;
    case "list":
      return <ListField {...props} node={node} />;
    case "nullable":
      return <NullableField {...props} node={node} />;
    case "text":
      return node.record === null ? (
        <TextField {...props} node={node} />
      ) : (
        <RecordField {...props} collection={node.record} />
      );
    case "instant":
      return <InstantField {...props} />;
    case "choice":
      return <ChoiceField {...props} node={node} />;
    case "number":
      return <NumberField {...props} node={node} />;
    case "checks":
      return <ChecksField {...props} node={node} />;
    case "boolean":
      return (
        <label className="check">
          <input
            type="checkbox"
            checked={props.draft === true}
            onChange={(event) => props.onChange(event.target.checked)}
          />
          <span>{props.label}</span>
        </label>
      );
    case "constant":
      return (
        <p className="muted">
          {props.label}: <code>{JSON.stringify(node.value)}</code>, and nothing else.
        </p>
      );
    case "json":
      return <JsonField {...props} />;
  }
}

type GroupNode = Extract<FormNode, { kind: "group" }>;

function GroupField(props: SchemaFieldProps<GroupNode>) {
  return (
    <fieldset className="group">
      <legend>{props.label}</legend>
      <GroupFields {...props} />
    </fieldset>
  );
}

/** The fields of a group, without a frame of their own. */
export function GroupFields({ node, draft, onChange, path, ...rest }: SchemaFieldProps<GroupNode>) {
  const held = isDraftGroup(draft) ? draft : {};
  const at = (name: string) => (path === "" ? name : `${path}.${name}`);
  return (
    <div className="form">
      {node.fields.map((field) => (
        <OneField
          key={field.name}
          {...rest}
          field={field}
          path={at(field.name)}
          draft={held[field.name] ?? null}
          onChange={(next) => onChange({ ...held, [field.name]: next })}
        />
      ))}
    </div>
  );
}

function OneField({ field, ...props }: Omit<SchemaFieldProps, "label" | "node"> & { field: FormField }) {
  const { label, node, isRequired } = field;
  // What may be left out is offered like what may be null: a switch, and the field behind it.
  if (!isRequired) return <NullableField {...props} label={label} node={{ kind: "nullable", node }} />;
  return <SchemaField {...props} label={label} node={node} />;
}

function NullableField({
  node,
  draft,
  onChange,
  label,
  ...rest
}: SchemaFieldProps<Extract<FormNode, { kind: "nullable" }>>) {
  return (
    <div className="nullable">
      <label className="check">
        <input
          type="checkbox"
          checked={draft !== null}
          onChange={(event) => onChange(event.target.checked ? emptyDraft(node.node) : null)}
        />
        <span>{label}</span>
      </label>
      {draft === null ? null : (
        <div className="nullable-body">
          <SchemaField {...rest} label={label} node={node.node} draft={draft} onChange={onChange} />
        </div>
      )}
    </div>
  );
}

/** Items in an order that counts: each can be moved, removed, and joined by another. */
function ListField(props: SchemaFieldProps<Extract<FormNode, { kind: "list" }>>) {
  const { node, label, draft, onChange, path, problems, view } = props;
  const items = Array.isArray(draft) ? (draft as readonly Draft[]) : [];
  const replaced = (index: number, next: Draft) => items.map((item, at) => (at === index ? next : item));
  const moved = (index: number) => {
    const next = [...items];
    const [item] = next.splice(index, 1);
    return item === undefined ? items : [...next.slice(0, index - 1), item, ...next.slice(index - 1)];
  };
  const ownProblem = problems.get(path);
  const one = label.replace(/s$/, "");
  return (
    <fieldset className="group">
      <legend>{label}</legend>
      <ol className="items">
        {items.map((item, index) => {
          const shared = { view, problems, draft: item, path: `${path}.${index}` };
          const change = (next: Draft) => onChange(replaced(index, next));
          return (
            <li key={index} className="item">
              <div className="item-head">
                <h3>
                  {one} {index + 1}
                </h3>
                {index === 0 ? null : (
                  <Button tone="quiet" label={`Move ${one} ${index + 1} up`} onPress={() => onChange(moved(index))}>
                    Up
                  </Button>
                )}
                {items.length <= node.min ? null : (
                  <Button
                    tone="quiet"
                    label={`Remove ${one} ${index + 1}`}
                    onPress={() => onChange(items.filter((_, at) => at !== index))}
                  >
                    Remove
                  </Button>
                )}
              </div>
              {node.item.kind === "group" ? (
                <GroupFields {...shared} node={node.item} label={`${one} ${index + 1}`} onChange={change} />
              ) : (
                <SchemaField {...shared} node={node.item} label={`${one} ${index + 1}`} onChange={change} />
              )}
            </li>
          );
        })}
      </ol>
      {ownProblem === undefined ? null : <p className="hint problem">{ownProblem}</p>}
      {items.length >= node.max ? null : (
        <Button onPress={() => onChange([...items, emptyDraft(node.item)])}>Add: {one.toLowerCase()}</Button>
      )}
    </fieldset>
  );
}
