import type { MouseEvent, ReactNode } from "react";

export interface ButtonProps {
  readonly children: ReactNode;
  readonly onPress: () => void;
  readonly tone?: "primary" | "danger" | "plain" | "quiet";
  readonly isBusy?: boolean;
  /** The id of the element that says why the button is off. It stays focusable, so that the reason can be heard. */
  readonly offBecause?: string | undefined;
  readonly label?: string;
  readonly type?: "button" | "submit";
  readonly isPressed?: boolean;
  readonly className?: string;
  readonly keys?: string;
  readonly id?: string;
}

/**
 * A button that is never `disabled`: one that is off keeps its place, its focus and a spoken reason (UX 2.6).
 */
export function Button(props: ButtonProps) {
  const { children, onPress, tone = "plain", isBusy = false, offBecause, label, type = "button" } = props;
  const isOff = isBusy || offBecause !== undefined;
  const press = (event: MouseEvent) => {
    if (type === "submit" && !isOff) return;
    event.preventDefault();
    if (!isOff) onPress();
  };
  return (
    <button
      id={props.id}
      type={type}
      className={`button button-${tone} ${props.className ?? ""}`}
      aria-disabled={isOff || undefined}
      aria-busy={isBusy || undefined}
      aria-describedby={offBecause}
      aria-label={label}
      aria-pressed={props.isPressed}
      aria-keyshortcuts={props.keys}
      onClick={press}
    >
      {children}
    </button>
  );
}
