import type { Notice } from "@studio-os/functions/contracts";
import type { DraftStorage } from "../../data/drafts.js";

/** What happened, or what is waited for, in words. */
export const NOTICE_WORDS: Readonly<Record<Notice["type"], string>> = {
  "proposal.approved": "Approved",
  "proposal.rejected": "Rejected",
  "proposal.executed": "Executed",
  "proposal.rolled_back": "Rolled back",
  "proposal.blocked": "Blocked",
  "proposal.expired": "Expired without a decision",
  "proposal.reminded": "Waits for your decision",
  "proposal.escalated": "Nobody has decided: it waits for you as well",
};

/** What happens when time passes, and by nobody. */
export const OF_ITSELF: readonly Notice["type"][] = ["proposal.expired", "proposal.reminded", "proposal.escalated"];

/** Answers: which notices concern this person, under any of their accounts? The newest first. */
export const noticesFor = (notices: readonly Notice[], accounts: readonly string[]): readonly Notice[] =>
  notices
    .filter(({ recipients }) => recipients.some((uid) => accounts.includes(uid)))
    .sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : a.eventId < b.eventId ? -1 : 1));

const seenKey = (tenantId: string, uid: string): string => `studio:notices-seen:${tenantId}:${uid}`;

/** Until when this person has looked at their notices on this device: a moment and no word of what they were. */
export function readSeenUntil(storage: Pick<DraftStorage, "getItem">, tenantId: string, uid: string): string {
  try {
    return storage.getItem(seenKey(tenantId, uid)) ?? "";
  } catch {
    return "";
  }
}

export function rememberSeen(storage: Pick<DraftStorage, "setItem">, tenantId: string, uid: string, at: string): void {
  try {
    storage.setItem(seenKey(tenantId, uid), at);
  } catch {
    // Storage that refuses costs the mark "new", and nothing else.
  }
}
