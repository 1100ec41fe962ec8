import assert from "node:assert/strict";
import { canonicalJson } from "../../src/audit/canonical-json.js";
import {
  ControlState,
  Delegation,
  Exemption,
  GlobalControlState,
  Proposal,
  REASON_CODES,
} from "../../src/contracts/index.js";
import type { AuditEvent, Json, JsonObject, Review } from "../../src/contracts/index.js";
import type { ObservedCommit } from "../support/memory-transactor.js";

/** Collections below a tenant that hold the studio's own records: what an effect is for. */
const TRUTH = new Set(["firings", "batches", "opsNotes", "reservations", "orders", "drafts"]);
const DAY_MS = 24 * 3_600_000;

/** What M01.1 allows, written down once more, and on purpose not taken from the code under test. */
const STEPS: Readonly<Record<string, string>> = {
  draft: "pending_approval superseded",
  pending_approval: "approved rejected expired withdrawn superseded stale blocked pending_approval",
  approved: "executed blocked expired revoked stale pending_approval",
  executed: "rolled_back rollback_conflict",
  rollback_conflict: "rolled_back rollback_conflict",
  rejected: "draft",
  blocked: "pending_approval expired withdrawn",
  stale: "pending_approval expired",
};

/** Thrown for what must never happen, however the commands were shuffled. */
function demand(isSo: boolean, what: string): void {
  if (!isSo) assert.fail(what);
}

/**
 * Watches every commit of a run, at the moment at which it takes effect, and knows the rules by itself: it recomputes them
 * from what is stored, with none of the code that decides.
 */
export class Oracle {
  readonly #tenantId: string;
  readonly #now: () => string;
  /** When each requester's executions took effect, for the quota. */
  readonly #executions = new Map<string, number[]>();
  /** Every refusal that was put on record. */
  readonly refusals: AuditEvent[] = [];
  readonly seen = { commits: 0, executed: 0, rolledBack: 0, refused: 0, approved: 0, eased: 0, lent: 0 };

  constructor(tenantId: string, now: () => string) {
    this.#tenantId = tenantId;
    this.#now = now;
  }

  watch(commit: ObservedCommit): void {
    this.seen.commits += 1;
    const events = commit.events.map(({ event }) => event);
    for (const event of events) this.#watchEvent(event);
    for (const { path } of commit.changes) {
      demand(
        path.startsWith(`tenants/${this.#tenantId}/`) || path.startsWith("tenants/platform/"),
        `${path} is another's`,
      );
      const collection = path.split("/").at(-2) ?? "";
      if (collection === "proposals") this.#watchProposal(commit, path, events);
      if (TRUTH.has(collection)) this.#watchEffect(commit, path, events);
    }
  }

  #watchEvent(event: AuditEvent): void {
    demand(event.tenantId === this.#tenantId || event.tenantId === "platform", "an event of another studio");
    if (event.outcome === "refused") {
      this.seen.refused += 1;
      this.refusals.push(event);
      demand(event.reasonCode !== null && event.reasonCode in REASON_CODES, `${event.type} without a reason`);
    }
  }

  /** No step that M01.1 does not hold, none without its event, and nobody decides on what their own chain asked for. */
  #watchProposal(commit: ObservedCommit, path: string, events: readonly AuditEvent[]): void {
    const [before, after] = [commit.before(path), commit.after(path)].map((data) => data && Proposal.parse(data));
    if (after == null) assert.fail(`${path} was deleted`);
    demand(
      events.some(({ proposalId }) => proposalId === after.proposalId),
      `${after.proposalId} changed without its event`,
    );
    if (before == null) return;
    if (before.status !== after.status)
      demand(STEPS[before.status]?.split(" ").includes(after.status) === true, `${before.status} to ${after.status}`);
    const added = after.reviews.slice(before.reviews.length);
    const control = this.#control(commit);
    for (const review of added.filter(({ decision }) => decision === "approve")) {
      demand(!isOfChain(after, review), `${review.reviewer.id} approved their own request`);
      demand(decides(control, after, review), `${review.reviewer.id} approved without the role`);
      demand(control.mode !== "stopped", "an approval while stopped");
      demand(Date.parse(this.#now()) < Date.parse(before.expiresAt), "an approval that came too late");
    }
    if (after.status === "approved" && before.status !== "approved") {
      this.seen.approved += 1;
      const eased = this.#exemption(commit, after);
      demand(countOf(control, after, eased) >= needed(after, eased), "approved by too few");
    }
  }

  /** Every change of a record is exactly a planned effect, and everything that it needs holds at this very commit. */
  #watchEffect(commit: ObservedCommit, path: string, events: readonly AuditEvent[]): void {
    const ref = path.slice(`tenants/${this.#tenantId}/`.length);
    const event = events.find(
      ({ type, resourceRefs }) =>
        (type === "proposal.executed" || type === "proposal.rolled_back") &&
        resourceRefs.some((resource) => resource.path === ref),
    );
    if (event === undefined) assert.fail(`${ref} changed without its event`);
    const stored = commit.before(`tenants/${this.#tenantId}/proposals/${event.proposalId ?? ""}`);
    if (stored === null) assert.fail(`${ref} changed for no proposal`);
    const proposal = Proposal.parse(stored);
    const isUndo = event.type === "proposal.rolled_back";
    const write = (isUndo ? proposal.plan.inverse : proposal.plan.writes).find((planned) => planned.ref === ref);
    if (write === undefined) assert.fail(`${ref} is not in the plan`);
    const expected = applied(commit.before(path), write.op, write.fields);
    demand(isSame(without(commit.after(path)), expected), `${ref} is not what the plan says`);
    if (isUndo) {
      this.seen.rolledBack += 1;
      demand(proposal.execution !== null && proposal.rollback === null, "an undo of what was never done");
      return;
    }
    this.seen.executed += 1;
    this.#watchExecution(commit, proposal);
  }

  #watchExecution(commit: ObservedCommit, proposal: Proposal): void {
    const nowMs = Date.parse(this.#now());
    const control = this.#control(commit);
    demand(control.mode === "normal", `an effect while ${control.mode}`);
    demand(control.epoch === proposal.controlEpochSeen, "an effect on an approval from before a flip");
    demand(proposal.status === "approved" && proposal.execution === null, "an effect without an unconsumed approval");
    demand(nowMs < Date.parse(proposal.approvedUntil ?? ""), "an effect on a lapsed approval");
    demand(nowMs >= Date.parse(proposal.executeNotBefore ?? this.#now()), "an effect within the hold window");
    const named = this.#spentBy(commit);
    if (named !== null) {
      this.seen.eased += 1;
      demand(isRunning(named, control, proposal, this.#now()), "an effect on an exemption that does not count");
    }
    demand(proposal.exemptionId === null || proposal.exemptionId === named?.exemptionId, "an exemption used unseen");
    const eased = named?.waives.includes("second_approver") === true ? named : null;
    demand(countOf(control, proposal, eased) >= needed(proposal, eased), "an effect with too few approvals that stand");
    if (proposal.actor.type === "agent") this.#watchLent(commit, control, proposal);
    for (const { ref, exists, values } of proposal.plan.preconditions) {
      const data = commit.before(`tenants/${this.#tenantId}/${ref}`);
      demand((data !== null) === exists, `${ref} came or went since the plan`);
      for (const [field, value] of Object.entries(values))
        demand(isSame(data?.[field], value), `${ref} ${field} changed since the plan`);
    }
    for (const { kind, id, mode, until } of control.state?.scopes ?? []) {
      const isAbout =
        (kind === "capability" && id === proposal.capabilityId) ||
        (kind === "actor" && proposal.actChain.some((link) => link.id === id));
      const isOver = until !== null && nowMs >= Date.parse(until);
      demand(mode === "normal" || isOver || !isAbout, `an effect while ${kind} ${id} is ${mode}`);
    }
    if (named?.waives.includes("quota") === true) return;
    const earlier = (this.#executions.get(proposal.actor.id) ?? []).filter((ms) => ms > nowMs - DAY_MS / 24);
    demand(earlier.length < 60, "an effect past its quota");
    this.#executions.set(proposal.actor.id, [...earlier, nowMs]);
  }

  /** What an agent asked for rests on a running grant of somebody who could ask for it themselves, at this very commit. */
  #watchLent(commit: ObservedCommit, control: Control, { delegationId, actor, capabilityId, plan }: Proposal): void {
    this.seen.lent += 1;
    const path = `tenants/${this.#tenantId}/delegations/${delegationId ?? ""}`;
    const grant = Delegation.parse(commit.before(path));
    demand(grant.revokedAt === null, "an effect on rights that were taken back");
    demand(grant.expiresAt > this.#now(), "an effect on rights whose time is over");
    demand(grant.delegate === actor.id && grant.scopes.includes(capabilityId), "an effect on another grant");
    demand(
      grant.resourceRefs.length === 0 || plan.writes.every(({ ref }) => grant.resourceRefs.includes(ref)),
      "an effect beyond the grant",
    );
    const giver = control.state?.staff.find(({ uid }) => uid === grant.delegator);
    const mayAsk = ["owner", "approver_admin", "approver", "operator"];
    demand(
      giver?.disabledAt === null && giver.roles.some((role) => mayAsk.includes(role)),
      "an effect on rights that the delegator does not have",
    );
  }

  #exemption(commit: ObservedCommit, { exemptionId }: Proposal): Exemption | null {
    if (exemptionId === null) return null;
    return Exemption.parse(commit.before(`tenants/${this.#tenantId}/exemptions/${exemptionId}`));
  }

  /** The exemption that this commit takes one use of. */
  #spentBy(commit: ObservedCommit): Exemption | null {
    const change = commit.changes.find(({ path }) => path.includes("/exemptions/"));
    if (change === undefined) return null;
    const [before, after] = [commit.before(change.path), commit.after(change.path)].map((it) => Exemption.parse(it));
    if (before === undefined || after === undefined) assert.fail("an exemption came or went with an effect");
    demand(after.uses === before.uses + 1, "an exemption that was used and not counted");
    return before;
  }

  /** The switch and the staff as they were stored when the commit took effect; a document that is not one means stopped. */
  #control(commit: ObservedCommit): Control {
    const global = GlobalControlState.safeParse(commit.before("control/global"));
    const tenant = ControlState.safeParse(commit.before(`tenants/${this.#tenantId}/control/state`));
    if (!global.success || !tenant.success) return { mode: "stopped", epoch: -1, state: null, nowMs: 0 };
    const modes = [global.data.mode, tenant.data.mode];
    const mode = modes.includes("stopped") ? "stopped" : modes.includes("read_only") ? "read_only" : "normal";
    return { mode, epoch: global.data.epoch + tenant.data.epoch, state: tenant.data, nowMs: Date.parse(this.#now()) };
  }
}

interface Control {
  readonly mode: "normal" | "read_only" | "stopped";
  readonly epoch: number;
  readonly state: ControlState | null;
  readonly nowMs: number;
}

const isOfChain = ({ actChain }: Proposal, { reviewer, for: covered }: Review): boolean =>
  actChain.some(({ type, id }) => type === "human" && (id === reviewer.id || id === covered));

/** Somebody who is in and holds a deciding role by the list of now, or who fills the place of such a person. */
function decides({ state }: Control, { rule }: Proposal, review: Review): boolean {
  const place = state?.staff.find(({ uid }) => uid === (review.for ?? review.reviewer.id));
  const seated = state?.staff.find(({ uid }) => uid === review.reviewer.id);
  const roles = new Set<string>(rule.thresholds.flatMap(({ filter }) => filter.roles));
  return place?.disabledAt === null && seated?.disabledAt === null && place.roles.some((role) => roles.has(role));
}

/** Everything about an exemption fits this proposal and this moment. */
function isRunning(exemption: Exemption, control: Control, proposal: Proposal, now: string): boolean {
  return (
    exemption.revokedAt === null &&
    exemption.uses < exemption.maxUses &&
    exemption.startsAt <= now &&
    now < exemption.expiresAt &&
    exemption.controlEpoch === control.epoch &&
    exemption.capabilityId === proposal.capabilityId &&
    (exemption.ownerUid === null || exemption.ownerUid === proposal.ownerUid) &&
    !proposal.actChain.some(({ id }) => id === exemption.grantedBy)
  );
}

/** Distinct places of people who approved this very plan and still may; not counting who granted its exemption. */
function countOf(control: Control, proposal: Proposal, eased: Exemption | null): number {
  const counting = proposal.reviews.filter(
    (review) =>
      review.decision === "approve" &&
      review.voidedAt === null &&
      review.planId === proposal.plan.planId &&
      !isOfChain(proposal, review) &&
      review.reviewer.id !== eased?.grantedBy &&
      review.for !== (eased?.grantedBy ?? "") &&
      decides(control, proposal, review),
  );
  return new Set(counting.map(({ for: covered, reviewer }) => covered ?? reviewer.id)).size;
}

const needed = ({ rule }: Proposal, eased: Exemption | null): number =>
  Math.max(1, Math.min(...rule.thresholds.map(({ count }) => count)) - (eased === null ? 0 : 1));

function applied(
  data: JsonObject | null,
  op: string,
  fields: readonly { path: string; after?: Json | undefined }[],
): JsonObject | null {
  if (op === "delete") return null;
  const result: Record<string, Json> = { ...without(data) };
  for (const { path, after } of fields)
    if (after === undefined) Reflect.deleteProperty(result, path);
    else result[path] = after;
  return result;
}

/** A record without what the executor keeps beside its fields. */
function without(data: JsonObject | null): JsonObject | null {
  if (data === null) return null;
  const kept = Object.entries(data).filter(([field]) => field !== "auditVersion" && field !== "lastEventId");
  return Object.fromEntries(kept);
}

const isSame = (a: Json | undefined, b: Json | undefined): boolean =>
  a === undefined || b === undefined ? a === b : canonicalJson(a) === canonicalJson(b);
