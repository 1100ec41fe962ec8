import { API_ROUTES, REASON_CODES } from "@studio-os/functions/contracts";
import type { PolicyDecision, Proposal, ProposalStatus, ReasonCode, Role } from "@studio-os/functions/contracts";
import type { Connection } from "../../data/studio-data.js";
import { decidingRoles, holdsSeat, linkOf } from "../queue/deciders.js";
import { holdsAny } from "../queue/me.js";
import type { Me } from "../queue/me.js";
import { isOver } from "../queue/saved-views.js";

export type ActionName =
  "approve" | "reject" | "withdraw" | "replan" | "revise" | "reopen" | "revoke" | "execute" | "rollback";

/** Why a button is off. */
export interface Obstacle {
  readonly code: ReasonCode | "OFFLINE" | "SESSION_EXPIRED" | "CHECKING" | "CHECKS_UNREADABLE";
  readonly sentence: string;
  readonly whoCanLift: string;
}

/** `obstacle` null: the button works. An action that makes no sense in this state is not offered at all. */
export interface OfferedAction {
  readonly name: ActionName;
  readonly obstacle: Obstacle | null;
}

/** What the server says about this person's next steps, as far as it is known. */
export type Checks =
  | { readonly kind: "checking" }
  | { readonly kind: "unreadable"; readonly code: string }
  | {
      readonly kind: "known";
      readonly approve: PolicyDecision;
      readonly execute: PolicyDecision;
      readonly rollback: PolicyDecision;
    };

export interface ActionFacts {
  readonly proposal: Proposal;
  readonly me: Me;
  readonly checks: Checks;
  readonly connection: Connection["kind"];
  readonly isSessionLive: boolean;
  readonly nowMs: number;
}

const OFFERED: Readonly<Partial<Record<ProposalStatus, readonly ActionName[]>>> = {
  draft: ["replan", "revise"],
  pending_approval: ["approve", "reject", "replan", "revise", "withdraw"],
  approved: ["execute", "revoke", "replan"],
  stale: ["replan", "revise"],
  rejected: ["reopen"],
  blocked: ["replan"],
  executed: ["rollback"],
  rollback_conflict: ["rollback"],
};

/**
 * Answers: which buttons stand under this proposal, and why is one of them off? Offline and ended sign-ins come first,
 * because nothing is ever queued; then the server's own verdict. What is not known counts as no.
 */
export function decideActions(facts: ActionFacts): readonly OfferedAction[] {
  const names = OFFERED[facts.proposal.status] ?? [];
  return names
    .filter((name) => (name !== "withdraw" && name !== "revise") || isOwnRequest(facts))
    .filter((name) => name !== "reopen" || holdsAny(facts.me, API_ROUTES.reopenProposal.roles))
    .map((name) => ({ name, obstacle: obstacleTo(name, facts) }));
}

function obstacleTo(name: ActionName, facts: ActionFacts): Obstacle | null {
  if (facts.connection === "offline") return OFFLINE;
  if (!facts.isSessionLive) return SESSION_EXPIRED;
  const roleless = missingRole(name, facts);
  if (roleless !== null) return roleless;
  if (
    name !== "rollback" &&
    name !== "execute" &&
    facts.proposal.status === "pending_approval" &&
    isOver(facts.proposal, facts.nowMs)
  ) {
    return obstacleOf("PROPOSAL_EXPIRED");
  }
  if (!isChecked(name)) return null;
  if (name === "execute" && holdLeftSeconds(facts) > 0) return held(holdLeftSeconds(facts));
  if (facts.checks.kind === "checking") return CHECKING;
  if (facts.checks.kind === "unreadable") return checksUnreadable(facts.checks.code);
  return blockingObstacle(facts.checks[name]);
}

/** The server says beforehand what it would say to these; to the others it says so when they are asked for. */
const isChecked = (name: ActionName): name is "approve" | "execute" | "rollback" =>
  name === "approve" || name === "execute" || name === "rollback";

/** How many seconds of the hold window are left, in which "Undo" takes the approval back; 0: nothing is held (M03.7). */
export function holdLeftSeconds({ proposal, nowMs }: Pick<ActionFacts, "proposal" | "nowMs">): number {
  const { status, executeNotBefore } = proposal;
  if (status !== "approved" || executeNotBefore === null) return 0;
  return Math.max(0, Math.ceil((Date.parse(executeNotBefore) - nowMs) / 1_000));
}

/**
 * A reason is not yet given when the button is looked at, so its absence does not block; the composer asks for it. The
 * hold window was counted down here, and may have been open still when the checks were read.
 */
function blockingObstacle(decision: PolicyDecision): Obstacle | null {
  if (decision.decision === "allow") return null;
  const failed = decision.trace.filter((line) => line.result === "fail");
  const blocking = failed.find(({ check }) => check !== "rationale" && check !== "hold_window");
  if (blocking === undefined) return failed.length > 0 ? null : obstacleOf(decision.reasonCode ?? "INTERNAL");
  const code = blocking.reasonCode ?? decision.reasonCode ?? "INTERNAL";
  return {
    code,
    sentence: `${REASON_CODES[code].sentence} (${blocking.detail})`,
    whoCanLift: blocking.whoCanLift ?? REASON_CODES[code].whoCanLift,
  };
}

/** Answers: does nothing but the limit stand between this person and the execution? Then an exemption could waive it. */
export function isQuotaAlone(actions: readonly OfferedAction[], checks: Checks): boolean {
  const execute = actions.find(({ name }) => name === "execute");
  if (execute?.obstacle?.code !== "QUOTA" || checks.kind !== "known") return false;
  return checks.execute.trace.every(({ check, result }) => result !== "fail" || check === "quota");
}

function obstacleOf(code: ReasonCode): Obstacle {
  const { sentence, whoCanLift } = REASON_CODES[code];
  return { code, sentence, whoCanLift };
}

const ROUTE_OF = {
  approve: "approveProposal",
  reject: "rejectProposal",
  withdraw: "withdrawProposal",
  replan: "planProposal",
  revise: "reviseProposal",
  reopen: "reopenProposal",
  revoke: "revokeProposal",
  execute: "executeProposal",
  rollback: "rollbackProposal",
} as const;

/** Deciding asks for whom the proposal's own rule names, or for whoever covers for them; the rest asks for the route's roles. */
function missingRole(name: ActionName, facts: ActionFacts): Obstacle | null {
  const { me, proposal, nowMs } = facts;
  const routeRoles = API_ROUTES[ROUTE_OF[name]].roles;
  if (!holdsAny(me, routeRoles)) return lacking(isDecision(name) ? decidingRoles(proposal) : routeRoles);
  if (!isDecision(name) || holdsSeat(proposal, me, nowMs)) return null;
  return name === "revoke" && isOwnRequest(facts) ? null : lacking(decidingRoles(proposal));
}

/** Taking an approval back is for those who may decide, and for the request's own chain. */
const isDecision = (name: ActionName): boolean => name === "approve" || name === "reject" || name === "revoke";

function lacking(roles: readonly Role[]): Obstacle {
  const { sentence, whoCanLift } = REASON_CODES.ROLE_MISSING;
  return { code: "ROLE_MISSING", sentence: `${sentence} It needs one of: ${roles.join(", ")}.`, whoCanLift };
}

const isOwnRequest = ({ proposal, me }: ActionFacts): boolean => linkOf(proposal, me.accounts) !== undefined;

const OFFLINE: Obstacle = {
  code: "OFFLINE",
  sentence: "You are offline. Decisions are never queued.",
  whoCanLift: "The network: what you typed is kept until it is back.",
};
const SESSION_EXPIRED: Obstacle = {
  code: "SESSION_EXPIRED",
  sentence: "Your sign-in has ended.",
  whoCanLift: "You: sign in again.",
};
const held = (seconds: number): Obstacle => ({
  code: "HOLD_WINDOW",
  sentence: `Approved a moment ago: it can be executed in ${seconds} s.`,
  whoCanLift: "Nobody needs to. Undo takes the approval back.",
});
const CHECKING: Obstacle = { code: "CHECKING", sentence: "The checks are being read…", whoCanLift: "Nobody needs to." };
const checksUnreadable = (code: string): Obstacle => ({
  code: "CHECKS_UNREADABLE",
  sentence: `The checks could not be read (${code}), and unknown counts as no.`,
  whoCanLift: "You: try again on the Checks tab.",
});
