import type { ApprovalPolicy, ApprovalRule, ControlState, Proposal, QuotaState } from "@studio-os/functions/contracts";
import type { Live } from "../../src/data/live.js";
import { aControl, aProposal, instant, MINUTE_MS, STAFF } from "./builders.js";
import type { MemoryWorld } from "./memory-studio.js";

const HOUR_MS = 60 * MINUTE_MS;
const ready = <T>(value: T): Live<T> => ({ state: "ready", value, isFromCache: false, confirmedAtMs: Date.now() });

/** The parts of a world that the approval engine's screens show. */
type Engine = Pick<MemoryWorld, "policies" | "quotas" | "digests" | "notices" | "records" | "silent">;

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

export const emptyEngine = (nowMs: number): Engine & Pick<MemoryWorld, "control"> => ({
  ...engine(nowMs),
  policies: ready({ items: [], unreadable: [] }),
  quotas: ready({ items: [], unreadable: [] }),
  digests: ready({ items: [], unreadable: [] }),
  notices: ready({ items: [], unreadable: [] }),
  control: { kind: "found", value: { ...aControl({}, nowMs), covers: [], scopes: [] } },
});

export const loadingEngine = (): Engine => ({
  policies: { state: "loading" },
  quotas: { state: "loading" },
  digests: { state: "loading" },
  notices: { state: "loading" },
  records: { firings: { state: "loading" } },
  silent: ["listCapabilities", "reportQuotas"],
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
