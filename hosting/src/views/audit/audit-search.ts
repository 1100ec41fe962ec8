import { AuditEvent, AuditEventType, DocId } from "@studio-os/functions/contracts";
import { MAX_VALUES } from "../../data/audit-data.js";
import type { AuditFilter } from "../../data/audit-data.js";
import { nextDay, startOfDay } from "../../ui/zoned-day.js";
import { EVENT_FAMILIES } from "./event-words.js";

/** What is being looked for, as it stands in the address and in the form. Empty: anything. */
export interface AuditSearch {
  /** A type of event, or a family of them with `.*`: `proposal.approved`, `proposal.*`. */
  readonly type: string;
  /** A person's, an agent's or a job's id. */
  readonly who: string;
  readonly proposal: string;
  readonly request: string;
  readonly outcome: string;
  readonly severity: string;
  /** Calendar days in the studio's time zone, both included. */
  readonly from: string;
  readonly to: string;
}

export const NO_SEARCH: AuditSearch = {
  type: "",
  who: "",
  proposal: "",
  request: "",
  outcome: "",
  severity: "",
  from: "",
  to: "",
};
const NAMES = Object.keys(NO_SEARCH) as (keyof AuditSearch)[];

/** Which of these searches is an id, and how long one is at most. */
const RequestId = AuditEvent.shape.requestId;

/** Reads a search from a query string; what is not understood is left out. */
export function parseSearch(query: string): AuditSearch {
  const params = new URLSearchParams(query);
  const text = (name: keyof AuditSearch): string => (params.get(name) ?? "").trim();
  const known = (name: keyof AuditSearch, isKnown: (value: string) => boolean): string =>
    isKnown(text(name)) ? text(name) : "";
  const isDay = (value: string) => startOfDay(value, "UTC") !== null;
  return {
    type: known("type", (value) => typesOf(value).length > 0),
    who: known("who", (value) => DocId.safeParse(value).success),
    proposal: known("proposal", (value) => DocId.safeParse(value).success),
    request: known("request", (value) => RequestId.safeParse(value).success),
    outcome: known("outcome", (value) => AuditEvent.shape.outcome.safeParse(value).success),
    severity: known("severity", (value) => AuditEvent.shape.severity.safeParse(value).success),
    from: known("from", isDay),
    to: known("to", isDay),
  };
}

/** Writes a search as a query string; what is not asked for leaves no trace, so that one search has one address. */
export function formatSearch(search: AuditSearch): string {
  const params = new URLSearchParams(NAMES.flatMap((name) => (search[name] === "" ? [] : [[name, search[name]]])));
  const text = params.toString();
  return text === "" ? "" : `?${text}`;
}

export const isNarrow = (search: AuditSearch): boolean => NAMES.some((name) => search[name] !== "");

/** What the database is asked for. Days begin and end with the studio's clocks. */
export function toFilter(search: AuditSearch, timeZone: string | undefined): AuditFilter {
  const orNull = (value: string): string | null => (value === "" ? null : value);
  const after = nextDay(search.to);
  return {
    types: typesOf(search.type),
    actorId: orNull(search.who),
    proposalId: orNull(search.proposal),
    requestId: orNull(search.request),
    outcome: AuditEvent.shape.outcome.safeParse(search.outcome).data ?? null,
    severity: AuditEvent.shape.severity.safeParse(search.severity).data ?? null,
    fromAt: startOfDay(search.from, timeZone),
    untilAt: after === null ? null : startOfDay(after, timeZone),
  };
}

/** The types that `proposal.approved` or `proposal.*` stands for; none where it stands for nothing that is known. */
function typesOf(text: string): readonly AuditEventType[] {
  const one = AuditEventType.safeParse(text);
  if (one.success) return [one.data];
  if (!text.endsWith(".*")) return [];
  return (EVENT_FAMILIES.get(text.slice(0, -2)) ?? []).slice(0, MAX_VALUES);
}

/** The search in words, for a list in which nothing was found. */
export function searchWords(search: AuditSearch): string {
  const parts = [
    search.type === "" ? null : `type ${search.type}`,
    search.who === "" ? null : `by ${search.who}`,
    search.proposal === "" ? null : `about proposal ${search.proposal}`,
    search.request === "" ? null : `of request ${search.request}`,
    search.outcome === "" ? null : search.outcome,
    search.severity === "" ? null : `of severity ${search.severity}`,
    search.from === "" ? null : `from ${search.from}`,
    search.to === "" ? null : `to ${search.to}`,
  ];
  return parts.filter((part) => part !== null).join(", ");
}
