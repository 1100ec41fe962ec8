import type { Proposal, ProposalStatus, UtcInstant } from "../contracts/index.js";
import type { PolicyOperation } from "../policy/facts.js";

/**
 * The whole life of a proposal (M01.1): from each state, the states that it may go to. `executing` and `rolling_back` are
 * for effects outside Firestore; an effect inside it begins and ends in one commit, so both steps are taken at once.
 */
export const TRANSITIONS: Readonly<Record<ProposalStatus, readonly ProposalStatus[]>> = {
  draft: ["pending_approval"],
  pending_approval: ["pending_approval", "approved", "rejected", "expired", "withdrawn", "superseded"],
  approved: ["pending_approval", "executing", "executed", "blocked", "expired", "revoked", "stale"],
  executing: ["executed", "failed", "blocked"],
  executed: ["rolling_back", "rolled_back", "rollback_conflict"],
  failed: [],
  blocked: ["pending_approval", "expired"],
  rejected: ["draft"],
  expired: [],
  withdrawn: [],
  superseded: [],
  revoked: [],
  stale: ["pending_approval", "expired"],
  rolling_back: ["rolled_back", "rollback_conflict"],
  rolled_back: [],
  rollback_conflict: ["rolling_back", "rolled_back", "rollback_conflict"],
};

/** Where each operation leads when nothing stands in its way. */
export const OPERATION_TO: Readonly<Record<PolicyOperation, ProposalStatus>> = {
  submit: "pending_approval",
  plan: "pending_approval",
  revise: "pending_approval",
  approve: "approved",
  reject: "rejected",
  reopen: "draft",
  withdraw: "withdrawn",
  revoke: "revoked",
  execute: "executed",
  rollback: "rolled_back",
};

/**
 * States in which the same intent, asked for again, is the same card (M01.9). A draft is not among them: it waits for
 * nobody, and claims its intent when it is planned again.
 */
export const OPEN_STATUSES: ReadonlySet<ProposalStatus> = new Set([
  "pending_approval",
  "approved",
  "executing",
  "blocked",
  "stale",
]);

/**
 * From which instant on is this proposal expired, whoever looks and whether or not anybody has stored it? null: never, in
 * the state that it is in.
 */
export function expiresFrom(proposal: Pick<Proposal, "status" | "expiresAt" | "approvedUntil">): UtcInstant | null {
  switch (proposal.status) {
    case "approved":
      return proposal.approvedUntil;
    case "pending_approval":
    case "stale":
    case "blocked":
      return proposal.expiresAt;
    default:
      return null;
  }
}

/** May a proposal go from one state to another? */
export function mayTransition(from: ProposalStatus, to: ProposalStatus): boolean {
  return TRANSITIONS[from].includes(to);
}

/** Throws on a pair that the table does not hold: a use case asked for the impossible, which is a defect. */
export function requireTransition(from: ProposalStatus, to: ProposalStatus): ProposalStatus {
  if (!mayTransition(from, to)) throw new Error(`a proposal does not go from ${from} to ${to}`);
  return to;
}
