import type {
  ApiErrorDetails,
  ApiRouteName,
  ControlScope,
  ControlState,
  Delegation,
  Exemption,
  Proposal,
  QuotaState,
  ReasonCode,
  RouteBody,
} from "@studio-os/functions/contracts";
import { listCapabilities } from "../../../functions/src/capabilities/list-capabilities.js";
import { REGISTRY } from "../../../functions/src/capabilities/registry.js";
import type { Live } from "../../src/data/live.js";
import type { Listed, One, QueueRow } from "../../src/data/studio-data.js";
import { ANA, aDecision, aProposal, hash, instant } from "./builders.js";

interface Cell<T> {
  readonly getSnapshot: () => T;
  readonly set: (value: T) => void;
}

/** What the routes of the memory studio work on. */
export interface Server {
  readonly find: (id: string) => QueueRow | undefined;
  readonly putProposal: (proposal: Proposal) => Proposal;
  readonly control: Cell<One<ControlState>>;
  readonly quotas: Cell<Live<Listed<QuotaState>>>;
  readonly delegations: Cell<Live<Listed<Delegation>>>;
  readonly exemptions: Cell<Live<Listed<Exemption>>>;
}

type EngineOutcome =
  { readonly answer: unknown } | { readonly code: ReasonCode; readonly details?: ApiErrorDetails } | null;
type Params = Readonly<Record<string, string>>;
type Handler = (server: Server, params: Params, body: never) => EngineOutcome;

const BY = { id: ANA.uid, name: ANA.name };

/** What the server answers about proposals that are new, and about people, covers, limits and narrower stops. */
const HANDLERS: Readonly<Partial<Record<ApiRouteName, Handler>>> = {
  listCapabilities: () => ({ answer: listCapabilities() }),
  reportQuotas: () => ({
    answer: {
      since: instant(Date.now() - 7 * 24 * 3_600_000),
      isComplete: true,
      actors: [
        { id: "kiln-room-agent", count: 12 },
        { id: "bo", count: 3 },
      ],
      capabilities: [{ id: "firing.flag", count: 15 }],
    },
  }),
  submitProposal: (server, _, body: RouteBody<"submitProposal">) => {
    const refused = refusedInput(body.capabilityId, body.input);
    if (refused !== null) return refused;
    const proposal = server.putProposal(
      asked("p-new", body.capabilityId, { input: body.input, rationale: body.rationale }),
    );
    return { answer: { proposal, deduplicated: false, policy: aDecision() } };
  },
  reviseProposal: (server, { proposalId = "" }, body: RouteBody<"reviseProposal">) => {
    const row = server.find(proposalId);
    if (row?.kind !== "proposal") return { code: "NOT_FOUND" };
    const refused = refusedInput(row.proposal.capabilityId, body.input);
    if (refused !== null) return refused;
    if (body.ifRev !== row.proposal.rev) return { code: "REV_MISMATCH", details: { proposal: row.proposal } };
    const { input, rationale } = body;
    const proposal = server.putProposal({ ...row.proposal, input, rationale, rev: row.proposal.rev + 1 });
    return { answer: { proposal, plan: proposal.plan, policy: aDecision() } };
  },
  changeStaff: (server, { memberUid = "" }, body: RouteBody<"changeStaff">) => {
    const { name, holds, groups, aliases, isIn } = body;
    const disabledAt = isIn ? null : instant(Date.now());
    const entry = { uid: memberUid, name, roles: [...holds], groups: [...groups], aliases: [...aliases], disabledAt };
    return changed(
      server,
      (state) => ({
        staff: [...state.staff.filter(({ uid }) => uid !== memberUid), entry],
      }),
      () => ({ entry }),
    );
  },
  startCover: (server, _, body: RouteBody<"startCover">) => {
    const { from, to, capabilityIds, startsAt, endsAt } = body;
    const cover = { from, to, capabilityIds, startsAt, endsAt, coverId: "c-new", by: BY, at: instant(Date.now()) };
    return changed(
      server,
      (state) => ({ covers: [...state.covers, cover] }),
      () => ({ cover }),
    );
  },
  endCover: (server, { coverId = "" }) => {
    const endsAt = instant(Date.now());
    return changed(
      server,
      (state) => ({ covers: state.covers.map((cover) => (cover.coverId === coverId ? { ...cover, endsAt } : cover)) }),
      (state) => ({ cover: state.covers.find((cover) => cover.coverId === coverId) }),
    );
  },
  grantDelegation: (server, _, body: RouteBody<"grantDelegation">) => {
    const { agentId, scopes, resourceRefs, constraints, expiresAt } = body;
    const delegation: Delegation = {
      ...{ delegationId: "d-new", tenantId: "clay", delegator: BY.id, delegate: agentId, depth: 1 },
      ...{ scopes: [...scopes], resourceRefs: [...resourceRefs], constraints, issuedAt: instant(Date.now()) },
      expiresAt: expiresAt ?? instant(Date.now() + 8 * 3_600_000),
      ...{ revokedAt: null, revokedBy: null, revokeEpoch: null, auditVersion: 1, lastEventId: "ev-d" },
    };
    put(server.delegations, delegation, () => false);
    return { answer: { delegation } };
  },
  revokeDelegation: (server, { delegationId = "" }) => {
    const isIt = (grant: Delegation) => grant.delegationId === delegationId;
    const before = itemsOf(server.delegations).find(isIt);
    if (before === undefined) return { code: "NOT_FOUND" };
    const delegation = { ...before, ...anEnd(), revokeEpoch: 1 };
    put(server.delegations, delegation, isIt);
    return { answer: { delegation } };
  },
  grantExemption: (server, _, body: RouteBody<"grantExemption">) => {
    const { capabilityId, forUid, resourceRef, constraint, waives, ticketRef, startsAt, expiresAt, maxUses } = body;
    const exemption: Exemption = {
      ...{ exemptionId: "x-new", tenantId: "clay", capabilityId, ownerUid: forUid, resourceRef, constraint },
      ...{ waives: [...waives], ticketRef, grantedBy: BY.id, startsAt: startsAt ?? instant(Date.now()), expiresAt },
      ...{ maxUses, uses: 0, revokedAt: null, revokedBy: null, controlEpoch: 1, auditVersion: 1, lastEventId: "ev-x" },
    };
    put(server.exemptions, exemption, () => false);
    return { answer: { exemption } };
  },
  revokeExemption: (server, { exemptionId = "" }) => {
    const isIt = (it: Exemption) => it.exemptionId === exemptionId;
    const before = itemsOf(server.exemptions).find(isIt);
    if (before === undefined) return { code: "NOT_FOUND" };
    const exemption = { ...before, ...anEnd() };
    put(server.exemptions, exemption, isIt);
    return { answer: { exemption } };
  },
  engageScope: (server, _, body: RouteBody<"engageScope">) => {
    const scope: ControlScope = { ...body, by: BY, at: instant(Date.now()), releaseRequest: null };
    return changed(
      server,
      (state) => ({ scopes: [...state.scopes, scope] }),
      (control) => ({ control }),
    );
  },
  releaseScope: (server, _, body: RouteBody<"releaseScope">) => {
    const isIt = (scope: ControlScope) => scope.kind === body.kind && scope.id === body.id;
    const control = server.control.getSnapshot();
    const before = control.kind === "found" ? control.value.scopes.find(isIt) : undefined;
    if (before === undefined) return { code: "CONTROL_UNCHANGED" };
    const isReleased = before.releaseRequest !== null;
    const request = { by: BY, at: instant(Date.now()), reason: body.reason };
    return changed(
      server,
      ({ scopes }) => ({
        scopes: scopes.flatMap((scope) => {
          if (!isIt(scope)) return [scope];
          return isReleased ? [] : [{ ...scope, releaseRequest: request }];
        }),
      }),
      (state) => ({ control: state, isReleased }),
    );
  },
  resetQuota: (server, { quotaKey = "" }) => {
    const live = server.quotas.getSnapshot();
    if (live.state !== "ready") return { code: "NOT_FOUND" };
    const keyOf = ({ quotaId, key, value }: QuotaState) => `${quotaId}.${key}.${value}`;
    const items = live.value.items.map((quota) => (keyOf(quota) === quotaKey ? { ...quota, hits: [] } : quota));
    server.quotas.set({ ...live, value: { ...live.value, items } });
    return { answer: { quota: items.find((quota) => keyOf(quota) === quotaKey) } };
  },
};

function anEnd(): { readonly revokedAt: string; readonly revokedBy: string } {
  return { revokedAt: instant(Date.now()), revokedBy: BY.id };
}

/** The list with one grant more, or with this one in place of the one of the same id. */
function put<T>(cell: Cell<Live<Listed<T>>>, value: T, isSame: (item: T) => boolean): void {
  const live = cell.getSnapshot();
  const before: Listed<T> = live.state === "ready" ? live.value : { items: [], unreadable: [] };
  const items = before.items.some(isSame)
    ? before.items.map((item) => (isSame(item) ? value : item))
    : [value, ...before.items];
  cell.set({ state: "ready", value: { ...before, items }, isFromCache: false, confirmedAtMs: Date.now() });
}

const itemsOf = <T>(cell: Cell<Live<Listed<T>>>): readonly T[] => {
  const live = cell.getSnapshot();
  return live.state === "ready" ? live.value.items : [];
};

export const ENGINE_ROUTES: ReadonlySet<string> = new Set(Object.keys(HANDLERS));

export function engineAnswer(server: Server, route: ApiRouteName, params: Params, body: unknown): EngineOutcome {
  // The route table ties each body to its route; the cockpit's own types have checked what it sends.
  return HANDLERS[route]?.(server, params, body as never) ?? null;
}

function changed(
  server: Server,
  change: (state: ControlState) => Partial<ControlState>,
  answer: (state: ControlState) => unknown,
): EngineOutcome {
  const before = server.control.getSnapshot();
  if (before.kind !== "found") return { code: "CONTROL_UNREADABLE" };
  const value = { ...before.value, ...change(before.value) };
  server.control.set({ kind: "found", value });
  return { answer: answer(value) };
}

/** The registry's own schemas judge, with the words and places of the server. */
function refusedInput(capabilityId: string, input: unknown): EngineOutcome {
  const parsed = REGISTRY.get(capabilityId)?.inputSchema.safeParse(input);
  if (parsed === undefined) return { code: "CAPABILITY_UNKNOWN" };
  if (parsed.success) return null;
  const issues = parsed.error.issues.map(({ path, message }) => ({
    path: `input.${path.join(".")}`,
    problem: message,
  }));
  return { code: "INVALID_INPUT", details: { issues } };
}

function asked(proposalId: string, capabilityId: string, overrides: Partial<Proposal>): Proposal {
  const base = aProposal({ proposalId, capabilityId, ...overrides }, Date.now());
  return {
    ...base,
    actor: { type: "human", ...BY, roles: ["owner"] },
    actChain: [{ type: "human", id: BY.id, as: "requester" }],
    ownerUid: BY.id,
    plan: { ...base.plan, planId: hash("7"), headline: `Your request: ${capabilityId}` },
  };
}
