import { useEffect, useEffectEvent } from "react";
import { createStore } from "../data/store.js";
import { commandFor } from "./shortcuts.js";
import type { Command } from "./shortcuts.js";

const LETTERS_KEY = "studio:letters-off";

/** Whether single-letter shortcuts are on; remembered on this device. */
export const lettersOn = createStore(readLetters());

export function setLettersOn(areOn: boolean): void {
  lettersOn.set(areOn);
  try {
    if (areOn) localStorage.removeItem(LETTERS_KEY);
    else localStorage.setItem(LETTERS_KEY, "1");
  } catch {
    // Storage that refuses costs the memory of the choice, not the choice.
  }
}

function readLetters(): boolean {
  try {
    return localStorage.getItem(LETTERS_KEY) === null;
  } catch {
    return true;
  }
}

type Reader = (command: Command) => boolean;
const readers: Reader[] = [];
let previousKey: string | null = null;

/** Runs these while the component is on the screen. The reader that came last is asked first. */
export function useCommands(handlers: Partial<Record<Command, () => void>>): void {
  const run = useEffectEvent((command: Command): boolean => {
    const handler = handlers[command];
    handler?.();
    return handler !== undefined;
  });
  useEffect(() => {
    const reader: Reader = (command) => run(command);
    if (readers.length === 0) window.addEventListener("keydown", onKeyDown);
    readers.push(reader);
    return () => {
      readers.splice(readers.indexOf(reader), 1);
      if (readers.length === 0) window.removeEventListener("keydown", onKeyDown);
    };
  }, []);
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const command = commandFor(event, {
    isTyping: isTyping(event.target),
    isDialogOpen: document.querySelector('[role="dialog"], [role="alertdialog"]') !== null,
    areLettersOn: lettersOn.getSnapshot(),
    previousKey,
  });
  previousKey = event.key;
  if (command === null) return;
  if ([...readers].reverse().some((reader) => reader(command))) event.preventDefault();
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
