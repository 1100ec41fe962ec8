import { useState } from "react";
import { keepForm, readForm } from "../../data/drafts.js";

export interface KeptInput<T> {
  readonly input: T;
  readonly change: (part: Partial<T>) => void;
  /** True: what is shown was typed on an earlier visit of this tab. */
  readonly isKept: boolean;
  /** Forgets what was typed: it was sent, or somebody begins anew. */
  readonly forget: () => void;
}

/** What is typed into a form in a sheet, so that it survives a failure, a reload, a new sign-in and a slip of the finger. */
export function useKeptInput<T extends object>(tenantId: string, name: string, fresh: () => T): KeptInput<T> {
  const [kept] = useState(() => keptLike(readForm(sessionStorage, tenantId, name), fresh()));
  const [input, setInput] = useState<T>(() => kept ?? fresh());
  const [isKept, setKept] = useState(kept !== null);
  return {
    input,
    isKept,
    change: (part) => {
      const next = { ...input, ...part };
      setInput(next);
      keepForm(sessionStorage, tenantId, name, next);
    },
    forget: () => {
      keepForm(sessionStorage, tenantId, name, null);
      setInput(fresh());
      setKept(false);
    },
  };
}

/** What was kept, where it still has the shape of this form; anything else is forgotten. */
export function keptLike<T extends object>(kept: unknown, example: T): T | null {
  if (typeof kept !== "object" || kept === null) return null;
  const held = kept as Readonly<Record<string, unknown>>;
  const isAlike = Object.entries(example).every(([key, value]) => isSameKind(held[key], value));
  return isAlike ? (kept as T) : null;
}

function isSameKind(value: unknown, example: unknown): boolean {
  if (Array.isArray(example)) return Array.isArray(value) && value.every((item) => typeof item === "string");
  return typeof value === typeof example;
}
