import type {
  ApprovalPolicy,
  ApprovalRule,
  ControlState,
  Delegation,
  Exemption,
  Proposal,
  QuotaState,
} from "@studio-os/functions/contracts";
import type { Live } from "../../src/data/live.js";
import { aControl, aNoteProposal, aProposal, instant, MINUTE_MS, STAFF } from "./builders.js";
import type { MemoryWorld } from "./memory-studio.js";

const HOUR_MS = 60 * MINUTE_MS;
const ready = <T>(value: T): Live<T> => ({ state: "ready", value, isFromCache: false, confirmedAtMs: Date.now() });

/** The parts of a world that the approval engine's screens show. */
type Engine = Pick<
  MemoryWorld,
  "policies" | "quotas" | "digests" | "notices" | "records" | "silent" | "delegations" | "exemptions"
>;

const LOW = aProposal().rule;
const HIGH: ApprovalRule = {
  ...LOW,
  when: { riskTier: "high" },
  thresholds: [
    { count: 1, filter: { roles: ["approver_admin"], groups: null, distinctGroups: false } },
    { count: 2, filter: { roles: ["owner", "approver"], groups: ["office", "kilns"], distinctGroups: true } },
  ],
  holdMs: 0,
  decideWithinMs: 24 * HOUR_MS,
  approvalTtlMs: HOUR_MS / 2,
  escalation: { afterShare: 0.8, to: "approver_admin" },
};

function aPolicy(version: number, nowMs: number): ApprovalPolicy {
  const rest = [
    { ...LOW, when: { riskTier: "medium" as const } },
    HIGH,
    { ...HIGH, when: { riskTier: "physical" as const } },
  ];
  const low = version === 1 ? LOW : { ...LOW, decideWithinMs: 48 * HOUR_MS };
  const editors = version === 1 ? [] : [{ uid: "omar", excludedUntil: instant(nowMs + 20 * HOUR_MS) }];
  return { id: "default", version, rules: [low, ...rest], soloMode: null, editors };
}

export const anEngineControl = (nowMs: number): ControlState =>
  aControl(
    {
      approvalPolicy: aPolicy(2, nowMs),
      covers: [
        aCover("c-1", "dee", "bo", nowMs - HOUR_MS, nowMs + 30 * HOUR_MS),
        aCover("c-0", "omar", "ana", nowMs - 80 * HOUR_MS, nowMs - 20 * HOUR_MS),
      ],
      scopes: [
        {
          kind: "capability",
          id: "announcement.draft.store",
          mode: "read_only",
          reason: "Two drafts had the wrong prices in them",
          by: { id: "bo", name: "Bo Lindqvist" },
          at: instant(nowMs - 3 * HOUR_MS),
          until: instant(nowMs + 5 * HOUR_MS),
          releaseRequest: {
            by: { id: "dee", name: "Dee Admin" },
            at: instant(nowMs - MINUTE_MS),
            reason: "The prices are right again",
          },
        },
      ],
    },
    nowMs,
  );

/** Ana is an operator and nothing else, and covers for Dee. */
export const coverOnly = (nowMs: number): MemoryWorld["control"] => ({
  kind: "found",
  value: {
    ...anEngineControl(nowMs),
    staff: STAFF.map((entry) => (entry.uid === "ana" ? { ...entry, roles: ["operator"] } : entry)),
    covers: [aCover("c-2", "dee", "ana", nowMs - HOUR_MS, nowMs + HOUR_MS)],
  },
});

const aCover = (
  coverId: string,
  from: string,
  to: string,
  startMs: number,
  endMs: number,
): ControlState["covers"][number] => ({
  ...{ coverId, from, to, capabilityIds: null },
  startsAt: instant(startMs),
  endsAt: instant(endMs),
  by: { id: from, name: from },
  at: instant(startMs),
});

export function engine(nowMs: number): Engine {
  const notice = (eventId: string, type: "proposal.executed" | "proposal.rejected", minutes: number) => ({
    ...{ eventId, tenantId: "clay", type, proposalId: eventId === "n-1" ? "p-done" : "p-gone" },
    at: instant(nowMs - minutes * MINUTE_MS),
    actorId: "bo",
    recipients: ["ana"],
    receivedAt: instant(nowMs - minutes * MINUTE_MS),
  });
  return {
    policies: ready({ items: [aPolicy(2, nowMs), aPolicy(1, nowMs)], unreadable: [] }),
    quotas: ready({
      items: [
        aQuota("attention", "kiln-room-agent", 10, nowMs),
        aQuota("members", "bo", 26, nowMs),
        aQuota("default", "omar", 7, nowMs),
      ],
      unreadable: [{ id: "money.actor.x", problem: "hits: Invalid input" }],
    }),
    digests: ready({
      items: [
        {
          agentId: "kiln-room-agent",
          agentName: "kiln-room agent",
          day: instant(nowMs).slice(0, 10),
          held: ["p-draft", "p-held-2"].map((proposalId, index) => ({
            proposalId,
            intentHash: String(index).repeat(64),
            capabilityId: "firing.flag",
            headline: `Flag “Glaze load ${index + 12}”: the room is too hot`,
            at: instant(nowMs - (index + 3) * MINUTE_MS),
          })),
          total: 5,
          auditVersion: 2,
          lastEventId: "ev-d",
          updatedAt: instant(nowMs - 3 * MINUTE_MS),
        },
      ],
      unreadable: [],
    }),
    notices: ready({
      items: [notice("n-1", "proposal.executed", 9), notice("n-2", "proposal.rejected", 700)],
      unreadable: [],
    }),
    records: {
      firings: ready([
        { id: "f-70", label: "Glaze load 12 · Big Electric · 2026-11-20 · complete" },
        { id: "f-71", label: "Bisque 4 · Small Electric · 2026-11-19 · complete" },
      ]),
      batches: ready([{ id: "b-7", label: "Mugs, October · Ines · staged" }]),
    },
    silent: [],
    delegations: ready({ items: someGrants(nowMs), unreadable: [{ id: "d-odd", problem: "scopes: Too small" }] }),
    exemptions: ready({ items: someExemptions(nowMs), unreadable: [{ id: "x-odd", problem: "waives: Too small" }] }),
  };
}

function aQuota(quotaId: string, value: string, hits: number, nowMs: number): QuotaState {
  return {
    ...{ quotaId, key: "actor" as const, value },
    hits: Array.from({ length: hits }, (_, index) => instant(nowMs - (hits - index) * MINUTE_MS)),
    auditVersion: hits,
    lastEventId: "ev-q",
    updatedAt: instant(nowMs),
  };
}

export function aGrant(overrides: Partial<Delegation>, nowMs: number): Delegation {
  return {
    ...{ delegationId: "d-1", tenantId: "clay", delegator: "ana", delegate: "kiln-room-agent", depth: 1 },
    ...{ scopes: ["firing.flag"], resourceRefs: [], constraints: { maxAmountCents: null, maxPerDay: null } },
    issuedAt: instant(nowMs - HOUR_MS),
    expiresAt: instant(nowMs + 7 * HOUR_MS),
    ...{ revokedAt: null, revokedBy: null, revokeEpoch: null, auditVersion: 1, lastEventId: "ev-d" },
    ...overrides,
  };
}

/** One that counts, one whose giver lost the right, one of a revoked agent, one taken back, one that is over. */
const someGrants = (nowMs: number): Delegation[] => [
  aGrant(
    { resourceRefs: ["firings/f-70", "firings/f-71"], constraints: { maxAmountCents: 2_500, maxPerDay: 12 } },
    nowMs,
  ),
  aGrant({ delegationId: "d-2", delegator: "fin" }, nowMs),
  aGrant({ delegationId: "d-3", delegator: "bo", delegate: "old-agent" }, nowMs),
  aGrant({ delegationId: "d-4", delegator: "bo", revokedAt: instant(nowMs - HOUR_MS / 2), revokedBy: "omar" }, nowMs),
  aGrant({ delegationId: "d-5", expiresAt: instant(nowMs - HOUR_MS / 2) }, nowMs),
];

export function anExemption(overrides: Partial<Exemption>, nowMs: number): Exemption {
  return {
    ...{ exemptionId: "x-1", tenantId: "clay", capabilityId: "batch.opsNote.append", ownerUid: "bo" },
    ...{ resourceRef: null, constraint: { maxAmountCents: null }, waives: ["second_approver"] },
    ...{ ticketRef: "Log book, page 12", grantedBy: "omar", startsAt: instant(nowMs - HOUR_MS) },
    expiresAt: instant(nowMs + 5 * HOUR_MS),
    ...{ maxUses: 2, uses: 0, revokedAt: null, revokedBy: null, controlEpoch: 1, auditVersion: 1, lastEventId: "ev-x" },
    ...overrides,
  };
}

/** One that counts for the high-risk proposal, and one in every other phase. */
const someExemptions = (nowMs: number): Exemption[] => [
  anExemption({}, nowMs),
  anExemption(
    {
      ...{ exemptionId: "x-2", capabilityId: "firing.flag", ownerUid: null, resourceRef: "firings/f-70" },
      ...{ waives: ["quota"], constraint: { maxAmountCents: 2_500 }, startsAt: instant(nowMs + HOUR_MS) },
    },
    nowMs,
  ),
  anExemption({ exemptionId: "x-3", uses: 2, ticketRef: "Letter of 3 November" }, nowMs),
  anExemption({ exemptionId: "x-4", controlEpoch: 0, ticketRef: "Before the stop" }, nowMs),
  anExemption({ exemptionId: "x-5", revokedAt: instant(nowMs - HOUR_MS / 2), revokedBy: "dee" }, nowMs),
  anExemption(
    { exemptionId: "x-6", expiresAt: instant(nowMs - HOUR_MS / 2), waives: ["quota", "intake_review"] },
    nowMs,
  ),
];

export const emptyEngine = (nowMs: number): Engine & Pick<MemoryWorld, "control" | "agents"> => ({
  ...engine(nowMs),
  policies: ready({ items: [], unreadable: [] }),
  quotas: ready({ items: [], unreadable: [] }),
  digests: ready({ items: [], unreadable: [] }),
  notices: ready({ items: [], unreadable: [] }),
  delegations: ready({ items: [], unreadable: [] }),
  exemptions: ready({ items: [], unreadable: [] }),
  agents: ready({ items: [], unreadable: [] }),
  control: { kind: "found", value: { ...aControl({}, nowMs), covers: [], scopes: [] } },
});

export const loadingEngine = (): Engine & Pick<MemoryWorld, "agents"> => ({
  policies: { state: "loading" },
  quotas: { state: "loading" },
  digests: { state: "loading" },
  notices: { state: "loading" },
  agents: { state: "loading" },
  delegations: { state: "loading" },
  exemptions: { state: "loading" },
  records: { firings: { state: "loading" } },
  silent: ["listCapabilities", "reportQuotas"],
});

/** One that two people have to approve, one that only the limit holds back, and one that was approved by one person less. */
export const exempt = (nowMs: number): Proposal[] => [
  aNoteProposal("p-two", nowMs, {
    rule: { ...HIGH, thresholds: [{ count: 2, filter: { roles: ["owner"], groups: null, distinctGroups: false } }] },
    approvalsRequired: 2,
  }),
  aProposal({ proposalId: "p-full", status: "approved", approvedUntil: instant(nowMs + HOUR_MS) }, nowMs),
  aNoteProposal("p-eased", nowMs, {
    ...{ status: "approved", approvalsRequired: 2, exemptionId: "x-1", approvedUntil: instant(nowMs + HOUR_MS) },
  }),
];

export const exemptionsInUse = (nowMs: number): Engine["exemptions"] =>
  ready({
    items: [
      anExemption({}, nowMs),
      anExemption({ exemptionId: "x-own", grantedBy: "ana", ticketRef: "Ana’s own" }, nowMs),
      anExemption(
        {
          ...{ exemptionId: "x-limit", capabilityId: "firing.flag", ownerUid: null, resourceRef: "firings/f-70" },
          ...{ waives: ["quota"], ticketRef: "Ticket 41", grantedBy: "dee", maxUses: 5, uses: 1 },
        },
        nowMs,
      ),
    ],
    unreadable: [],
  });

/** Approved a moment ago, and held for a while yet. */
export const held = (nowMs: number): Proposal =>
  aProposal(
    {
      proposalId: "p-held",
      status: "approved",
      rule: { ...LOW, holdMs: 10 * MINUTE_MS },
      approvedUntil: instant(nowMs + HOUR_MS),
      executeNotBefore: instant(nowMs + 8 * MINUTE_MS),
    },
    nowMs,
  );
