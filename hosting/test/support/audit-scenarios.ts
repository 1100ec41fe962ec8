import { canonicalJson } from "@studio-os/functions/canonical-json";
import { AuditEvent } from "@studio-os/functions/contracts";
import type { Actor, AuditPayload } from "@studio-os/functions/contracts";
import type { HistoryEntry } from "../../src/data/studio-data.js";
import { sha256Hex } from "../../src/views/audit/browser-crypto.js";
import { MINUTE_MS, instant } from "./builders.js";
import { EMPTY_RECORD } from "./memory-audit.js";
import { someExports } from "./memory-exports.js";
import type { MemoryRecord } from "./memory-audit.js";

const ROBOT: Actor = { type: "agent", id: "kiln-room-agent", name: "kiln-room agent", ownerUid: "omar" };
const ANA: Actor = { type: "human", id: "ana", name: "Ana Reyes", roles: ["owner", "approver"] };
const BO: Actor = { type: "human", id: "bo", name: "Bo Lindqvist", roles: ["approver_admin"] };
const SWEEP: Actor = { type: "system", id: "expiry-sweep", name: "Expiry sweep" };
const CHAIN: AuditEvent["actChain"] = [
  { type: "agent", id: "kiln-room-agent", as: "requester" },
  { type: "human", id: "omar", as: "agentOwner" },
];
const WORDS: AuditPayload = {
  salt: "5".repeat(32),
  payload: { rationale: "The sensor in the room agrees with the agent <img src=x onerror=alert(1)>." },
};

type Draft = Pick<AuditEvent, "type" | "actor"> & Partial<AuditEvent>;

/** An event as it is stored: canonical bytes, and the copies that are searched by. */
export function aStoredEvent(draft: Draft, stored: Partial<HistoryEntry> = {}): HistoryEntry {
  const event = AuditEvent.parse({
    v: 1,
    eventId: "ev-x",
    tenantId: "clay",
    severity: draft.outcome === "refused" ? "warning" : "info",
    at: instant(0),
    actChain: [],
    outcome: "done",
    reasonCode: null,
    capabilityId: null,
    proposalId: null,
    executionId: null,
    idempotencyKeyHash: null,
    inputHash: null,
    outputHash: null,
    resourceRefs: [],
    payloadHash: null,
    controlEpoch: 1,
    policyVersion: 1,
    requestId: "request-1",
    data: {},
    nonce: "0".repeat(32),
    ...draft,
  });
  return {
    v: 1,
    canonical: canonicalJson(event),
    eventId: event.eventId,
    type: event.type,
    severity: event.severity,
    at: event.at,
    actorId: event.actor.id,
    actorName: event.actor.name,
    actorType: event.actor.type,
    outcome: event.outcome,
    reasonCode: event.reasonCode,
    capabilityId: event.capabilityId,
    proposalId: event.proposalId,
    requestId: event.requestId,
    ...stored,
  };
}

/** A morning: an agent asks, somebody may not decide, somebody does, a stop, and what a job did by itself. */
export function aMorning(nowMs: number): readonly HistoryEntry[] {
  const about = { capabilityId: "firing.flag", proposalId: "p-1", actChain: CHAIN } as const;
  const payloadHash = sha256Hex(WORDS.salt + canonicalJson(WORDS.payload));
  const drafts: readonly (Draft & { readonly agoMin: number })[] = [
    {
      agoMin: 90,
      type: "tenant.created",
      actor: { type: "system", id: "platform", name: "Studio OS" },
      data: { name: "Clay Street Studio" },
    },
    { agoMin: 80, type: "control.released", actor: ANA, severity: "notice", requestId: "req-open" },
    {
      ...about,
      agoMin: 42,
      type: "proposal.submitted",
      actor: ROBOT,
      requestId: "env-77",
      payloadHash,
      inputHash: "a".repeat(64),
      resourceRefs: [{ path: "proposals/p-1", auditVersion: 1 }],
      data: { riskTier: "low", eligibleApprovers: 2 },
    },
    {
      ...about,
      agoMin: 30,
      type: "proposal.refused",
      actor: BO,
      outcome: "refused",
      reasonCode: "SELF_APPROVAL",
      requestId: "req-2",
      data: { operation: "approve" },
    },
    {
      ...about,
      agoMin: 12,
      type: "proposal.approved",
      actor: ANA,
      requestId: "req-3",
      payloadHash,
      resourceRefs: [{ path: "proposals/p-1", auditVersion: 2 }],
    },
    {
      ...about,
      agoMin: 11,
      type: "proposal.executed",
      actor: ANA,
      severity: "notice",
      requestId: "req-4",
      outputHash: "c".repeat(64),
      resourceRefs: [
        { path: "firings/f-70", auditVersion: 4 },
        { path: "proposals/p-1", auditVersion: 3 },
      ],
    },
    {
      agoMin: 11,
      type: "quota.reset",
      actor: ANA,
      severity: "notice",
      requestId: "req-4",
      resourceRefs: [{ path: "quotas/default.actor.ana", auditVersion: 2 }],
    },
    {
      agoMin: 6,
      type: "proposal.expired",
      actor: SWEEP,
      proposalId: "p-9",
      capabilityId: "batch.opsNote.append",
      requestId: "job-expirySweep.1",
    },
    {
      agoMin: 3,
      type: "control.engaged",
      actor: BO,
      severity: "alarm",
      requestId: "req-5",
      data: { mode: "stopped" },
      payloadHash,
    },
  ];
  return drafts.map(({ agoMin, ...draft }, index) =>
    aStoredEvent(
      { ...draft, eventId: `ev-${index}`, at: instant(nowMs - agoMin * MINUTE_MS + index) },
      index < 7 ? { seq: index } : { pending: true },
    ),
  );
}

const SHUT = {
  state: "failed",
  code: "PERMISSION_DENIED",
  message: "Your role does not open this.",
  requestId: null,
} as const;

/** One world of the record per state that its screen must have. */
export type RecordName = "morning" | "none" | "unread" | "shut" | "long" | "altered";

export function recordOf(name: RecordName, nowMs: number): MemoryRecord {
  const entries = aMorning(nowMs);
  const morning = { ...EMPTY_RECORD, entries, words: { "ev-2": WORDS }, exports: someExports(nowMs) };
  switch (name) {
    case "morning":
      return morning;
    case "none":
      return EMPTY_RECORD;
    case "unread":
      return { ...EMPTY_RECORD, state: "loading", exports: { state: "loading" } };
    case "shut":
      return { ...EMPTY_RECORD, state: "failed", exports: SHUT };
    case "long":
      return {
        ...morning,
        olderFailures: 1,
        entries: Array.from({ length: 120 }, (_, index) => numbered(index, nowMs)),
        unreadable: [{ id: "ev-broken", problem: "severity: Invalid option" }],
      };
    case "altered":
      return {
        ...morning,
        entries: entries.map((entry) => (entry.eventId === "ev-5" ? { ...entry, actorName: "Bo Lindqvist" } : entry)),
        words: { "ev-2": { ...WORDS, payload: { rationale: "Something else." } } },
      };
  }
}

const numbered = (index: number, nowMs: number): HistoryEntry =>
  aStoredEvent(
    {
      type: "proposal.approval_counted",
      actor: index % 2 === 0 ? ANA : BO,
      eventId: `ev-${String(index).padStart(3, "0")}`,
      proposalId: `p-${index}`,
      capabilityId: "firing.flag",
      requestId: `req-${index}`,
      at: instant(nowMs - (index + 1) * MINUTE_MS),
    },
    { seq: 119 - index },
  );
