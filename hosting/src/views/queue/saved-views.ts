import { API_ROUTES } from "@studio-os/functions/contracts";
import type { Proposal, ProposalStatus } from "@studio-os/functions/contracts";
import type { QueueRow } from "../../data/studio-data.js";
import { holdsSeat, isKeptOut } from "./deciders.js";
import { holdsAny } from "./me.js";
import type { Me } from "./me.js";

export const SAVED_VIEWS = ["needs-me", "waiting", "blocked", "done", "all"] as const;
export type SavedView = (typeof SAVED_VIEWS)[number];

export const VIEW_NAMES: Readonly<Record<SavedView, string>> = {
  "needs-me": "Needs me",
  waiting: "Waiting for another",
  blocked: "Blocked",
  done: "Recently done",
  all: "All",
};

const BLOCKED: readonly ProposalStatus[] = ["blocked", "stale", "failed", "rollback_conflict"];

/** How long an executed change stays in "Recently done", where it can be undone, in milliseconds. */
const DONE_FOR_MS = 7 * 24 * 3_600_000;

/**
 * Answers: in which saved view does this proposal lie for this person, now? Every open proposal is in exactly one of
 * the first three, so that nothing falls between two chairs. Ends are exclusive: at `expiresAt` it is too late.
 */
export function viewOf(proposal: Proposal, me: Me, nowMs: number): Exclude<SavedView, "all"> | null {
  if (BLOCKED.includes(proposal.status)) return "blocked";
  if (proposal.status === "pending_approval") {
    if (isOver(proposal, nowMs)) return null;
    return mayStillDecide(proposal, me, nowMs) ? "needs-me" : "waiting";
  }
  if (proposal.status === "approved") return holdsAny(me, API_ROUTES.executeProposal.roles) ? "needs-me" : "waiting";
  if (proposal.status === "executing" || proposal.status === "rolling_back") return "waiting";
  if (proposal.status === "executed" && isUndoable(proposal) && wasDoneLately(proposal, nowMs)) return "done";
  return null;
}

/** A row that cannot be read is in the way of whoever looks: it stands under Blocked and under All. */
export function isInView(row: QueueRow, view: SavedView, me: Me, nowMs: number): boolean {
  if (view === "all") return true;
  return row.kind === "unreadable" ? view === "blocked" : viewOf(row.proposal, me, nowMs) === view;
}

export function countViews(rows: readonly QueueRow[], me: Me, nowMs: number): Readonly<Record<SavedView, number>> {
  const count = (view: SavedView) => rows.filter((row) => isInView(row, view, me, nowMs)).length;
  return {
    "needs-me": count("needs-me"),
    waiting: count("waiting"),
    blocked: count("blocked"),
    done: count("done"),
    all: rows.length,
  };
}

/** Reviews that count for the current revision and its exact plan. */
export function liveReviews(proposal: Proposal): Proposal["reviews"] {
  return proposal.reviews.filter(({ voidedAt, planId }) => voidedAt === null && planId === proposal.plan.planId);
}

export const isOver = (proposal: Proposal, nowMs: number): boolean => nowMs >= Date.parse(proposal.expiresAt);
const isUndoable = (proposal: Proposal): boolean => proposal.plan.inverse.length > 0;

function mayStillDecide(proposal: Proposal, me: Me, nowMs: number): boolean {
  if (!holdsSeat(proposal, me, nowMs) || isKeptOut(proposal, me, nowMs)) return false;
  return !liveReviews(proposal).some(({ reviewer }) => me.accounts.includes(reviewer.id));
}

function wasDoneLately(proposal: Proposal, nowMs: number): boolean {
  const doneAt = proposal.execution?.executedAt ?? proposal.updatedAt;
  return nowMs - Date.parse(doneAt) < DONE_FOR_MS;
}
