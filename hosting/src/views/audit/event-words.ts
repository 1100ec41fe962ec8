import { AUDIT_EVENT_TYPES } from "@studio-os/functions/contracts";
import type { AuditEventType, StoredAuditEvent } from "@studio-os/functions/contracts";

/** `proposal.rolled_back` as `Proposal rolled back`. */
export function eventTitle(type: AuditEventType): string {
  return capital(type.replaceAll(/[._]/g, " "));
}

/** `proposal.rolled_back` as `Rolled back`: where it is plain what it is about. */
export function eventVerb(type: AuditEventType): string {
  return capital((type.split(".").at(-1) ?? type).replaceAll("_", " "));
}

/** What an event is about: the part of its type before the dot. */
const familyOf = (type: AuditEventType): string => type.split(".")[0] ?? type;

/** Every family with its types, in the order of the contract. */
export const EVENT_FAMILIES: ReadonlyMap<string, readonly AuditEventType[]> = new Map(
  AUDIT_EVENT_TYPES.map((type) => [familyOf(type), AUDIT_EVENT_TYPES.filter((it) => familyOf(it) === familyOf(type))]),
);

/** `dead_letter` as `Dead letter`. */
export const familyWords = (family: string): string => capital(family.replaceAll("_", " "));

/** How much an event wants to be noticed, in words and with a glyph: never by colour alone. */
export const SEVERITY_WORDS = {
  info: { words: "Information", glyph: "·" },
  notice: { words: "Notice", glyph: "•" },
  warning: { words: "Warning", glyph: "▲" },
  alarm: { words: "Alarm", glyph: "■" },
} as const satisfies Record<StoredAuditEvent["severity"], { words: string; glyph: string }>;

export const OUTCOME_WORDS = { done: "Done", refused: "Refused" } as const;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
