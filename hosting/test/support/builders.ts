import { POLICY_CHECKS, REASON_CODES } from "@studio-os/functions/contracts";
import type {
  Agent,
  AgentHealth,
  AgentKey,
  AgentVitals,
  DeadLetter,
  ConnectorHealth,
  ApprovalRule,
  ControlState,
  Device,
  FiringLog,
  PolicyDecision,
  Proposal,
  ReasonCode,
  Role,
  StaffEntry,
  TraceLine,
} from "@studio-os/functions/contracts";
import type { HistoryEntry } from "../../src/data/studio-data.js";
import type { Me } from "../../src/views/queue/me.js";

/** The moment at which the builders think it is; scenarios that run in a browser pass the real one. */
export const NOON_MS = Date.parse("2026-11-21T12:00:00.000Z");
export const MINUTE_MS = 60_000;

export const instant = (ms: number): string => new Date(ms).toISOString();
export const hash = (digit: string): string => digit.repeat(64).slice(0, 64);

export const ANA = { uid: "ana", name: "Ana Reyes", email: "ana@clay.test" };

/** The people of the test studio, as its own list has them. */
export const STAFF: readonly StaffEntry[] = [
  listed("ana", "Ana Reyes", ["owner", "approver_admin", "approver", "viewer"], ["office"]),
  listed("bo", "Bo Lindqvist", ["operator", "approver"], ["kilns"]),
  listed("dee", "Dee Admin", ["approver_admin"], ["office"]),
  listed("fin", "Fin Okafor", ["finance"], []),
  listed("omar", "Omar Haddad", ["owner"], ["kilns"]),
  { ...listed("zoe", "Zoe Left", ["operator"], []), disabledAt: "2026-10-01T09:00:00.000Z" },
];

function listed(uid: string, name: string, roles: Role[], groups: string[]): StaffEntry {
  return { uid, name, roles, groups, aliases: [], disabledAt: null };
}

/** Somebody who looks at the screen, with these roles and nothing else. */
export const aMe = (uid: string, roles: readonly Role[], overrides: Partial<Me> = {}): Me => ({
  ...{ uid, name: uid, roles, accounts: [uid], groups: [], covers: [], editorUntil: null },
  ...overrides,
});

/** One approver who is not in the chain decides. */
const RULE: ApprovalRule = {
  when: { riskTier: "low" },
  thresholds: [
    { count: 1, filter: { roles: ["owner", "approver_admin", "approver"], groups: null, distinctGroups: false } },
  ],
  rejectRule: "any",
  selfExclusion: ["requester", "agentOwner", "delegator"],
  decideWithinMs: 72 * 60 * MINUTE_MS,
  approvalTtlMs: 24 * 60 * MINUTE_MS,
  holdMs: 10_000,
  reminderAt: [0.5],
  onTimeout: "deny",
  escalation: null,
};

/** A low-risk proposal of the kiln-room agent that waits for one approval; valid by the contract. */
export function aProposal(overrides: Partial<Proposal> = {}, nowMs = NOON_MS): Proposal {
  const proposalId = overrides.proposalId ?? "p-1";
  return {
    proposalId,
    rev: 1,
    tenantId: "clay",
    capabilityId: "firing.flag",
    capabilityVersion: 1,
    riskTier: "low",
    status: "pending_approval",
    actor: { type: "agent", id: "kiln-room-agent", name: "kiln-room agent", ownerUid: "omar" },
    actChain: [
      { type: "agent", id: "kiln-room-agent", as: "requester" },
      { type: "human", id: "omar", as: "agentOwner" },
    ],
    ownerUid: "omar",
    input: { firingId: "f-70", attention: "room_overheat", note: "Kiln room at 41.2 °C for 12 min" },
    intentHash: hash("a"),
    plan: {
      planId: hash("b"),
      intentHash: hash("a"),
      headline: "Flag “Glaze load 12” on Big Electric: the room is too hot",
      writes: [
        {
          ref: "firings/f-70",
          op: "update",
          fields: [
            {
              path: "attention",
              before: null,
              after: { code: "room_overheat", note: "Kiln room at 41.2 °C for 12 min", proposalId },
              sensitivity: "none",
            },
          ],
        },
      ],
      inverse: [
        {
          ref: "firings/f-70",
          op: "update",
          fields: [{ path: "attention", before: { code: "room_overheat" }, after: null, sensitivity: "none" }],
        },
      ],
      irreversible: [],
      blastRadius: { docs: 1, members: 0, cents: 0, devices: 0 },
      preconditions: [
        {
          ref: "firings/f-70",
          exists: true,
          updateTime: instant(nowMs - 60 * MINUTE_MS),
          fields: ["attention", "kilnName", "status", "title"],
          fieldsHash: hash("c"),
          values: { attention: null, kilnName: "Big Electric", status: "complete", title: "Glaze load 12" },
        },
      ],
      computedAt: instant(nowMs - 4 * MINUTE_MS),
      readTime: instant(nowMs - 4 * MINUTE_MS),
    },
    rationale: "The kiln room has been above 40 °C for 12 minutes and no firing is booked around now.",
    evidence: [
      { kind: "reading", ref: "hubitat:12/temperature", summary: "41.2 °C, 30 s before the request", sha256: null },
      { kind: "rule", ref: "kiln-room-hot", summary: "above 40 °C for 10 min, no firing booked", sha256: hash("d") },
    ],
    createdAt: instant(nowMs - 4 * MINUTE_MS),
    submittedAt: instant(nowMs - 4 * MINUTE_MS),
    expiresAt: instant(nowMs + 42 * MINUTE_MS),
    nextReminderAt: null,
    remindersSent: 0,
    rule: RULE,
    soloMode: null,
    approvalsRequired: 1,
    eligibleApprovers: { count: 2, names: ["Ana Reyes", "Dee Admin"] },
    soloApproved: false,
    reviews: [],
    approvedUntil: null,
    executeNotBefore: null,
    policyId: "default",
    policyVersion: 1,
    delegationId: null,
    exemptionId: null,
    controlEpochSeen: 1,
    duplicates: 0,
    supersededBy: null,
    supersedes: null,
    problem: null,
    execution: null,
    rollback: null,
    auditEventIds: ["ev-1"],
    auditVersion: 1,
    lastEventId: "ev-1",
    updatedAt: instant(nowMs - 4 * MINUTE_MS),
    ...overrides,
  };
}

/** A second kind of proposal: a person's, about a batch, of medium risk. */
export function aNoteProposal(proposalId: string, nowMs: number, overrides: Partial<Proposal> = {}): Proposal {
  const base = aProposal({ proposalId }, nowMs);
  return {
    ...base,
    capabilityId: "batch.opsNote.append",
    riskTier: "medium",
    actor: { type: "human", id: "bo", name: "Bo Lindqvist", roles: ["operator"] },
    actChain: [{ type: "human", id: "bo", as: "requester" }],
    ownerUid: "bo",
    plan: {
      ...base.plan,
      planId: hash("e"),
      headline: "Add a note for staff to batch “Mugs, October”",
      writes: [
        {
          ref: "batches/b-7/opsNotes/n-1",
          op: "create",
          fields: [
            { path: "text", after: "Two mugs have hairline cracks; ask Ines before glazing.", sensitivity: "none" },
            { path: "memberPhone", after: "+1 555 0100", sensitivity: "pii" },
          ],
        },
      ],
      blastRadius: { docs: 1, members: 1, cents: 0, devices: 0 },
    },
    rationale: "Found while loading the bisque kiln this morning.",
    evidence: [],
    expiresAt: instant(nowMs + 26 * 60 * MINUTE_MS),
    ...overrides,
  };
}

export function aControl(overrides: Partial<ControlState> = {}, nowMs = NOON_MS): ControlState {
  return {
    mode: "normal",
    epoch: 1,
    reason: "Opened for the day",
    by: { id: "omar", name: "Omar Haddad" },
    at: instant(nowMs - 5 * 60 * MINUTE_MS),
    scopes: [],
    releaseRequest: null,
    staff: [...STAFF],
    covers: [],
    approvalPolicy: { id: "default", version: 1, rules: [RULE], soloMode: null, editors: [] },
    auditVersion: 1,
    lastEventId: "ev-0",
    updatedAt: instant(nowMs - 5 * 60 * MINUTE_MS),
    ...overrides,
  };
}

export function aDevice(overrides: Partial<Device> = {}, nowMs = NOON_MS): Device {
  return {
    deviceId: "hubitat:12",
    name: "Kiln room climate",
    kind: "climate sensor",
    room: "Kiln room",
    agentId: "kiln-room-agent",
    readings: {
      temperature: {
        value: 41.23,
        unit: "°C",
        observedAt: instant(nowMs - 20_000),
        receivedAt: instant(nowMs - 19_000),
        source: "poll",
        quality: "live",
      },
    },
    lastSeenAt: instant(nowMs - 20_000),
    updatedAt: instant(nowMs - 19_000),
    ...overrides,
  };
}

export function aConnector(overrides: Partial<ConnectorHealth> = {}, nowMs = NOON_MS): ConnectorHealth {
  return {
    agentId: "kiln-room-agent",
    connectorId: "hubitat",
    state: "healthy",
    lastSuccessAt: instant(nowMs - 15_000),
    lastError: null,
    consecutiveFailures: 0,
    reportedAt: instant(nowMs - 10_000),
    receivedAt: instant(nowMs - 9_000),
    ...overrides,
  };
}

export function anEvent(overrides: Partial<HistoryEntry> = {}, nowMs = NOON_MS): HistoryEntry {
  return {
    eventId: "ev-1",
    v: 1,
    canonical: "{}",
    type: "proposal.submitted",
    severity: "info",
    at: instant(nowMs - 4 * MINUTE_MS),
    actorId: "kiln-room-agent",
    actorName: "kiln-room agent",
    actorType: "agent",
    outcome: "done",
    reasonCode: null,
    capabilityId: "firing.flag",
    proposalId: "p-1",
    requestId: "req-1",
    ...overrides,
  };
}

/** A trace in which everything passes, but the checks that are named. */
export function aDecision(failures: Partial<Record<TraceLine["check"], ReasonCode>> = {}): PolicyDecision {
  const trace = POLICY_CHECKS.map((check): TraceLine => {
    const reasonCode = failures[check];
    return reasonCode === undefined
      ? { check, result: "pass", detail: `${check} is in order`, reasonCode: null, whoCanLift: null }
      : {
          check,
          result: "fail",
          detail: `${check} says no`,
          reasonCode,
          whoCanLift: REASON_CODES[reasonCode].whoCanLift,
        };
  });
  const first = trace.find((line) => line.result === "fail");
  return first === undefined
    ? { decision: "allow", reasonCode: null, trace }
    : { decision: "deny", reasonCode: first.reasonCode, trace };
}

/** A firing that is two hours old, with three zones, a gap of a quarter of an hour and one alarm. */
export function aFiringLog(nowMs: number, overrides: Partial<FiringLog> = {}): FiringLog {
  const startMs = nowMs - 120 * MINUTE_MS;
  const column = (degrees: number): (number | null)[] =>
    Array.from({ length: 239 }, (_, slot) => (slot > 120 && slot < 150 ? null : 20 + degrees + slot * 0.9));
  return {
    firingId: "f-1",
    kilnId: "kiln-a",
    kilnName: "L&L eQ2827-3",
    title: "Bisque of the week",
    program: "bisque",
    cone: "04",
    startAt: instant(startMs),
    stepS: 30,
    expected: [
      { offsetS: 0, tempC: 20 },
      { offsetS: 8_080, tempC: 121 },
      { offsetS: 21_600, tempC: 538 },
      { offsetS: 47_000, tempC: 1_063 },
    ],
    zones: { bottom: column(0), middle: column(6), top: column(14) },
    lastSampleAt: instant(nowMs - 30_000),
    alarms: [
      { code: "rate_too_fast", raisedAt: instant(nowMs - 50 * MINUTE_MS), clearedAt: null, value: 108, bound: 67 },
    ],
    status: "running",
    endedAt: null,
    updatedAt: instant(nowMs),
    ...overrides,
  };
}

export const anAgentKey = (overrides: Partial<AgentKey> = {}, nowMs = NOON_MS): AgentKey => ({
  keyId: "1a2b3c4d5e6f7081",
  publicKey: `${"A".repeat(43)}=`,
  notBefore: instant(nowMs - 30 * 24 * 60 * MINUTE_MS),
  notAfter: null,
  revokedAt: null,
  ...overrides,
});

export function anAgent(overrides: Partial<Agent> = {}, nowMs = NOON_MS): Agent {
  return {
    agentId: "kiln-room-agent",
    tenantId: "clay",
    name: "kiln-room agent",
    ownerUid: "ana",
    status: "active",
    keys: [anAgentKey({}, nowMs)],
    enrolledAt: instant(nowMs - 30 * 24 * 60 * MINUTE_MS),
    revokedAt: null,
    auditVersion: 1,
    lastEventId: "ev-agent",
    ...overrides,
  };
}

export const someVitals = (overrides: Partial<AgentVitals> = {}, nowMs = NOON_MS): AgentVitals => ({
  version: "0.1.0",
  startedAt: instant(nowMs - 3 * 24 * 60 * MINUTE_MS),
  clock: { skewMs: 240, uncertaintyMs: 110, measuredAt: instant(nowMs - 3 * MINUTE_MS) },
  waiting: { observations: 0, proposals: 0, bytes: 0 },
  gap: null,
  rules: { count: 4, hasProblem: false },
  ...overrides,
});

export function anAgentHealth(overrides: Partial<AgentHealth> = {}, nowMs = NOON_MS): AgentHealth {
  return {
    agentId: "kiln-room-agent",
    connectors: [aConnector({}, nowMs)],
    vitals: someVitals({}, nowMs),
    vitalsAt: instant(nowMs - 2 * MINUTE_MS),
    gaps: [],
    availability: "online",
    availableSince: instant(nowMs - 3 * 24 * 60 * MINUTE_MS),
    lastHeardAt: instant(nowMs - 2 * MINUTE_MS),
    ...overrides,
  };
}

/** A message as an agent sends it, refused. `claims` are laid over what it says of itself. */
export function aDeadLetter(overrides: Partial<DeadLetter> = {}, claims: object = {}, nowMs = NOON_MS): DeadLetter {
  const said = {
    v: 1,
    tenantId: "clay",
    agentId: "kiln-room-agent",
    keyId: "1a2b3c4d5e6f7081",
    bootId: "boot-7",
    seq: 4_211,
    sentAt: instant(nowMs - 40 * MINUTE_MS),
    payload: { kind: "observations", devices: [], observations: [{}, {}, {}] },
    signature: "c2ln",
    ...claims,
  };
  const body = JSON.stringify(said);
  return {
    deadLetterId: hash("a"),
    source: "agent-uplink",
    reasonCode: "DELIVERY_EXHAUSTED",
    detail: "given up after 5 deliveries",
    body: btoa(body),
    bodySha256: hash("a"),
    bodyBytes: body.length,
    isTruncated: false,
    messageId: "m-1",
    deliveryAttempt: 5,
    firstSeenAt: instant(nowMs - 39 * MINUTE_MS),
    lastSeenAt: instant(nowMs - 39 * MINUTE_MS),
    occurrences: 1,
    redrivenAt: null,
    acceptedAt: null,
    ...overrides,
  };
}
