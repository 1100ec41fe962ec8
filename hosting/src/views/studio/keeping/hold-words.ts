import { HoldSubject } from "@studio-os/functions/contracts";
import type { RouteBodyInput, StaffEntry } from "@studio-os/functions/contracts";
import { entryOf } from "../../queue/me.js";

export type HoldKind = HoldSubject["kind"];
export const HOLD_KINDS: readonly HoldKind[] = ["everything", "collection", "proposal", "person"];
export const HOLD_KIND_WORDS: Readonly<Record<HoldKind, string>> = {
  everything: "Everything",
  collection: "One kind of record",
  proposal: "One proposal",
  person: "One person",
};

/** Fewest and most characters of a reason to hold, to lift or to erase; the contract's own. */
export const KEEPING_REASON = { min: 10, max: 500 } as const;

/** What must not be deleted, in words. */
export function holdWords(about: HoldSubject, staff: readonly StaffEntry[]): string {
  switch (about.kind) {
    case "everything":
      return "Everything is kept";
    case "collection":
      return `All ${about.id} are kept`;
    case "proposal":
      return `What concerns proposal ${about.id} is kept`;
    case "person":
      return `What concerns ${entryOf(staff, about.id)?.name ?? about.id} is kept`;
  }
}

/** What the form of a hold holds, as it is typed. */
export interface HoldInput {
  readonly kind: HoldKind;
  readonly id: string;
  readonly reason: string;
}
export const EMPTY_HOLD: HoldInput = { kind: "person", id: "", reason: "" };

/** Answers: can this be sent, and what is missing? */
export function readHoldInput(
  input: HoldInput,
):
  | { readonly kind: "ready"; readonly body: RouteBodyInput<"placeHold"> }
  | { readonly kind: "missing"; readonly problems: Readonly<Partial<Record<keyof HoldInput, string>>> } {
  const { kind } = input;
  const about = HoldSubject.safeParse(kind === "everything" ? { kind } : { kind, id: input.id.trim() });
  const reason = input.reason.trim();
  const problems = {
    ...(about.success ? {} : { id: "Which one? Choose or type its id." }),
    ...(reason.length < KEEPING_REASON.min ? { reason: `At least ${KEEPING_REASON.min} characters.` } : {}),
  };
  if (!about.success || Object.keys(problems).length > 0) return { kind: "missing", problems };
  return { kind: "ready", body: { about: about.data, reason } };
}
