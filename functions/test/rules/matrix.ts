import { COLLECTIONS, ROLES } from "../../src/contracts/index.js";
import type { Role } from "../../src/contracts/index.js";

/**
 * Who may read what, written down a second time and independently of `firestore.rules`: the tests compare the two.
 * `match` is the text of the rules block that answers for the path; null: no block opens it, so nobody reads it.
 */
export interface PathRow {
  /** Path of a seeded document; `{t}` stands for the studio. */
  readonly path: string;
  readonly match: string | null;
  readonly get: readonly Role[];
  /** Defaults to `get`: most blocks say `allow read`. */
  readonly list?: readonly Role[];
}

const EVERYONE = ROLES;
const ALL_BUT_VIEWER = ["owner", "approver_admin", "approver", "operator", "finance", "trust"] as const;
const MONEY = ["owner", "approver_admin", "finance"] as const;
const REDRIVERS = ["owner", "approver_admin", "operator"] as const;
const ADMINS = ["owner", "approver_admin"] as const;
const NOBODY = [] as const;

/** One row for every kind of document. A collection of the contracts without a row here fails the suite. */
export const PATHS: readonly PathRow[] = [
  { path: "tenants/{t}", match: "/tenants/{tenantId}", get: EVERYONE, list: NOBODY },
  { path: "tenants/{t}/batches/b-1", match: "/batches/{batchId}", get: EVERYONE },
  { path: "tenants/{t}/batches/b-1/opsNotes/n-1", match: "/opsNotes/{noteId}", get: ALL_BUT_VIEWER },
  { path: "tenants/{t}/pieces/p-1", match: "/pieces/{pieceId}", get: EVERYONE },
  { path: "tenants/{t}/reservations/r-1", match: "/reservations/{reservationId}", get: EVERYONE },
  { path: "tenants/{t}/kilns/k-1", match: "/kilns/{kilnId}", get: EVERYONE },
  { path: "tenants/{t}/firings/f-1", match: "/firings/{firingId}", get: EVERYONE },
  { path: "tenants/{t}/members/m-1", match: "/members/{memberId}", get: ALL_BUT_VIEWER },
  { path: "tenants/{t}/orders/o-1", match: "/orders/{orderId}", get: MONEY },
  { path: "tenants/{t}/drafts/d-1", match: "/drafts/{draftId}", get: ALL_BUT_VIEWER },
  { path: "tenants/{t}/staff/s-1", match: "/staff/{uid}", get: EVERYONE },
  { path: "tenants/{t}/quotas/default.actor.ana", match: "/quotas/{quotaKey}", get: ALL_BUT_VIEWER },
  { path: "tenants/{t}/delegations/d-1", match: "/delegations/{delegationId}", get: EVERYONE },
  { path: "tenants/{t}/exemptions/x-1", match: "/exemptions/{exemptionId}", get: EVERYONE },
  { path: "tenants/{t}/digests/pi-1.2026-11-20", match: "/digests/{digestId}", get: EVERYONE },
  { path: "tenants/{t}/approvalPolicies/1", match: "/approvalPolicies/{version}", get: EVERYONE },
  { path: "tenants/{t}/control/state", match: "/control/state", get: EVERYONE, list: NOBODY },
  { path: "tenants/{t}/control/other", match: null, get: NOBODY },
  { path: "tenants/{t}/proposals/p-1", match: "/proposals/{proposalId}", get: EVERYONE },
  { path: "tenants/{t}/openIntents/i-1", match: null, get: NOBODY },
  { path: "tenants/{t}/executions/x-1", match: null, get: NOBODY },
  { path: "tenants/{t}/approverRationales/u-1", match: null, get: NOBODY },
  { path: "tenants/{t}/enrolments/a-1", match: null, get: NOBODY },
  { path: "tenants/{t}/outbox/e-1", match: null, get: NOBODY },
  { path: "tenants/{t}/notices/e-1", match: "/notices/{eventId}", get: EVERYONE },
  { path: "tenants/{t}/jobRuns/j-1", match: "/jobRuns/{runId}", get: REDRIVERS },
  { path: "tenants/{t}/scheduledJobs/s-1", match: "/scheduledJobs/{jobId}", get: REDRIVERS },
  { path: "tenants/{t}/auditEvents/e-1", match: "/auditEvents/{eventId}", get: ALL_BUT_VIEWER },
  { path: "tenants/{t}/auditPayloads/e-1", match: null, get: NOBODY },
  { path: "tenants/{t}/retention/holds", match: "/retention/holds", get: ALL_BUT_VIEWER, list: NOBODY },
  { path: "tenants/{t}/retention/other", match: null, get: NOBODY },
  { path: "tenants/{t}/purges/p-1", match: "/purges/{proposalId}", get: ALL_BUT_VIEWER },
  { path: "tenants/{t}/auditLog/head", match: "/auditLog/{logDocument}", get: ALL_BUT_VIEWER },
  { path: "tenants/{t}/auditLog/e1/tiles/0-0", match: "/tiles/{tileId}", get: ALL_BUT_VIEWER },
  { path: "tenants/{t}/auditLog/e1/checkpoints/7", match: "/checkpoints/{size}", get: ALL_BUT_VIEWER },
  { path: "tenants/{t}/auditLog/e1/cosignatures/7", match: "/cosignatures/{size}", get: ALL_BUT_VIEWER },
  { path: "tenants/{t}/auditLog/e1/witnesses/w-1", match: "/witnesses/{witnessId}", get: ALL_BUT_VIEWER },
  { path: "tenants/{t}/auditLinks/l-1", match: "/auditLinks/{linkId}", get: ADMINS },
  { path: "tenants/{t}/exports/x-1", match: "/exports/{exportId}", get: MONEY },
  { path: "tenants/{t}/exportProgress/x-1", match: "/exportProgress/{exportId}", get: MONEY },
  { path: "tenants/{t}/agents/a-1", match: "/agents/{agentId}", get: EVERYONE },
  { path: "tenants/{t}/agents/a-1/streams/s-1", match: "/streams/{bootId}", get: EVERYONE },
  { path: "tenants/{t}/devices/d-1", match: "/devices/{deviceId}", get: EVERYONE },
  { path: "tenants/{t}/observations/o-1", match: "/observations/{observationId}", get: EVERYONE },
  { path: "tenants/{t}/firingLogs/f-1", match: "/firingLogs/{firingId}", get: EVERYONE },
  { path: "tenants/{t}/connectorHealth/h-1", match: "/connectorHealth/{healthId}", get: EVERYONE },
  { path: "tenants/{t}/deadLetters/d-1", match: "/deadLetters/{deadLetterId}", get: REDRIVERS },
  { path: "tenants/{t}/unheardOf/u-1", match: null, get: NOBODY },
  { path: "tenants/{t}/batches/b-1/unheardOf/u-1", match: null, get: NOBODY },
  { path: "unheardOf/u-1", match: null, get: NOBODY },
  { path: "control/other", match: null, get: NOBODY },
  { path: "control/operators", match: null, get: NOBODY },
];

/** Collections of the contracts that no path of the matrix lies in. Must be empty. */
export function collectionsWithoutRow(): readonly string[] {
  const covered = new Set(PATHS.map((row) => row.path.split("/").at(-2)));
  return Object.values(COLLECTIONS).filter((name) => !covered.has(name));
}

export type Claims = Readonly<Record<string, unknown>>;
export interface Caller {
  readonly title: string;
  /** null: not signed in. */
  readonly claims: Claims | null;
  /** The roles that count in the studio asked for; everything else about the caller must count for nothing. */
  readonly holds: readonly Role[];
}

export const STUDIOS = ["demo-studio", "juniper-pottery"] as const;
export type Studio = (typeof STUDIOS)[number];

/** Everyone who may knock at one studio's door: each role, two roles at once, and each way of not being one of its staff. */
export function callersOf(studio: Studio): readonly Caller[] {
  const other = studio === "demo-studio" ? "juniper-pottery" : "demo-studio";
  const outsider = (title: string, claims: Claims | null): Caller => ({ title, claims, holds: [] });
  return [
    ...ROLES.map((role) => ({ title: role, claims: { tenants: { [studio]: [role] } }, holds: [role] })),
    {
      title: "viewer and finance",
      claims: { tenants: { [studio]: ["viewer", "finance"] } },
      holds: ["viewer", "finance"],
    },
    outsider("somebody who is not signed in", null),
    outsider("an account without claims", {}),
    outsider(`the owner of ${other}`, { tenants: { [other]: ["owner"] } }),
    outsider("an owner whose role stands outside of `tenants`", { [studio]: ["owner"], roles: ["owner"], owner: true }),
    outsider("an account whose `tenants` is a string", { tenants: studio }),
    outsider("an account whose `tenants` is a list", { tenants: [studio, "owner"] }),
    outsider("an account whose `tenants` is null", { tenants: null }),
    outsider('an account whose roles are the string "owner"', { tenants: { [studio]: "owner" } }),
    outsider("an account whose roles are a map", { tenants: { [studio]: { owner: true } } }),
    outsider("an account whose roles are null", { tenants: { [studio]: null } }),
    outsider("an account whose roles are an empty list", { tenants: { [studio]: [] } }),
    outsider("an account with a role that does not exist", { tenants: { [studio]: ["superuser", "Owner"] } }),
    outsider("an account with its role in a nested list", { tenants: { [studio]: [["owner"]] } }),
  ];
}
