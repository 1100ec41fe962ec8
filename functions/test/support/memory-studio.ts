import assert from "node:assert/strict";
import { toDocument } from "../../src/commit/document-change.js";
import type { Outcome } from "../../src/commit/outcome.js";
import { ApiError, Proposal, REASON_CODES, controlRef, inTenant, proposalRef } from "../../src/contracts/index.js";
import type {
  ApiErrorDetails,
  AuditEvent,
  ControlScope,
  HumanActor,
  JsonObject,
  ReasonCode,
  RouteBody,
  UtcInstant,
} from "../../src/contracts/index.js";
import { enrolAgent } from "../../src/devices/enrol-agent.js";
import { bootstrapGlobalControl, bootstrapTenant } from "../../src/policy/bootstrap-control.js";
import { grantDelegation, revokeDelegation } from "../../src/policy/delegations.js";
import { grantExemption } from "../../src/policy/exemptions.js";
import { engageStop } from "../../src/policy/engage-stop.js";
import { releaseStop } from "../../src/policy/release-stop.js";
import { engageScope } from "../../src/policy/scopes.js";
import { executeProposal } from "../../src/proposals/execute.js";
import { planProposal } from "../../src/proposals/replan.js";
import {
  approveProposal,
  rejectProposal,
  reopenProposal,
  revokeProposal,
  withdrawProposal,
} from "../../src/proposals/review.js";
import { reviseProposal } from "../../src/proposals/revise.js";
import { rollbackProposal } from "../../src/proposals/rollback.js";
import { decideAgentSubmission } from "../../src/proposals/submit-for-agent.js";
import { submitProposal } from "../../src/proposals/submit.js";
import { assertTrailIsSound, eventsOf } from "./audit-trail.js";
import {
  TENANT_ID,
  aBatch,
  aFiring,
  anAdmin,
  anAgent,
  anApprover,
  anOperator,
  anOwner,
  anotherOwner,
  theStaff,
} from "./builders.js";
import { HOUR, testDeps } from "./fake-means.js";
import type { TestDeps } from "./fake-means.js";

export const REASON = "Smoke in the kiln room";
export const WHY = "the sensor in the room agrees with the agent";
export const key = (n: number): string => `idempotency-key-${String(n).padStart(4, "0")}`;
const plus = (now: UtcInstant, ms: number): UtcInstant => new Date(Date.parse(now) + ms).toISOString();
const NOTE = { batchId: "b-1", text: "Two handles are cracked." };

/** A studio in memory, opened by its own people, with one firing and one batch; everything is done by the use cases. */
export interface MemoryStudio {
  readonly deps: TestDeps;
  at(ref: string): JsonObject | undefined;
  /** The studio's own systems change a record. */
  change(ref: string, fields: JsonObject): void;
  stored(proposalId: string): Proposal;
  events(): AuditEvent[];
  accepted<T>(doing: Promise<Outcome<T>>, types?: readonly string[]): Promise<T>;
  refused(doing: Promise<Outcome<unknown>>, reason: ReasonCode, types?: readonly string[]): Promise<ApiErrorDetails>;
  submit(actor?: HumanActor, input?: JsonObject, capabilityId?: string): ReturnType<typeof submitProposal>;
  submitFlag(actor?: HumanActor): Promise<Proposal>;
  submitForAgent(request?: JsonObject, capabilityId?: string): ReturnType<typeof submitProposal>;
  approve(proposal: Proposal, actor?: HumanActor): ReturnType<typeof approveProposal>;
  reject(proposal: Proposal, actor?: HumanActor): ReturnType<typeof rejectProposal>;
  withdraw(proposal: Proposal, actor?: HumanActor): ReturnType<typeof withdrawProposal>;
  replan(proposal: Proposal, actor?: HumanActor): ReturnType<typeof planProposal>;
  execute(proposal: Proposal, n?: number, actor?: HumanActor): ReturnType<typeof executeProposal>;
  /** Without waiting for the end of the hold window, as `execute` does. */
  executeAtOnce(proposal: Proposal, n?: number, actor?: HumanActor): ReturnType<typeof executeProposal>;
  reopen(proposal: Proposal, actor?: HumanActor): ReturnType<typeof reopenProposal>;
  revoke(proposal: Proposal, actor?: HumanActor): ReturnType<typeof revokeProposal>;
  revise(proposal: Proposal, input: JsonObject, actor?: HumanActor): ReturnType<typeof reviseProposal>;
  rollback(proposal: Proposal, n?: number): ReturnType<typeof rollbackProposal>;
  enrol(): ReturnType<typeof enrolAgent>;
  /** Somebody lends the agent the right to flag firings, for thirty days unless told otherwise. */
  lend(body?: Partial<RouteBody<"grantDelegation">>, actor?: HumanActor): ReturnType<typeof grantDelegation>;
  takeBack(delegationId: string, actor?: HumanActor): ReturnType<typeof revokeDelegation>;
  exempt(body?: Partial<RouteBody<"grantExemption">>, actor?: HumanActor): ReturnType<typeof grantExemption>;
  stop(mode?: "stopped" | "read_only"): ReturnType<typeof engageStop>;
  stopScope(scope: Pick<ControlScope, "kind" | "id" | "until">): ReturnType<typeof engageScope>;
  release(actor: HumanActor, phrase?: string | null): ReturnType<typeof releaseStop>;
  /** The platform brings the studio into being, or lists its people again. */
  bootstrap(): Promise<void>;
  releaseByTwo(): Promise<void>;
}

export async function openMemoryStudio(): Promise<MemoryStudio> {
  const deps = testDeps({
    [inTenant(TENANT_ID, "firings/f-1")]: toDocument(aFiring()),
    [inTenant(TENANT_ID, "batches/b-1")]: toDocument(aBatch()),
  });
  const studio = makeStudio(deps);
  await bootstrapGlobalControl(deps);
  await studio.bootstrap();
  await studio.releaseByTwo();
  await studio.accepted(studio.enrol(), ["agent.enrolled"]);
  await studio.accepted(studio.lend(), ["delegation.granted"]);
  return studio;
}

function makeStudio(deps: TestDeps): MemoryStudio {
  const dump = () => deps.transactor.dump();
  const of = (actor: HumanActor, proposal: Proposal) => ({
    actor,
    signedInAt: deps.clock.now(),
    tenantId: TENANT_ID,
    requestId: "request-1",
    proposalId: proposal.proposalId,
  });
  const control = <Body>(actor: HumanActor, body: Body) => ({
    actor,
    tenantId: TENANT_ID,
    requestId: "request-1",
    body,
  });
  const newEvents = async <T>(doing: Promise<T>): Promise<{ outcome: T; added: AuditEvent[] }> => {
    const known = new Set(studio.events().map(({ eventId }) => eventId));
    const outcome = await doing;
    assertTrailIsSound(dump(), TENANT_ID);
    return { outcome, added: studio.events().filter(({ eventId }) => !known.has(eventId)) };
  };
  const studio: MemoryStudio = {
    deps,
    at: (ref) => dump()[inTenant(TENANT_ID, ref)],
    change: (ref, fields) =>
      deps.transactor.put(inTenant(TENANT_ID, ref), { ...dump()[inTenant(TENANT_ID, ref)], ...fields }),
    stored: (proposalId) => Proposal.parse(dump()[inTenant(TENANT_ID, proposalRef(proposalId))]),
    events: () => eventsOf(dump(), TENANT_ID),

    async accepted(doing, types) {
      const { outcome, added } = await newEvents(doing);
      if (outcome.kind === "refused") assert.fail(`refused with ${outcome.reason}: ${JSON.stringify(outcome.details)}`);
      if (types !== undefined)
        assert.deepEqual(
          added.map(({ type }) => type),
          types,
        );
      return outcome.answer;
    },
    async refused(doing, reason, types = ["proposal.refused"]) {
      const { outcome, added } = await newEvents(doing);
      assert.equal(outcome.kind === "refused" ? outcome.reason : outcome.kind, reason);
      assert.ok(outcome.kind === "refused");
      const found = added.map((event) => [event.type, event.outcome, event.reasonCode]);
      assert.deepEqual(
        found,
        types.map((type) => [type, "refused", reason]),
        "every refusal is on record with its code",
      );
      const { details } = outcome;
      const { sentence: message } = REASON_CODES[reason];
      ApiError.parse({ error: { code: reason, message, requestId: "request-1", ...(details && { details }) } });
      return details ?? {};
    },

    submit: (actor = anOperator(), input = NOTE, capabilityId = "batch.opsNote.append") =>
      submitProposal(deps, control(actor, { capabilityId, input, rationale: "seen at the shelf", evidence: [] })),
    async submitFlag(actor = anOperator()) {
      const input = { firingId: "f-1", attention: "room_overheat", note: "41 degrees in the room" };
      return (await studio.accepted(studio.submit(actor, input, "firing.flag"), ["proposal.submitted"])).proposal;
    },
    submitForAgent: (
      request = { kilnId: "k-1", attention: "room_overheat", note: "41 degrees", unlessBookedWithinHours: 2 },
      capabilityId = "firing.flag",
    ) => {
      const proposal = { capabilityId, request, ruleId: "room-hot", rationale: "41 degrees for 10 min", evidence: [] };
      const now = deps.clock.now();
      const sent = { tenantId: TENANT_ID, agent: anAgent(), requestId: "request-1", now, sentAt: now, isLate: false };
      return deps.transactor.transact((reads) => decideAgentSubmission(deps, reads, { ...sent, proposal }));
    },
    approve: (proposal, actor = anApprover()) => {
      const { rev, plan } = proposal;
      const body = { ifRev: rev, planId: plan.planId, rationale: WHY, reasonCode: null };
      return approveProposal(deps, { ...of(actor, proposal), body });
    },
    reject: (proposal, actor = anApprover()) =>
      rejectProposal(deps, {
        ...of(actor, proposal),
        body: { ifRev: proposal.rev, reasonCode: "not_needed", rationale: WHY },
      }),
    withdraw: (proposal, actor = anOperator()) =>
      withdrawProposal(deps, { ...of(actor, proposal), body: { ifRev: proposal.rev, rationale: "changed my mind" } }),
    replan: (proposal, actor = anApprover()) =>
      planProposal(deps, { ...of(actor, proposal), body: { ifRev: proposal.rev } }),
    execute(proposal, n, actor) {
      const notBefore = dump()[inTenant(TENANT_ID, proposalRef(proposal.proposalId))]?.["executeNotBefore"];
      if (typeof notBefore === "string" && notBefore > deps.clock.now()) deps.clock.set(notBefore);
      return studio.executeAtOnce(proposal, n, actor);
    },
    executeAtOnce: (proposal, n = 1, actor = anOperator()) =>
      executeProposal(deps, {
        ...of(actor, proposal),
        body: { planId: proposal.plan.planId },
        idempotencyKey: key(n),
      }),
    reopen: (proposal, actor = anAdmin()) =>
      reopenProposal(deps, { ...of(actor, proposal), body: { ifRev: proposal.rev, rationale: WHY } }),
    revoke: (proposal, actor = anApprover()) =>
      revokeProposal(deps, { ...of(actor, proposal), body: { ifRev: proposal.rev, rationale: "" } }),
    revise: (proposal, input, actor = anOperator()) =>
      reviseProposal(deps, { ...of(actor, proposal), body: { ifRev: proposal.rev, input, rationale: "corrected" } }),
    rollback: (proposal, n = 2) =>
      rollbackProposal(deps, {
        ...of(anOperator(), proposal),
        body: { rationale: "it was the wrong firing" },
        idempotencyKey: key(n),
      }),
    enrol: () => {
      const { agentId, name, keys } = anAgent();
      return enrolAgent(deps, control(anOwner(), { agentId, name, publicKey: keys[0]?.publicKey ?? "" }));
    },
    lend: (body = {}, actor = anOwner()) =>
      grantDelegation(
        deps,
        control(actor, {
          agentId: "pi-1",
          scopes: ["firing.flag"],
          resourceRefs: [],
          constraints: { maxAmountCents: null, maxPerDay: null },
          expiresAt: plus(deps.clock.now(), 30 * 24 * HOUR),
          reason: "The Pi watches the kiln room for us.",
          ...body,
        }),
      ),
    takeBack: (delegationId, actor = anOwner()) =>
      revokeDelegation(deps, { ...control(actor, { reason: "no more" }), delegationId }),
    exempt: (body = {}, actor = anotherOwner()) =>
      grantExemption(
        deps,
        control(actor, {
          capabilityId: "firing.flag",
          forUid: "otto",
          resourceRef: null,
          constraint: { maxAmountCents: null },
          waives: ["second_approver"],
          ticketRef: "log book, page 12",
          startsAt: null,
          expiresAt: plus(deps.clock.now(), 4 * HOUR),
          maxUses: 1,
          reason: "Only one of us is in the house today.",
          ...body,
        }),
      ),
    stop: (mode = "stopped") => engageStop(deps, control(anApprover(), { mode, reason: REASON })),
    stopScope: (scope) => engageScope(deps, control(anApprover(), { ...scope, mode: "stopped", reason: REASON })),
    release: (actor, phrase = null) =>
      releaseStop(deps, control(actor, { reason: "All clear again, says Otto", phrase })),
    async bootstrap() {
      const tenant = { tenantId: TENANT_ID, name: "Kiln House", timeZone: "Europe/Berlin", currency: "EUR" };
      await bootstrapTenant(deps, tenant, theStaff());
    },
    async releaseByTwo() {
      await studio.accepted(studio.release(anOwner()), ["control.release_requested"]);
      await studio.accepted(studio.release(anotherOwner()), ["control.released"]);
      assert.equal(studio.at(controlRef())?.["mode"], "normal");
    },
  };
  return studio;
}
