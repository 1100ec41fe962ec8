import { useId } from "react";
import type { ReactNode } from "react";

/** What a control inside a `Field` must carry, so that its label, hint and problem are read with it. */
interface ControlProps {
  readonly id: string;
  readonly "aria-describedby": string | undefined;
  readonly "aria-invalid": true | undefined;
}

interface FieldProps {
  readonly label: string;
  readonly hint?: string | undefined;
  /** What is wrong with the value, in words; null or absent: nothing that is known. */
  readonly problem?: string | null | undefined;
  readonly children: (control: ControlProps) => ReactNode;
}

/** One labelled control with its hint and, when there is one, its problem. */
export function Field({ label, hint, problem, children }: FieldProps) {
  const id = useId();
  const hasProblem = problem !== null && problem !== undefined;
  const described = [hint === undefined ? null : `${id}-hint`, hasProblem ? `${id}-problem` : null].filter(Boolean);
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        "aria-describedby": described.length === 0 ? undefined : described.join(" "),
        "aria-invalid": hasProblem ? true : undefined,
      })}
      {hint === undefined ? null : (
        <span id={`${id}-hint`} className="hint">
          {hint}
        </span>
      )}
      {hasProblem ? (
        <span id={`${id}-problem`} className="hint problem">
          {problem}
        </span>
      ) : null}
    </div>
  );
}

interface CheckGroupProps<T extends string> {
  readonly legend: string;
  readonly options: readonly (readonly [value: T, words: string])[];
  readonly chosen: readonly T[];
  readonly onChange: (chosen: readonly T[]) => void;
  readonly hint?: string | undefined;
  readonly problem?: string | null | undefined;
}

/** Any number of these. The order is the options' own, whatever was pressed first. */
export function CheckGroup<T extends string>(props: CheckGroupProps<T>) {
  const { legend, options, chosen, onChange, hint, problem } = props;
  const id = useId();
  const toggle = (value: T, isOn: boolean) =>
    onChange(options.map(([option]) => option).filter((it) => (it === value ? isOn : chosen.includes(it))));
  return (
    <fieldset className="choices" aria-describedby={`${id}-notes`}>
      <legend>{legend}</legend>
      <div className="check-grid">
        {options.map(([value, words]) => (
          <label key={value} className="check">
            <input
              type="checkbox"
              checked={chosen.includes(value)}
              onChange={(event) => toggle(value, event.target.checked)}
            />
            <span>{words}</span>
          </label>
        ))}
      </div>
      <span id={`${id}-notes`}>
        {hint === undefined ? null : <span className="hint">{hint}</span>}
        {problem == null ? null : <span className="hint problem">{problem}</span>}
      </span>
    </fieldset>
  );
}
