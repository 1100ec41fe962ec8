import type { StoredAuditEvent } from "@studio-os/functions/contracts";
import type { Unreadable } from "./live.js";

/** The documents of one list that could be read, and those that could not. */
export interface Listed<T> {
  readonly items: readonly T[];
  readonly unreadable: readonly Unreadable[];
}

/** `missing`: there is no such document. A control state that is missing or unreadable counts as stopped. */
export type One<T> =
  | { readonly kind: "found"; readonly value: T }
  | { readonly kind: "missing" }
  | { readonly kind: "unreadable"; readonly problem: string };

/** One audit event with the id of its document. */
export type HistoryEntry = StoredAuditEvent & { readonly eventId: string };
