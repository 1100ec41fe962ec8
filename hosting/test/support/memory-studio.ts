import { REASON_CODES, ApiError } from "@studio-os/functions/contracts";
import type {
  ApiErrorDetails,
  ApiRouteName,
  ApprovalPolicy,
  FiringLog,
  ControlState,
  Delegation,
  DeadLetter,
  Digest,
  Exemption,
  GlobalControlState,
  LegalHolds,
  Device,
  Notice,
  Proposal,
  Purge,
  QuotaState,
  ReasonCode,
  Role,
  RouteBody,
} from "@studio-os/functions/contracts";
import type { Environment } from "../../src/data/config.js";
import type { Feed, Live } from "../../src/data/live.js";
import { createStore } from "../../src/data/store.js";
import type {
  ApiCall,
  ApiFailure,
  Connection,
  ControlPair,
  HistoryEntry,
  Listed,
  One,
  Queue,
  QueueRow,
  RecordChoice,
  RecordCollection,
  Session,
  StudioData,
  StudioFacts,
} from "../../src/data/studio-data.js";
import { ANA, aDecision, instant } from "./builders.js";
import { createMemoryAudit } from "./memory-audit.js";
import type { MemoryRecord, RecordControls } from "./memory-audit.js";
import { ENGINE_ROUTES, engineAnswer } from "./memory-engine.js";
import type { Server } from "./memory-engine.js";
import { createMemoryDevices } from "./memory-devices.js";
import type { DeviceControls, MemoryDevices } from "./memory-devices.js";
import { governanceAnswer } from "./memory-governance.js";

/** What a scenario starts from. */
export interface MemoryWorld extends MemoryDevices {
  readonly environment: Environment;
  readonly session: Session;
  readonly rows: readonly QueueRow[];
  readonly control: One<ControlState>;
  readonly devices: Live<Listed<Device>>;
  readonly firings: Live<Listed<FiringLog>>;
  readonly history: Live<Listed<HistoryEntry>>;
  readonly record: MemoryRecord;
  readonly policies: Live<Listed<ApprovalPolicy>>;
  readonly quotas: Live<Listed<QuotaState>>;
  readonly digests: Live<Listed<Digest>>;
  readonly notices: Live<Listed<Notice>>;
  readonly delegations: Live<Listed<Delegation>>;
  readonly exemptions: Live<Listed<Exemption>>;
  readonly holds: Live<One<LegalHolds>>;
  readonly purges: Live<Listed<Purge>>;
  readonly records: Readonly<Partial<Record<RecordCollection, Live<readonly RecordChoice[]>>>>;
  /** Routes that never answer, to look at what is shown meanwhile. */
  readonly silent: readonly ApiRouteName[];
  readonly queueState: "ready" | "loading" | "failed";
  readonly connection: Connection;
}

interface Failure {
  readonly code: ApiFailure["code"];
  readonly details?: ApiErrorDetails;
}

/** What a test may do to the world while a page shows it. */
export interface MemoryControls extends RecordControls, DeviceControls {
  readonly put: (row: QueueRow) => void;
  readonly setConnection: (connection: Connection) => void;
  readonly expireSession: () => void;
  readonly setControl: (control: One<ControlState>) => void;
  /** The next call of this route fails in this way. */
  readonly failNext: (route: ApiRouteName, failure: Failure) => void;
  /** Every call so far: route, body and key. */
  readonly calls: () => readonly { route: string; body: unknown; key: string | null }[];
  /** How long an answer takes, in milliseconds. */
  readonly setLatency: (ms: number) => void;
}

const PASSWORD = "kiln-and-clay";
const ready = <T>(value: T): Live<T> => ({ state: "ready", value, isFromCache: false, confirmedAtMs: Date.now() });

/** The cockpit's data in memory: a studio that answers like the server does, and breaks when it is told to. */
export function createMemoryStudio(world: MemoryWorld): { data: StudioData; controls: MemoryControls } {
  const session = createStore<Session>(world.session);
  const connection = createStore<Connection>(world.connection);
  const rows = createStore<readonly QueueRow[]>(world.rows);
  const control = createStore<One<ControlState>>(world.control);
  const queueState = createStore(world.queueState);
  const quotas = createStore(world.quotas);
  const delegations = createStore(world.delegations);
  const exemptions = createStore(world.exemptions);
  const holds = createStore(world.holds);
  const words = new Map(Object.entries(world.record.words));
  const failures = new Map<ApiRouteName, Failure>();
  const calls: { route: string; body: unknown; key: string | null }[] = [];
  const devices = createMemoryDevices(world);
  const { audit, requestExport, controls: recordControls } = createMemoryAudit(world.record);
  let latencyMs = 40;

  const put = (row: QueueRow) => rows.set([...rows.getSnapshot().filter(({ id }) => id !== row.id), row]);
  const putProposal = (proposal: Proposal) => {
    const next = { ...proposal, auditVersion: proposal.auditVersion + 1, updatedAt: instant(Date.now()) };
    put({ kind: "proposal", id: proposal.proposalId, proposal: next });
    return next;
  };
  const find = (id: string) => rows.getSnapshot().find((row) => row.id === id);
  const call: ApiCall = async (route, params, body, options) => {
    calls.push({ route, body, key: options?.idempotencyKey ?? null });
    await new Promise((done) => setTimeout(done, latencyMs));
    if (world.silent.includes(route)) await new Promise(() => undefined);
    const failure = failures.get(route);
    if (failure !== undefined) {
      failures.delete(route);
      return { kind: "failed", failure: toFailure(failure) };
    }
    const server: Server = { find, putProposal, control, quotas, delegations, exemptions };
    const outcome =
      (route === "requestExport" ? requestExport(body as RouteBody<"requestExport">) : null) ??
      governanceAnswer({ holds, words }, route, params, body) ??
      (ENGINE_ROUTES.has(route) ? engineAnswer(server, route, params, body) : devices.answer(route, params, body));
    if (outcome !== null && "code" in outcome) return { kind: "failed", failure: toFailure(outcome) };
    const answer = outcome?.answer ?? answerTo(server, route, params, body);
    // The memory studio answers by route name; the type of each answer is the contract's, which tests then rely on.
    return answer === null
      ? { kind: "failed", failure: toFailure({ code: "NOT_FOUND" }) }
      : { kind: "done", answer: answer as never };
  };

  const data: StudioData = {
    environment: world.environment,
    session,
    signIn: (email, password) => {
      if (password !== PASSWORD) {
        return Promise.resolve({ kind: "refused", code: "auth/invalid-credential", message: WRONG_PAIR });
      }
      session.set(signedIn({ clay: ["owner", "approver"] }, email));
      return Promise.resolve({ kind: "done" });
    },
    signOut: () => {
      session.set({ kind: "signed_out" });
      return Promise.resolve();
    },
    expireSession: () => expire(session),
    openTenant: (tenantId) => {
      const proposalFeeds = new Map<string, Feed<One<Proposal>>>();
      const recordFeeds = new Map<RecordCollection, Feed<readonly RecordChoice[]>>();
      /** A list that does not change. */
      const still = <T>(live: Live<T>): Feed<T> => derived<T>([], () => live);
      const letterFeeds = new Map<number, Feed<Listed<DeadLetter>>>();
      const letterFeed = (limit: number): Feed<Listed<DeadLetter>> => {
        const { deadLetters } = devices.stores;
        const newest = (live: Live<Listed<DeadLetter>>): Live<Listed<DeadLetter>> =>
          live.state === "ready"
            ? { ...live, value: { ...live.value, items: live.value.items.slice(0, limit) } }
            : live;
        const feed = letterFeeds.get(limit) ?? derived([deadLetters], () => newest(deadLetters.getSnapshot()));
        letterFeeds.set(limit, feed);
        return feed;
      };
      const queueLive = (): Live<Queue> => {
        const state = queueState.getSnapshot();
        if (state === "loading") return { state };
        if (state === "failed") {
          return { state, code: "PERMISSION_DENIED", message: "Your role does not open this.", requestId: "req-77" };
        }
        const isFromCache = connection.getSnapshot().kind === "offline";
        const live = ready({ rows: rows.getSnapshot(), isTruncated: false });
        return live.state === "ready" ? { ...live, isFromCache } : live;
      };
      const queueFeed = derived<Queue>([rows, queueState, connection], queueLive);
      const historyFeed = derived([rows], () => world.history);
      return {
        tenantId,
        connection,
        studio: derived<One<StudioFacts>>([], () =>
          ready({ kind: "found", value: { name: "Clay Street Studio", timeZone: "America/New_York" } }),
        ),
        control: derived<ControlPair>([control], () =>
          ready({ studio: control.getSnapshot(), global: { kind: "found", value: GLOBAL } }),
        ),
        queue: { ...queueFeed, retry: () => queueState.set("ready") },
        devices: derived([], () => world.devices),
        agents: derived([devices.stores.agents], devices.stores.agents.getSnapshot),
        health: derived([devices.stores.health], devices.stores.health.getSnapshot),
        deadLetters: letterFeed,
        policies: still(world.policies),
        quotas: derived([quotas], quotas.getSnapshot),
        digests: still(world.digests),
        notices: still(world.notices),
        delegations: derived([delegations], delegations.getSnapshot),
        exemptions: derived([exemptions], exemptions.getSnapshot),
        holds: derived([holds], holds.getSnapshot),
        purges: still(world.purges),
        openExemptions: derived([exemptions], exemptions.getSnapshot),
        records: (collection) => {
          const feed = recordFeeds.get(collection) ?? derived([], () => world.records[collection] ?? ready([]));
          recordFeeds.set(collection, feed);
          return feed;
        },
        firings: derived([], () => world.firings),
        proposal: (id) => {
          const feed = proposalFeeds.get(id) ?? derived([rows], () => ready(oneOf(find(id))));
          proposalFeeds.set(id, feed);
          return feed;
        },
        history: () => historyFeed,
        audit,
        call,
      };
    },
  };
  return {
    data,
    controls: {
      ...recordControls,
      ...devices.controls,
      put,
      setConnection: connection.set,
      expireSession: () => expire(session),
      setControl: control.set,
      failNext: (route, failure) => failures.set(route, failure),
      calls: () => calls,
      setLatency: (ms) => {
        latencyMs = ms;
      },
    },
  };
}

const WRONG_PAIR = "This e-mail address and password do not belong together.";
const GLOBAL: GlobalControlState = {
  mode: "normal",
  epoch: 0,
  reason: "Open for all studios",
  by: { id: "platform", name: "Platform" },
  at: "2026-01-01T00:00:00.000Z",
  scopes: [],
  releaseRequest: null,
  auditVersion: 1,
  lastEventId: "ev-global",
  updatedAt: "2026-01-01T00:00:00.000Z",
};

let serial = 0;
export function signedIn(tenants: Readonly<Record<string, readonly Role[]>>, email = ANA.email): Session {
  serial += 1;
  return { kind: "signed_in", person: { ...ANA, email }, tenants, serial };
}

function expire(session: { getSnapshot: () => Session; set: (session: Session) => void }): void {
  const now = session.getSnapshot();
  if (now.kind === "signed_in") session.set({ kind: "expired", person: now.person, tenants: now.tenants });
}

/** A feed over stores. Its snapshot is the same object until one of them changes, as React asks. */
function derived<T>(
  sources: readonly { subscribe: (onChange: () => void) => () => void }[],
  read: () => Live<T>,
): Feed<T> {
  let current = read();
  const readers = new Set<() => void>();
  for (const source of sources) {
    source.subscribe(() => {
      current = read();
      for (const reader of [...readers]) reader();
    });
  }
  return {
    getSnapshot: () => current,
    subscribe: (onChange) => {
      readers.add(onChange);
      return () => readers.delete(onChange);
    },
    retry: () => {
      current = read();
      for (const reader of [...readers]) reader();
    },
  };
}

function oneOf(row: QueueRow | undefined): One<Proposal> {
  if (row === undefined) return { kind: "missing" };
  return row.kind === "proposal"
    ? { kind: "found", value: row.proposal }
    : { kind: "unreadable", problem: row.problem };
}

function toFailure({ code, details }: Failure): ApiFailure {
  const known = Object.hasOwn(REASON_CODES, code) ? REASON_CODES[code as ReasonCode] : null;
  const message = known?.sentence ?? "The server could not be reached. Nothing you typed is lost.";
  const failure = { code, message, requestId: known === null ? null : "req-42", details: details ?? {} };
  // What a test makes fail has the shape that the wire has.
  if (known !== null) ApiError.parse({ error: { ...failure, requestId: "req-42" } });
  return failure;
}

function answerTo(server: Server, route: ApiRouteName, params: Record<string, string>, body: unknown): unknown {
  const control = server.control.getSnapshot();
  const input = (body ?? {}) as Record<string, string | null>;
  if (route === "engageStop" || route === "releaseStop") return controlAnswer(server, route, input);
  const row = server.find(params["proposalId"] ?? "");
  if (row?.kind !== "proposal") return null;
  const { proposal } = row;
  const isStopped = control.kind !== "found" || control.value.mode !== "normal";
  const policy = policyFor(proposal, isStopped);
  const reviewed = (decision: "approve" | "reject"): Proposal => ({
    ...proposal,
    status: decision === "approve" ? "approved" : "rejected",
    approvedUntil: decision === "approve" ? instant(Date.now() + 24 * 3_600_000) : null,
    exemptionId: decision === "approve" ? (input["exemptionId"] ?? null) : null,
    reviews: [...proposal.reviews, reviewOf(proposal, decision, input)],
  });
  const summary = {
    executionId: "ex-1",
    executedBy: { id: ANA.uid, name: ANA.name },
    executedAt: instant(Date.now()),
    eventId: "ev-9",
  };
  switch (route) {
    case "getProposal":
      return { proposal, policy };
    case "approveProposal":
      return { proposal: server.putProposal(reviewed("approve")), policy: policy.approve };
    case "rejectProposal":
      return { proposal: server.putProposal(reviewed("reject")), policy: policy.approve };
    case "withdrawProposal":
      return { proposal: server.putProposal({ ...proposal, status: "withdrawn" }), policy: policy.approve };
    case "reopenProposal":
      return { proposal: server.putProposal({ ...proposal, status: "draft" }), policy: policy.approve };
    case "revokeProposal":
      return { proposal: server.putProposal({ ...proposal, status: "revoked" }), policy: policy.approve };
    case "planProposal": {
      const next = server.putProposal({
        ...proposal,
        rev: proposal.rev + 1,
        status: "pending_approval",
        problem: null,
      });
      return { proposal: next, plan: next.plan, isChanged: true, policy: policy.approve };
    }
    case "executeProposal":
      return {
        proposal: server.putProposal({ ...proposal, status: "executed", execution: summary }),
        replayed: false,
        policy: policy.execute,
      };
    case "rollbackProposal":
      return {
        proposal: server.putProposal({ ...proposal, status: "rolled_back", rollback: summary }),
        replayed: false,
        policy: policy.rollback,
      };
    default:
      return null;
  }
}

/** The proposal whose requester has used up a limit. */
const OVER_LIMIT = "p-full";

function policyFor(proposal: Proposal, isStopped: boolean) {
  const isOwn = proposal.actChain.some((link) => link.id === ANA.uid);
  const stop = isStopped ? ({ control: "KILL_SWITCH" } as const) : {};
  return {
    approve: aDecision({
      ...stop,
      ...(proposal.status === "pending_approval" ? {} : ({ lifecycle: "INVALID_TRANSITION" } as const)),
      ...(isOwn ? ({ self_approval: "SELF_APPROVAL" } as const) : {}),
      rationale: "RATIONALE_REQUIRED",
    }),
    execute: aDecision({
      ...stop,
      ...(proposal.proposalId === OVER_LIMIT ? ({ quota: "QUOTA" } as const) : {}),
      ...(proposal.status === "approved" ? {} : ({ lifecycle: "INVALID_TRANSITION", quorum: "NO_APPROVAL" } as const)),
    }),
    rollback: aDecision(proposal.status === "executed" ? {} : { lifecycle: "INVALID_TRANSITION" }),
  };
}

function reviewOf(proposal: Proposal, decision: "approve" | "reject", input: Record<string, string | null>) {
  return {
    reviewer: { id: ANA.uid, name: ANA.name },
    decision,
    rev: proposal.rev,
    planId: proposal.plan.planId,
    reasonCode: (input["reasonCode"] ?? null) as Proposal["reviews"][number]["reasonCode"],
    rationale: input["rationale"] ?? "",
    at: instant(Date.now()),
    for: null,
    isSolo: false,
    voidedAt: null,
  };
}

function controlAnswer(
  server: Server,
  route: "engageStop" | "releaseStop",
  input: Record<string, string | null>,
): unknown {
  const before = server.control.getSnapshot();
  if (before.kind !== "found") return null;
  const by = { id: ANA.uid, name: ANA.name };
  const at = instant(Date.now());
  const reason = input["reason"] ?? "";
  const request = before.value.releaseRequest;
  const isReleased =
    route === "releaseStop" && request !== null && (request.by.id !== ANA.uid || input["phrase"] !== null);
  const next: ControlState =
    route === "engageStop"
      ? {
          ...before.value,
          mode: input["mode"] === "read_only" ? "read_only" : "stopped",
          epoch: before.value.epoch + 1,
          reason,
          by,
          at,
        }
      : isReleased
        ? { ...before.value, mode: "normal", epoch: before.value.epoch + 1, reason, by, at, releaseRequest: null }
        : { ...before.value, releaseRequest: { by, at, reason } };
  server.control.set({ kind: "found", value: next });
  return route === "engageStop" ? { control: next } : { control: next, isReleased };
}
