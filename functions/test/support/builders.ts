import { REGISTRY } from "../../src/capabilities/registry.js";
import type { AnyCapability } from "../../src/capabilities/registry.js";
import { toDocument } from "../../src/commit/document-change.js";
import {
  Agent,
  Batch,
  ControlState,
  Delegation,
  Exemption,
  Firing,
  Order,
  Proposal,
  ROLES,
  Reservation,
} from "../../src/contracts/index.js";
import type {
  AgentActor,
  ApprovalRule,
  HumanActor,
  JsonObject,
  Plan,
  Review,
  Role,
  StaffEntry,
} from "../../src/contracts/index.js";
import { DEFAULT_APPROVAL_POLICY } from "../../src/policy/approval-policy.js";
import { planEffect } from "../../src/proposals/plan-effect.js";
import { HOUR, NOW, later, sha256 } from "./fake-means.js";

export const TENANT_ID = "kiln-house";

export const aPerson = (id: string, roles: readonly Role[], name = id): HumanActor => ({
  type: "human",
  id,
  name,
  roles: [...roles],
});
export const anOwner = (): HumanActor => aPerson("olga", ["owner"], "Olga Owner");
export const anotherOwner = (): HumanActor => aPerson("omar", ["owner"], "Omar Owner");
export const anAdmin = (): HumanActor => aPerson("ada", ["approver_admin"], "Ada Admin");
export const anApprover = (): HumanActor => aPerson("ana", ["approver"], "Ana Approver");
export const anotherApprover = (): HumanActor => aPerson("amir", ["approver"], "Amir Approver");
export const anOperator = (): HumanActor => aPerson("otto", ["operator"], "Otto Operator");
export const aViewer = (): HumanActor => aPerson("vera", ["viewer"], "Vera Viewer");
export const anAgentActor = (): AgentActor => ({ type: "agent", id: "pi-1", name: "Kiln room Pi", ownerUid: "olga" });

/** An enrolled agent that Olga answers for. */
export function anAgent(overrides: Partial<Agent> = {}): Agent {
  return Agent.parse({
    agentId: "pi-1",
    tenantId: TENANT_ID,
    name: "Kiln room Pi",
    ownerUid: "olga",
    status: "active",
    keys: [
      {
        keyId: "0123456789abcdef",
        publicKey: Buffer.alloc(32, 7).toString("base64"),
        notBefore: later(-24 * HOUR),
        notAfter: null,
        revokedAt: null,
      },
    ],
    enrolledAt: later(-24 * HOUR),
    revokedAt: null,
    auditVersion: 1,
    lastEventId: "event-enrolled",
    ...overrides,
  });
}

/** What Olga lent her agent for a month: everything that agents may ask for. */
export function aDelegation(overrides: Partial<Delegation> = {}): Delegation {
  return Delegation.parse({
    delegationId: "lent-1",
    tenantId: TENANT_ID,
    delegator: "olga",
    delegate: "pi-1",
    depth: 1,
    scopes: ["firing.flag"],
    resourceRefs: [],
    constraints: { maxAmountCents: null, maxPerDay: null },
    issuedAt: later(-24 * HOUR),
    expiresAt: later(29 * 24 * HOUR),
    revokedAt: null,
    revokedBy: null,
    revokeEpoch: null,
    auditVersion: 1,
    lastEventId: "event-lent",
    ...overrides,
  });
}

/** Omar's leave to do without a second approver, once, for one of Olga's firings. */
export function anExemption(overrides: Partial<Exemption> = {}): Exemption {
  return Exemption.parse({
    exemptionId: "waived-1",
    tenantId: TENANT_ID,
    capabilityId: "firing.flag",
    ownerUid: "olga",
    resourceRef: null,
    constraint: { maxAmountCents: null },
    waives: ["second_approver"],
    ticketRef: "log book, page 12",
    grantedBy: "omar",
    startsAt: later(-HOUR),
    expiresAt: later(HOUR),
    maxUses: 1,
    uses: 0,
    revokedAt: null,
    revokedBy: null,
    controlEpoch: 2,
    auditVersion: 1,
    lastEventId: "event-waived",
    ...overrides,
  });
}

/** A person of this studio's staff list, with the roles that they sign in with. */
export const listed = ({ id, name, roles }: HumanActor): StaffEntry => ({
  uid: id,
  name,
  roles: [...roles],
  groups: [],
  aliases: [],
  disabledAt: null,
});

/** Everybody who acts in these tests. */
export const theStaff = (): StaffEntry[] =>
  [
    anOwner(),
    aPerson("omar", ["owner", "approver_admin"], "Omar Owner"),
    anAdmin(),
    anApprover(),
    anotherApprover(),
    anOperator(),
    aViewer(),
    aPerson("fi", ["finance", "owner"]),
    aPerson("vi", ["viewer"]),
    aPerson("rolf", ROLES),
  ].map(listed);

/** A kill switch that lets everything through, and the whole staff on its list. */
export function aControl(overrides: Partial<ControlState> = {}): ControlState {
  return ControlState.parse({
    mode: "normal",
    epoch: 1,
    reason: "Opened for the day's work.",
    by: { id: "olga", name: "Olga Owner" },
    at: NOW,
    scopes: [],
    releaseRequest: null,
    staff: theStaff(),
    covers: [],
    approvalPolicy: DEFAULT_APPROVAL_POLICY,
    auditVersion: 1,
    lastEventId: "event-control",
    updatedAt: NOW,
    ...overrides,
  });
}

/** A firing that ended an hour ago and carries no flag. */
export function aFiring(overrides: Partial<Firing> = {}): Firing {
  return Firing.parse({
    firingId: "f-1",
    kilnId: "k-1",
    kilnName: "Big Bertha",
    title: "Cone 6 glaze",
    program: "glaze",
    cone: "6",
    status: "complete",
    startAt: later(-12 * HOUR),
    endAt: later(-HOUR),
    peakTempC: 1222,
    batchIds: [],
    faultNote: null,
    attention: null,
    ...overrides,
  });
}

/** An open batch of mugs. */
export function aBatch(overrides: Partial<Batch> = {}): Batch {
  return Batch.parse({
    batchId: "b-1",
    title: "Autumn mugs",
    ownerMemberId: "m-1",
    ownerName: "Mia Member",
    state: "staged",
    isClosed: false,
    kilnId: null,
    firingId: null,
    halfShelves: 2,
    pieceCount: 12,
    clayBody: "Stoneware",
    cone: "6",
    estimatedCostCents: 4_800,
    createdAt: later(-72 * HOUR),
    updatedAt: later(-24 * HOUR),
    closedAt: null,
    ...overrides,
  });
}

/** A confirmed-to-be reservation of Mia's for tomorrow. */
export function aReservation(overrides: Partial<Reservation> = {}): Reservation {
  return Reservation.parse({
    reservationId: "r-1",
    ownerMemberId: "m-1",
    ownerName: "Mia Member",
    kilnId: "k-1",
    firingType: "bisque",
    status: "requested",
    shelfEquivalent: 1,
    windowStartAt: later(24 * HOUR),
    windowEndAt: later(72 * HOUR),
    linkedBatchId: null,
    estimatedCostCents: 3_000,
    createdAt: later(-24 * HOUR),
    updatedAt: later(-24 * HOUR),
    ...overrides,
  });
}

/** Mia's paid order of clay, which nobody has reconciled. */
export function anOrder(overrides: Partial<Order> = {}): Order {
  return Order.parse({
    orderId: "o-1",
    memberId: "m-1",
    memberName: "Mia Member",
    items: [{ sku: "clay-25", name: "B-Mix 25 lb", quantity: 1, unitPriceCents: 4_000 }],
    totalCents: 4_000,
    currency: "USD",
    status: "paid",
    createdAt: later(-48 * HOUR),
    paidAt: later(-47 * HOUR),
    ...overrides,
  });
}

export function capabilityOf(id: string): AnyCapability {
  const capability = REGISTRY.get(id);
  if (capability === undefined) throw new Error(`the registry has no ${id}`);
  return capability;
}

/** Documents as one transaction read them, keyed by their path relative to the tenant. */
export const documentsOf = (documents: Readonly<Record<string, JsonObject | null>>): Parameters<typeof planEffect>[1] =>
  new Map(
    Object.entries(documents).map(([ref, data]) => [
      ref,
      { path: `tenants/${TENANT_ID}/${ref}`, data, updateTime: data === null ? null : "2026-01-01T00:00:00.000001Z" },
    ]),
  );

export const FLAG_INPUT = { firingId: "f-1", attention: "room_overheat", note: "41 degrees in the kiln room" } as const;

/** The plan of flagging `aFiring`, as the server would compute it. */
function aPlan(): Plan {
  const planned = planEffect(
    {
      tenantId: TENANT_ID,
      ownerUid: "olga",
      capability: capabilityOf("firing.flag"),
      input: FLAG_INPUT,
      context: { proposalId: "p-1", requestedBy: "Kiln room Pi", requesterId: "pi-1", plannedAt: NOW },
      now: NOW,
      sha256,
    },
    documentsOf({ "firings/f-1": toDocument(aFiring()) }),
  );
  if (planned.kind === "refused") throw new Error(`no plan: ${planned.detail}`);
  return planned.plan;
}

/** The rule that the default policy has for low risk. */
export function lowRule(overrides: Partial<ApprovalRule> = {}): ApprovalRule {
  const [rule] = DEFAULT_APPROVAL_POLICY.rules;
  if (rule === undefined) throw new Error("the default policy has no rule");
  return { ...rule, ...overrides };
}

/** The same rule, asking for this many people. */
export const ruleOf = (count: number, roles: Role[] = ["owner", "approver_admin", "approver"]): ApprovalRule =>
  lowRule({ thresholds: [{ count, filter: { roles, groups: null, distinctGroups: false } }] });

/** A low-risk proposal of Olga's agent that waits for approval: everything in it fits together. */
export function aProposal(overrides: Partial<Proposal> = {}): Proposal {
  const plan = aPlan();
  return Proposal.parse({
    proposalId: "p-1",
    rev: 1,
    tenantId: TENANT_ID,
    capabilityId: "firing.flag",
    capabilityVersion: 1,
    riskTier: "low",
    status: "pending_approval",
    actor: anAgentActor(),
    actChain: [
      { type: "agent", id: "pi-1", as: "requester" },
      { type: "human", id: "olga", as: "agentOwner", delegationId: "lent-1" },
    ],
    ownerUid: "olga",
    input: FLAG_INPUT,
    intentHash: plan.intentHash,
    plan,
    rationale: "The room has been above 40 degrees for ten minutes.",
    evidence: [],
    createdAt: NOW,
    submittedAt: NOW,
    expiresAt: later(72 * HOUR),
    nextReminderAt: later(36 * HOUR),
    remindersSent: 0,
    rule: lowRule(),
    soloMode: null,
    approvalsRequired: 1,
    eligibleApprovers: { count: 4, names: ["Omar Owner", "Ana Approver", "Amir Approver", "rolf"] },
    soloApproved: false,
    reviews: [],
    approvedUntil: null,
    executeNotBefore: null,
    policyId: "default",
    policyVersion: 1,
    delegationId: "lent-1",
    exemptionId: null,
    controlEpochSeen: 2,
    duplicates: 0,
    supersededBy: null,
    supersedes: null,
    problem: null,
    execution: null,
    rollback: null,
    auditEventIds: ["event-submitted"],
    auditVersion: 1,
    lastEventId: "event-submitted",
    updatedAt: NOW,
    ...overrides,
  });
}

/** Ana's approval of `aPlan` at revision 1. */
export function aReview(overrides: Partial<Review> = {}): Review {
  return {
    reviewer: { id: "ana", name: "Ana Approver" },
    decision: "approve",
    rev: 1,
    planId: aPlan().planId,
    reasonCode: "looks_right",
    rationale: "",
    at: NOW,
    for: null,
    isSolo: false,
    voidedAt: null,
    ...overrides,
  };
}

/** `aProposal` after Ana approved it. */
export const anApprovedProposal = (overrides: Partial<Proposal> = {}): Proposal =>
  aProposal({ rev: 2, status: "approved", reviews: [aReview()], approvedUntil: later(24 * HOUR), ...overrides });
