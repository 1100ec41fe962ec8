import { REGISTRY } from "../capabilities/registry.js";
import type { Deps } from "../commit/deps.js";
import { toDocument } from "../commit/document-change.js";
import type { DocumentChange } from "../commit/document-change.js";
import type { Outcome } from "../commit/outcome.js";
import type { DocumentQuery, TransactionReads } from "../commit/transactor.js";
import {
  Agent,
  COLLECTIONS,
  DELEGATION_DEFAULT_MS,
  DELEGATION_MAX_MS,
  Delegation,
  GLOBAL_CONTROL_PATH,
  MAX_LIVE_DELEGATIONS,
  agentRef,
  controlRef,
  delegationRef,
  inTenant,
} from "../contracts/index.js";
import type { ControlState, ReasonCode, RouteAnswer, RouteBody, UtcInstant } from "../contracts/index.js";
import { changeGrant } from "./change-grant.js";
import type { GrantChange, GrantCommand } from "./change-grant.js";
import { effectiveControl, readControls } from "./control.js";
import { mayAskThemselves } from "./delegation.js";
import { personBehind, rolesHeld, staffEntryOf } from "./staff.js";

/**
 * May this person lend an agent these rights (M05.2)? Only one's own, only to an agent that is enrolled here, only
 * capabilities that agents may ask for, and for at most 30 days.
 *
 * Refuses with ROLE_MISSING (a right that the person does not have), NOT_FOUND and AGENT_REVOKED, CAPABILITY_UNKNOWN,
 * NOT_PROPOSABLE_BY_AGENT, INVALID_INPUT for a time that is over or too long, and BLAST_RADIUS_EXCEEDED where the agent has
 * as many grants as it may.
 */
export function grantDelegation(
  deps: Deps,
  { actor, tenantId, requestId, body }: GrantCommand<RouteBody<"grantDelegation">>,
): Promise<Outcome<RouteAnswer<"grantDelegation">>> {
  const { agentId, scopes, resourceRefs, constraints, reason } = body;
  const about: GrantChange = {
    ...{ actor, tenantId, requestId },
    done: "delegation.granted",
    refused: "delegation.refused",
    freeText: { reason },
    data: { agentId, scopes: [...scopes] },
  };
  return changeGrant(deps, about, async ({ reads, control, now, newId, eventId }) => {
    const expiresAt = body.expiresAt ?? new Date(Date.parse(now) + DELEGATION_DEFAULT_MS).toISOString();
    const problem =
      problemWithRights(control, actor, scopes) ??
      (isTimeBounded(now, expiresAt, DELEGATION_MAX_MS) ? null : "INVALID_INPUT") ??
      (await problemWithAgent(reads, tenantId, agentId, now));
    if (problem !== null) return { kind: "refused", reason: problem };
    const delegation: Delegation = Delegation.parse({
      delegationId: newId(),
      tenantId,
      delegator: personBehind(control.staff, actor.id),
      delegate: agentId,
      depth: 1,
      scopes: [...new Set(scopes)],
      resourceRefs,
      constraints,
      issuedAt: now,
      expiresAt,
      revokedAt: null,
      revokedBy: null,
      revokeEpoch: null,
      auditVersion: 1,
      lastEventId: eventId,
    });
    const ref = delegationRef(delegation.delegationId);
    const data = { delegationId: delegation.delegationId, expiresAt };
    return { kind: "change", ref, grant: delegation, answer: { delegation }, data };
  });
}

/**
 * From which commit on is nothing done on these rights? From this one: every execution reads the grant in its own transaction
 * (M05.3). The person who granted it may, and owners and admins. Once more changes nothing and is refused as
 * DELEGATION_REVOKED. Refuses with NOT_FOUND and ROLE_MISSING.
 */
export function revokeDelegation(
  deps: Deps,
  command: GrantCommand<RouteBody<"revokeDelegation">> & { readonly delegationId: string },
): Promise<Outcome<RouteAnswer<"revokeDelegation">>> {
  const { actor, tenantId, requestId, delegationId, body } = command;
  const about: GrantChange = {
    ...{ actor, tenantId, requestId },
    done: "delegation.revoked",
    refused: "delegation.refused",
    freeText: { reason: body.reason },
    data: { delegationId },
  };
  return changeGrant(deps, about, async ({ reads, control, epoch, now, eventId }) => {
    const ref = delegationRef(delegationId);
    const [stored] = await reads.get([inTenant(tenantId, ref)]);
    const before = Delegation.safeParse(stored?.data ?? null);
    if (!before.success) return { kind: "refused", reason: "NOT_FOUND" };
    const isOwn =
      staffEntryOf(control.staff, actor.id) !== null &&
      personBehind(control.staff, actor.id) === personBehind(control.staff, before.data.delegator);
    if (!isOwn && !mayForOthers(control, actor)) return { kind: "refused", reason: "ROLE_MISSING" };
    if (before.data.revokedAt !== null) return { kind: "refused", reason: "DELEGATION_REVOKED" };
    const delegation = revoked(before.data, { by: actor.id, epoch, now, eventId });
    return { kind: "change", ref, grant: delegation, answer: { delegation } };
  });
}

/**
 * Every running grant of an agent, taken back in the commit that revokes the agent itself, so that none of them comes back to
 * life with its next key. One read for each grant.
 */
export async function revokeAllOf(
  reads: TransactionReads,
  { tenantId, agentId }: { readonly tenantId: string; readonly agentId: string },
  by: { readonly by: string; readonly now: UtcInstant; readonly eventId: string },
): Promise<{
  readonly changes: readonly DocumentChange[];
  readonly resourceRefs: readonly { readonly path: string; readonly auditVersion: number }[];
}> {
  const [global, tenant] = await reads.get([GLOBAL_CONTROL_PATH, inTenant(tenantId, controlRef())]);
  const { epoch } = effectiveControl(readControls(global?.data ?? null, tenant?.data ?? null), {}, by.now);
  const running = await reads.query({ ...runningOf(tenantId, agentId, by.now), limit: MAX_LIVE_DELEGATIONS });
  const ended = running.flatMap(({ data }) => {
    const parsed = Delegation.safeParse(data);
    return parsed.success ? [revoked(parsed.data, { ...by, epoch })] : [];
  });
  return {
    changes: ended.map((grant) => ({
      op: "set",
      path: inTenant(tenantId, delegationRef(grant.delegationId)),
      data: toDocument(grant),
    })),
    resourceRefs: ended.map(({ delegationId, auditVersion }) => ({ path: delegationRef(delegationId), auditVersion })),
  };
}

const runningOf = (tenantId: string, agentId: string, now: UtcInstant): Omit<DocumentQuery, "limit"> => ({
  collection: inTenant(tenantId, COLLECTIONS.delegations),
  where: [
    { field: "delegate", op: "==", value: agentId },
    { field: "revokedAt", op: "==", value: null },
    { field: "expiresAt", op: ">", value: now },
  ],
});

/** The same grant, taken back. */
const revoked = (
  before: Delegation,
  { by, epoch, now, eventId }: { by: string; epoch: number; now: UtcInstant; eventId: string },
): Delegation => ({
  ...before,
  revokedAt: now,
  revokedBy: by,
  revokeEpoch: epoch,
  auditVersion: before.auditVersion + 1,
  lastEventId: eventId,
});

type Person = GrantCommand<unknown>["actor"];

function problemWithRights(control: ControlState, actor: Person, scopes: readonly string[]): ReasonCode | null {
  if (rolesHeld({ kind: "read", state: control }, actor).length === 0) return "ROLE_MISSING";
  for (const scope of scopes) {
    const capability = REGISTRY.get(scope)?.metadata;
    if (capability === undefined) return "CAPABILITY_UNKNOWN";
    if (!capability.proposableBy.agent) return "NOT_PROPOSABLE_BY_AGENT";
    if (!mayAskThemselves(control.staff, actor.id, capability)) return "ROLE_MISSING";
  }
  return null;
}

async function problemWithAgent(
  reads: TransactionReads,
  tenantId: string,
  agentId: string,
  now: UtcInstant,
): Promise<ReasonCode | null> {
  const [stored] = await reads.get([inTenant(tenantId, agentRef(agentId))]);
  const agent = Agent.safeParse(stored?.data ?? null);
  if (!agent.success) return "NOT_FOUND";
  if (agent.data.status === "revoked") return "AGENT_REVOKED";
  const running = await reads.count({ ...runningOf(tenantId, agentId, now), limit: MAX_LIVE_DELEGATIONS });
  return running < MAX_LIVE_DELEGATIONS ? null : "BLAST_RADIUS_EXCEEDED";
}

/** Ends in the future, and no later than it may. A time that cannot be compared is not bounded. */
export const isTimeBounded = (now: UtcInstant, expiresAt: UtcInstant, maxMs: number): boolean =>
  Date.parse(expiresAt) > Date.parse(now) && Date.parse(expiresAt) - Date.parse(now) <= maxMs;

const mayForOthers = (control: ControlState, actor: Person): boolean =>
  rolesHeld({ kind: "read", state: control }, actor).some((role) => role === "owner" || role === "approver_admin");
