import { RiskTier } from "@studio-os/functions/contracts";
import type { QueueRow } from "../../data/studio-data.js";
import { SAVED_VIEWS } from "./saved-views.js";
import type { SavedView } from "./saved-views.js";

/** What narrows a view. It lives in the address, so that a link shows another person the same list. */
export interface QueueFilter {
  readonly view: SavedView;
  readonly text: string;
  readonly tier: RiskTier | null;
}

const TEXT_MAX = 100;

/** Reads a filter from a query string; what is not understood is left out. */
export function parseFilter(search: string): QueueFilter {
  const query = new URLSearchParams(search);
  const tier = RiskTier.safeParse(query.get("tier"));
  return {
    view: SAVED_VIEWS.find((view) => view === query.get("view")) ?? "needs-me",
    text: (query.get("q") ?? "").slice(0, TEXT_MAX),
    tier: tier.success ? tier.data : null,
  };
}

/** Writes a filter as a query string; defaults leave no trace, so that one list has one address. */
export function formatFilter(filter: QueueFilter): string {
  const query = new URLSearchParams();
  if (filter.view !== "needs-me") query.set("view", filter.view);
  if (filter.text !== "") query.set("q", filter.text);
  if (filter.tier !== null) query.set("tier", filter.tier);
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}

export const isNarrowed = (filter: QueueFilter): boolean => filter.text.trim() !== "" || filter.tier !== null;

/** Answers: does this row match the words and the tier? Every word must be found; an unreadable row has only its id. */
export function matchesFilter(row: QueueRow, filter: QueueFilter): boolean {
  if (filter.tier !== null && !(row.kind === "proposal" && row.proposal.riskTier === filter.tier)) return false;
  const words = filter.text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const text = searchText(row).toLocaleLowerCase();
  return words.every((word) => text.includes(word));
}

function searchText(row: QueueRow): string {
  if (row.kind === "unreadable") return row.id;
  const { proposal } = row;
  const targets = proposal.plan.writes.map((write) => write.ref).join(" ");
  return [row.id, proposal.plan.headline, proposal.capabilityId, proposal.actor.name, proposal.status, targets].join(
    " ",
  );
}
