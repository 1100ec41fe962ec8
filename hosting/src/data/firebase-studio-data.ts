import {
  Agent,
  ApprovalPolicy,
  AgentHealth,
  COLLECTIONS,
  ControlState,
  Delegation,
  DeadLetter,
  Digest,
  DeviceBoard,
  Exemption,
  FiringLog,
  GlobalControlState,
  GLOBAL_CONTROL_PATH,
  LegalHolds,
  Notice,
  Proposal,
  Purge,
  QuotaState,
  Tenant,
  controlRef,
  inTenant,
  legalHoldsRef,
  proposalRef,
  tenantPath,
} from "@studio-os/functions/contracts";
import type { Device, ProposalStatus } from "@studio-os/functions/contracts";
import type * as z from "zod";
import { createApiClient } from "./api-client.js";
import { openAuditData, toHistory } from "./audit-data.js";
import type { AuditData } from "./audit-data.js";
import type { StudioConfig } from "./config.js";
import { watchConnection } from "./connection.js";
import { claimWords } from "./drafts.js";
import { openExportFile } from "./export-files.js";
import { openFirebaseSession } from "./firebase-session.js";
import type { ListQuery, LiveLayer, RawDocument } from "./firestore-live.js";
import { readList, readOne } from "./read-document.js";
import { CHOICES, toChoices } from "./record-choices.js";
import { remembered } from "./remembered.js";
import { DEAD_LETTER_LIMITS } from "./studio-data.js";
import type { Listed, Queue, QueueRow, RecordCollection, StudioData, TenantData } from "./studio-data.js";
import { documentFeed, joinFeeds, listFeed } from "./watch.js";
import type { WatchDeps } from "./watch.js";

/** The statuses that somebody still has to do something about; they are read whole, up to `OPEN_LIMIT`. */
const OPEN_STATUSES = [
  "pending_approval",
  "approved",
  "executing",
  "failed",
  "blocked",
  "stale",
  "rolling_back",
  "rollback_conflict",
] as const satisfies ProposalStatus[];
/** Bounds of what one cockpit reads, in documents. */
const OPEN_LIMIT = 500;
const RECENT_LIMIT = 60;
const HISTORY_LIMIT = 200;
const POLICY_LIMIT = 50;
const QUOTA_LIMIT = 200;
const DIGEST_LIMIT = 40;
const NOTICE_LIMIT = 100;
const AGENT_LIMIT = 20;
const GRANT_LIMIT = 100;
const OPEN_EXEMPTION_LIMIT = 30;
const ENROLLED_LIMIT = 60;
const FIRING_LIMIT = 6;
const PURGE_LIMIT = 50;

/** The cockpit's data, from the firebase web SDK (live reads under rules) and the HTTP API (every action). */
export function openFirebaseStudio(config: StudioConfig, browser: Window): StudioData {
  const identity = openFirebaseSession(config);
  // Before any screen reads a draft: it hears of the session later than this does.
  identity.session.subscribe(() => {
    const session = identity.session.getSnapshot();
    if (session.kind === "signed_in") claimWords(() => browser.sessionStorage, session.person.uid);
  });
  let loading: Promise<LiveLayer> | null = null;
  const layer = () => (loading ??= loadLayer());
  const loadLayer = async () => {
    try {
      const { openLiveLayer } = await import("./firestore-live.js");
      return openLiveLayer(identity.app, config);
    } catch (error) {
      loading = null;
      throw error;
    }
  };
  const fetch: typeof globalThis.fetch = (input, init) => browser.fetch(input, init);
  const call = createApiClient({
    idToken: identity.idToken,
    onUnauthenticated: identity.expire,
    fetch,
  });
  return {
    environment: config.environment,
    session: identity.session,
    signIn: identity.signIn,
    signOut: identity.signOut,
    expireSession: identity.expire,
    openTenant: (tenantId) => {
      const { connection, witness } = watchConnection(browser);
      const exportFile: AuditData["exportFile"] = (exportId, path, signal) =>
        openExportFile({ idToken: identity.idToken, fetch }, tenantId, exportId, path, signal);
      const deps: WatchDeps = { layer, witness, nowMs: () => Date.now() };
      return { tenantId, connection, call, ...tenantFeeds(deps, tenantId, config.auditLog ?? null, exportFile) };
    },
  };
}

function tenantFeeds(
  deps: WatchDeps,
  tenantId: string,
  logIdentity: NonNullable<StudioConfig["auditLog"]> | null,
  exportFile: AuditData["exportFile"],
): Omit<TenantData, "tenantId" | "connection" | "call"> {
  const proposals = inTenant(tenantId, COLLECTIONS.proposals);
  const open = listFeed(
    deps,
    {
      path: proposals,
      where: [["status", "in", OPEN_STATUSES]],
      orderBy: ["expiresAt", "asc"],
      limit: OPEN_LIMIT,
    },
    toQueueRows,
  );
  const recent = listFeed(deps, { path: proposals, orderBy: ["updatedAt", "desc"], limit: RECENT_LIMIT }, toQueueRows);
  const list = <T>(name: string, limit: number, read: (documents: readonly RawDocument[]) => T) =>
    listFeed(deps, { path: inTenant(tenantId, name), limit }, read);
  const newest = <T>(schema: z.ZodType<T>, name: string, by: string, limit: number) => {
    const asked: ListQuery = { path: inTenant(tenantId, name), orderBy: [by, "desc"], limit };
    return listFeed(deps, asked, (documents) => readList(schema, documents));
  };
  return {
    studio: documentFeed(deps, tenantPath(tenantId), (data) => readOne(Tenant, data)),
    control: joinFeeds(
      documentFeed(deps, inTenant(tenantId, controlRef()), (data) => readOne(ControlState, data)),
      documentFeed(deps, GLOBAL_CONTROL_PATH, (data) => readOne(GlobalControlState, data)),
      (studio, global) => ({ studio, global }),
    ),
    queue: joinFeeds(open, recent, joinQueue),
    policies: newest(ApprovalPolicy, COLLECTIONS.approvalPolicies, "version", POLICY_LIMIT),
    quotas: newest(QuotaState, COLLECTIONS.quotas, "updatedAt", QUOTA_LIMIT),
    digests: newest(Digest, COLLECTIONS.digests, "updatedAt", DIGEST_LIMIT),
    notices: newest(Notice, COLLECTIONS.notices, "at", NOTICE_LIMIT),
    delegations: newest(Delegation, COLLECTIONS.delegations, "expiresAt", GRANT_LIMIT),
    exemptions: newest(Exemption, COLLECTIONS.exemptions, "expiresAt", GRANT_LIMIT),
    openExemptions: listFeed(
      deps,
      {
        path: inTenant(tenantId, COLLECTIONS.exemptions),
        // A moment lies in Firestore as a moment, not as text.
        where: [["expiresAt", ">=", new Date(deps.nowMs())]],
        orderBy: ["expiresAt", "asc"],
        limit: OPEN_EXEMPTION_LIMIT,
      },
      (documents) => readList(Exemption, documents),
    ),
    holds: documentFeed(deps, inTenant(tenantId, legalHoldsRef()), (data) => readOne(LegalHolds, data)),
    purges: list(COLLECTIONS.purges, PURGE_LIMIT, (documents) => readList(Purge, documents)),
    records: remembered((name: RecordCollection) =>
      listFeed(deps, { path: inTenant(tenantId, name), ...CHOICES[name] }, (documents) => toChoices(name, documents)),
    ),
    devices: list(COLLECTIONS.devices, AGENT_LIMIT, (documents) => onBoards(readList(DeviceBoard, documents))),
    agents: list(COLLECTIONS.agents, ENROLLED_LIMIT, (documents) => readList(Agent, documents)),
    health: list(COLLECTIONS.connectorHealth, AGENT_LIMIT, (documents) => readList(AgentHealth, documents)),
    deadLetters: deadLetterFeeds(deps, tenantId),
    firings: listFeed(
      deps,
      { path: inTenant(tenantId, COLLECTIONS.firingLogs), orderBy: ["updatedAt", "desc"], limit: FIRING_LIMIT },
      (documents) => readList(FiringLog, documents),
    ),
    proposal: remembered((id) =>
      documentFeed(deps, inTenant(tenantId, proposalRef(id)), (data) => readOne(Proposal, data)),
    ),
    history: remembered((id) =>
      listFeed(
        deps,
        {
          path: inTenant(tenantId, COLLECTIONS.auditEvents),
          where: [["proposalId", "==", id]],
          orderBy: ["at", "asc"],
          limit: HISTORY_LIMIT,
        },
        toHistory,
      ),
    ),
    audit: openAuditData(deps, tenantId, logIdentity, exportFile),
  };
}

/** A board holds the devices of one agent. */
const onBoards = ({ items, unreadable }: Listed<DeviceBoard>): Listed<Device> => ({
  items: items.flatMap(({ devices }) => Object.values(devices)),
  unreadable,
});

function deadLetterFeeds(deps: WatchDeps, tenantId: string): TenantData["deadLetters"] {
  const path = inTenant(tenantId, COLLECTIONS.deadLetters);
  const feeds = new Map(
    DEAD_LETTER_LIMITS.map((limit) => [
      limit,
      listFeed(deps, { path, orderBy: ["lastSeenAt", "desc"], limit }, (documents) => readList(DeadLetter, documents)),
    ]),
  );
  return (limit) => feeds.get(limit) ?? missing(limit);
}

function missing(limit: number): never {
  throw new Error(`no list of ${limit} dead letters is kept`);
}

function toQueueRows(documents: readonly RawDocument[]): readonly QueueRow[] {
  return documents.map(({ id, data }): QueueRow => {
    const one = readOne(Proposal, data);
    if (one.kind === "found") return { kind: "proposal", id, proposal: one.value };
    return { kind: "unreadable", id, problem: one.kind === "unreadable" ? one.problem : "empty document" };
  });
}

/** A proposal that is open and recent stands in both lists; the newer of two sights counts. */
function joinQueue(open: readonly QueueRow[], recent: readonly QueueRow[]): Queue {
  const rows = new Map<string, QueueRow>();
  for (const row of [...open, ...recent]) {
    const known = rows.get(row.id);
    if (known?.kind === "proposal" && row.kind === "proposal" && known.proposal.updatedAt > row.proposal.updatedAt)
      continue;
    rows.set(row.id, row);
  }
  return { rows: [...rows.values()], isTruncated: open.length >= OPEN_LIMIT };
}
