import { useId } from "react";
import type { KeyboardEvent } from "react";

interface ReasonFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly minLength: number;
  readonly maxLength: number;
  /** True once somebody tried to send: from then on what is missing is said as a problem. */
  readonly isTouched: boolean;
  /** Ctrl or Cmd with Enter. */
  readonly onConfirm: () => void;
  readonly placeholder?: string;
  /** False where other fields come before it. */
  readonly takesFocus?: boolean;
}

/** Where a reason is written. It takes the focus, counts what is missing, and confirms by Ctrl or Cmd with Enter. */
export function ReasonField(props: ReasonFieldProps) {
  const id = useId();
  const missing = props.minLength - props.value.trim().length;
  const isShort = missing > 0;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    props.onConfirm();
  };
  return (
    <div className="field">
      <label htmlFor={id}>{props.label}</label>
      <textarea
        id={id}
        rows={3}
        // Most people pressed a button to write here; the reason is the next thing they do.
        autoFocus={props.takesFocus !== false}
        maxLength={props.maxLength}
        value={props.value}
        placeholder={props.placeholder}
        aria-describedby={`${id}-hint`}
        aria-invalid={props.isTouched && isShort ? true : undefined}
        onChange={(event) => props.onChange(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <span id={`${id}-hint`} className={props.isTouched && isShort ? "hint problem" : "hint"}>
        {props.minLength === 0
          ? "Optional."
          : isShort
            ? `${missing} more character${missing === 1 ? "" : "s"}.`
            : "Ready."}{" "}
        <span className="confirm-keys">Ctrl or ⌘ + Enter confirms.</span>
      </span>
    </div>
  );
}
