import type { ApproveReason, Proposal, ProposalStatus, RejectReason, RiskTier } from "@studio-os/functions/contracts";
import type * as z from "zod";

export const STATUS_WORDS: Readonly<Record<ProposalStatus, string>> = {
  draft: "Draft",
  pending_approval: "Pending",
  approved: "Approved",
  executing: "Executing",
  executed: "Executed",
  failed: "Failed",
  blocked: "Blocked",
  rejected: "Rejected",
  expired: "Expired",
  withdrawn: "Withdrawn",
  superseded: "Superseded",
  revoked: "Revoked",
  stale: "Stale plan",
  rolling_back: "Rolling back",
  rolled_back: "Rolled back",
  rollback_conflict: "Rollback conflict",
};

/** Which of five tones a status has. The word always stands beside the tone. */
export type Tone = "calm" | "good" | "attention" | "bad" | "quiet";
export const STATUS_TONES: Readonly<Record<ProposalStatus, Tone>> = {
  draft: "quiet",
  pending_approval: "calm",
  approved: "good",
  executing: "calm",
  executed: "good",
  failed: "bad",
  blocked: "attention",
  rejected: "quiet",
  expired: "quiet",
  withdrawn: "quiet",
  superseded: "quiet",
  revoked: "quiet",
  stale: "attention",
  rolling_back: "calm",
  rolled_back: "quiet",
  rollback_conflict: "bad",
};

export const TIER_WORDS: Readonly<Record<RiskTier, string>> = {
  low: "Low",
  medium: "Medium",
  high: "High",
  physical: "Physical",
};
/** A shape per tier, told apart without colour. */
export const TIER_GLYPHS: Readonly<Record<RiskTier, string>> = { low: "▽", medium: "◇", high: "▲", physical: "⬢" };

export const APPROVE_REASON_WORDS: Readonly<Record<z.infer<typeof ApproveReason>, string>> = {
  looks_right: "Looks right",
  as_discussed: "As discussed",
  routine_for_us: "Routine for us",
};
export const REJECT_REASON_WORDS: Readonly<Record<z.infer<typeof RejectReason>, string>> = {
  wrong_target: "Wrong target",
  wrong_time: "Wrong time",
  not_needed: "Not needed",
  bad_data: "Bad data",
  too_risky: "Too risky",
  other: "Other",
};

/** Who asks, and for whom: `kiln-room agent / for Ana` when an agent does, by its owner's id where no name is known. */
export function requesterOf(proposal: Proposal): string {
  return proposal.actor.name === "" ? proposal.actor.id : proposal.actor.name;
}

/** The first target in words: the last collection and id of its path. */
export function targetOf(proposal: Proposal): string {
  const [first, ...others] = proposal.plan.writes;
  if (first === undefined) return "no target";
  return others.length === 0 ? first.ref : `${first.ref} and ${others.length} more`;
}

/** `1 document · 2 members · $0.00 · 0 devices`. Money keeps its sign: it is what the studio gains or loses. */
export function countsLine(proposal: Proposal, currency = "USD"): string {
  const { docs, members, cents, devices } = proposal.plan.blastRadius;
  const money = new Intl.NumberFormat("en-US", { style: "currency", currency }).format(cents / 100);
  return [count(docs, "document"), count(members, "member"), money, count(devices, "device")].join(" · ");
}

export const count = (quantity: number, noun: string): string => `${quantity} ${noun}${quantity === 1 ? "" : "s"}`;
