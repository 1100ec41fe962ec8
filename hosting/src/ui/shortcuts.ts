export type Command =
  | "next"
  | "previous"
  | "open"
  | "back"
  | "tab"
  | "approve"
  | "reject"
  | "replan"
  | "execute"
  | "rollback"
  | "search"
  | "go-queue"
  | "go-propose"
  | "go-notices"
  | "go-devices"
  | "go-audit"
  | "go-studio"
  | "stop"
  | "help";

/** The keys of a keyboard event that shortcuts look at. */
export interface KeyPress {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

export interface KeyContext {
  /** Where the press landed takes text, or is a control that has keys of its own. */
  readonly isTyping: boolean;
  readonly isDialogOpen: boolean;
  /** Single letters can be switched off (WCAG 2.1.4); Escape and Shift+K stay. */
  readonly areLettersOn: boolean;
  /** The key pressed just before, for `g q`. */
  readonly previousKey: string | null;
}

const LETTERS: Readonly<Record<string, Command>> = {
  j: "next",
  k: "previous",
  o: "tab",
  a: "approve",
  r: "reject",
  p: "replan",
  e: "execute",
  z: "rollback",
  "/": "search",
  "?": "help",
};
const AFTER_G: Readonly<Record<string, Command>> = {
  q: "go-queue",
  p: "go-propose",
  n: "go-notices",
  d: "go-devices",
  a: "go-audit",
  h: "go-studio",
};

/**
 * Answers: what does this key ask for? Nothing while somebody types. No command decides anything: `approve` opens the
 * place where a reason is written, and only Ctrl or Cmd with Enter there confirms.
 */
export function commandFor(press: KeyPress, context: KeyContext): Command | null {
  if (context.isTyping || context.isDialogOpen || press.ctrlKey || press.metaKey || press.altKey) return null;
  if (press.key === "Escape") return "back";
  if (press.key === "K" && press.shiftKey) return "stop";
  if (!context.areLettersOn) return null;
  if (context.previousKey === "g") return AFTER_G[press.key] ?? null;
  return LETTERS[press.key] ?? null;
}

/** The help sheet's lines, in the order of a day's work. */
export const SHORTCUT_HELP: readonly (readonly [keys: string, does: string])[] = [
  ["j / k", "next / previous row"],
  ["Enter", "open the row"],
  ["Esc", "back to the list"],
  ["o", "next tab of the detail"],
  ["a", "approve: write the reason"],
  ["Ctrl or ⌘ + Enter", "confirm what you wrote"],
  ["r", "reject"],
  ["p", "plan again"],
  ["e", "execute an approved change"],
  ["z", "roll back"],
  ["/", "search"],
  ["g then q / p / n", "queue / propose / notices"],
  ["g then d / a / h", "devices / audit / house: people, rules, limits, stops"],
  ["Shift + K", "stop the studio"],
  ["?", "this sheet"],
];
