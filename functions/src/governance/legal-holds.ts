import { LegalHolds } from "../contracts/index.js";
import type { JsonObject, LegalHold } from "../contracts/index.js";

/** The holds of a studio as they are stored. Unreadable: everything is held. */
export type HoldsReading =
  | { readonly kind: "read"; readonly holds: readonly LegalHold[]; readonly auditVersion: number }
  | { readonly kind: "unreadable" };

export function readHolds(data: JsonObject | null): HoldsReading {
  if (data === null) return { kind: "read", holds: [], auditVersion: 0 };
  const parsed = LegalHolds.safeParse(data);
  if (!parsed.success) return { kind: "unreadable" };
  return { kind: "read", holds: parsed.data.holds, auditVersion: parsed.data.auditVersion };
}

/** What is to be deleted, as far as a hold may be about it. */
export interface Deletion {
  readonly collection: string;
  /** Whom and which proposals it concerns; null: that is not known one by one, so that any of them may be. */
  readonly people: readonly string[] | null;
  readonly proposals: readonly string[] | null;
}

/** Which holds in force forbid this? Null: nobody can tell, and that forbids it as well. */
export function holdsOn(reading: HoldsReading, deletion: Deletion): readonly string[] | null {
  if (reading.kind === "unreadable") return null;
  return reading.holds
    .filter(({ liftedAt, about }) => liftedAt === null && isAbout(about, deletion))
    .map(({ holdId }) => holdId);
}

function isAbout(about: LegalHold["about"], { collection, people, proposals }: Deletion): boolean {
  switch (about.kind) {
    case "everything":
      return true;
    case "collection":
      return about.id === collection;
    case "person":
      return people === null || people.includes(about.id);
    case "proposal":
      return proposals === null || proposals.includes(about.id);
  }
}

/** A deletion of many documents of one kind: whom each of them concerns is not looked at one by one. */
export const wholesale = (collection: string, concernsPeople: boolean): Deletion =>
  concernsPeople ? { collection, people: null, proposals: null } : { collection, people: [], proposals: [] };
