import {
  aControl,
  aDelegation,
  aProposal,
  anAdmin,
  anApprovedProposal,
  anApprover,
  anOwner,
  capabilityOf,
} from "./builders.js";
import { NOW, later } from "./fake-means.js";
import type { ControlReadings } from "../../src/policy/control.js";
import type { PolicyFacts, PolicyOperation, ProposalFacts } from "../../src/policy/facts.js";

export const { metadata } = capabilityOf("firing.flag");
export const readable: ControlReadings = {
  global: { kind: "read", state: aControl() },
  tenant: { kind: "read", state: aControl() },
};
export const tenantControl = (overrides: Parameters<typeof aControl>[0]): ControlReadings => ({
  ...readable,
  tenant: { kind: "read", state: aControl(overrides) },
});

function proposalFacts(overrides: Partial<ProposalFacts> = {}, from = aProposal()): ProposalFacts {
  const { proposalId, tenantId, rev, status, riskTier, actChain, expiresAt, plan } = from;
  const { capabilityId, submittedAt, rule, soloMode, reviews, approvedUntil, executeNotBefore, controlEpochSeen } =
    from;
  const derived = {
    planId: plan.planId,
    docs: plan.writes.length,
    ownerUid: from.ownerUid,
    targets: plan.writes.map(({ ref }) => ref),
    cents: plan.blastRadius.cents,
    connectorIds: [],
    isConsumed: false,
    isReversible: true,
  };
  const stored = { proposalId, tenantId, rev, status, riskTier, actChain, expiresAt, reviews };
  const decided = { capabilityId, submittedAt, rule, soloMode, approvedUntil, executeNotBefore, controlEpochSeen };
  return { ...stored, ...decided, ...derived, ...overrides };
}

const ACTORS: Partial<Record<PolicyOperation, ReturnType<typeof anOwner>>> = {
  withdraw: anOwner(),
  revise: anOwner(),
  reopen: anAdmin(),
};

/** Facts under which the operation is allowed; a test changes the one that it is about. */
export function allowed(operation: PolicyOperation, overrides: Partial<PolicyFacts> = {}): PolicyFacts {
  const stored = {
    submit: null,
    plan: proposalFacts(),
    revise: proposalFacts(),
    approve: proposalFacts(),
    reject: proposalFacts(),
    reopen: proposalFacts({ status: "rejected" }),
    withdraw: proposalFacts(),
    revoke: proposalFacts({}, anApprovedProposal()),
    execute: proposalFacts({}, anApprovedProposal()),
    rollback: proposalFacts({ status: "executed", isConsumed: true }, anApprovedProposal()),
  }[operation];
  const looked = {
    ifRev: stored?.rev ?? 0,
    planId: stored?.planId ?? null,
    rationale: null,
    reasonCode: "looks_right",
  };
  return {
    operation,
    now: NOW,
    tenantId: "kiln-house",
    signedInAt: later(-5 * 60_000),
    actor: ACTORS[operation] ?? anApprover(),
    capability: metadata,
    control: readable,
    proposal: stored,
    foreignRefs: [],
    delegation: LENT,
    exemption: null,
    review: operation === "submit" || operation === "rollback" ? null : looked,
    intent: { stored: "a".repeat(64), recomputed: "a".repeat(64) },
    isRationaleRepeated: operation === "approve" ? false : null,
    quota: operation === "execute" ? QUOTA_LEFT : null,
    staleFields: operation === "execute" ? [] : null,
    ...overrides,
  };
}
const LENT = {
  candidates: [aDelegation()],
  agentId: "pi-1",
  targets: ["firings/f-1"],
  cents: 0,
  usedLastDay: new Map(),
};
export const QUOTA_LEFT = { key: "default.actor.olga", limit: 5, remaining: 1, resetAt: null, retryAfterMs: 0 };
