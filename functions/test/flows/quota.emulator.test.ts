import assert from "node:assert/strict";
import type { Outcome } from "../../src/commit/outcome.js";
import type { Proposal } from "../../src/contracts/index.js";
import { recordEvent } from "../../src/audit/record-event.js";
import { eventMeans } from "../../src/commit/deps.js";
import { inTenant } from "../../src/contracts/index.js";
import { QUOTAS } from "../../src/policy/quota-definitions.js";
import { quotaRef, standing } from "../../src/policy/quota.js";
import { debitQuota } from "../../src/proposals/debit-quota.js";
import { toQuota } from "../../src/proposals/load-quota.js";
import { StudioError } from "../../src/commit/studio-error.js";
import { resetQuota } from "../../src/policy/reset-quota.js";
import { executeProposal } from "../../src/proposals/execute.js";
import { approveProposal } from "../../src/proposals/review.js";
import { submitProposal } from "../../src/proposals/submit.js";
import { aFiringDocument, openTestStudio } from "../support/emulator.js";
import type { TestStudio } from "../support/emulator.js";

const PARALLEL = 30;
const LIMIT = 60;
/** Transactions on one document take turns: whoever ran out of attempts asks again, as a client would. */
const ATTEMPTS = 20;

describe("quotas on the Firestore emulator", function () {
  this.timeout(180_000);
  let studio: TestStudio;
  let key: string;

  beforeEach(async () => {
    studio = await openTestStudio();
    key = `default.actor.${studio.owner.id}`;
  });
  afterEach(() => studio.close());

  it("lets exactly five of thirty simultaneous executions through when five are left, and says when the next may", async () => {
    const approved = await Promise.all(Array.from({ length: PARALLEL }, (_, i) => anApproved(`f-${i}`)));
    await use(LIMIT - 5);
    const outcomes = await Promise.all(approved.map(execute));
    assert.equal(outcomes.filter(({ kind }) => kind === "accepted").length, 5);
    const refused = outcomes.flatMap((outcome) => (outcome.kind === "refused" ? [outcome] : []));
    assert.deepEqual([...new Set(refused.map(({ reason }) => reason))], ["QUOTA"]);
    const { quota, retryAfterSeconds } = refused[0]?.details ?? {};
    assert.deepEqual([quota?.key, quota?.limit, quota?.remaining], [key, LIMIT, 0]);
    assert.ok(
      (quota?.retryAfterMs ?? 0) > 3_500_000 && retryAfterSeconds === Math.ceil((quota?.retryAfterMs ?? 0) / 1_000),
    );
    const flagged = await studio.firestore.collection(`tenants/${studio.tenantId}/firings`).get();
    assert.equal(flagged.docs.filter((doc) => doc.get("attention") !== null).length, 5);
    assert.equal(((await studio.read(`quotas/${key}`))?.["hits"] as unknown[]).length, LIMIT);
  });

  it("lets exactly five of thirty simultaneous first hits through under a limit of five", async () => {
    const definition = QUOTAS.get("policy");
    assert.ok(definition?.limit === 5);
    const of = { definition, value: studio.owner.id };
    const path = inTenant(studio.tenantId, quotaRef(of));
    assert.equal(await studio.read(quotaRef(of)), undefined, "nobody counted before");
    const hit = () =>
      studio.deps.transactor.transact(async (reads) => {
        const [document] = await reads.get([path]);
        const quota = toQuota(of, document);
        const now = studio.deps.clock.now();
        if (quota === null || standing(quota, now).remaining === 0) return { changes: [], events: [], answer: false };
        const eventId = studio.deps.ids.random();
        const { changes, resourceRefs } = debitQuota(quota, { ...about(studio.owner), now }, eventId);
        const draft = { ...about(studio.owner), at: now, outcome: "done" as const, resourceRefs: [...resourceRefs] };
        const event = recordEvent({ ...draft, type: "proposal.executed", data: {} }, eventMeans(studio.deps, eventId));
        return { changes, events: [event], answer: true };
      });
    const passed = await Promise.all(Array.from({ length: PARALLEL }, () => patiently(hit)));
    assert.equal(passed.filter(Boolean).length, 5);
    assert.equal(((await studio.read(quotaRef(of)))?.["hits"] as unknown[]).length, 5);
  });

  it("counts thirty simultaneous first hits, none of them lost", async () => {
    const approved = await Promise.all(Array.from({ length: PARALLEL }, (_, i) => anApproved(`f-${i}`)));
    const outcomes = await Promise.all(approved.map(execute));
    assert.equal(outcomes.filter(({ kind }) => kind === "accepted").length, PARALLEL);
    const stored = await studio.read(`quotas/${key}`);
    assert.deepEqual([(stored?.["hits"] as unknown[]).length, stored?.["auditVersion"]], [PARALLEL, PARALLEL]);
  });

  it("starts anew after a reset with a reason, which is on record with what had been used", async () => {
    const approved = await anApproved("f-1");
    await use(LIMIT);
    assert.equal((await execute(approved)).kind, "refused");
    const reset = { ...about(studio.admin), quotaKey: key, body: { reason: "Ten firings at once after the storm." } };
    assert.equal((await resetQuota(studio.deps, reset)).kind, "accepted");
    assert.equal((await execute(approved)).kind, "accepted");
    const events = await studio.firestore
      .collection(`tenants/${studio.tenantId}/auditEvents`)
      .where("type", "==", "quota.reset")
      .get();
    const [event] = events.docs.map((doc) => JSON.parse(String(doc.get("canonical"))) as { data: object });
    assert.deepEqual(event?.data, { before: LIMIT, after: 0 });
    const unlisted = { ...reset, actor: { ...studio.admin, id: "not-listed" } };
    const refused = await resetQuota(studio.deps, unlisted);
    assert.equal(refused.kind === "refused" && refused.reason, "ROLE_MISSING");
  });

  const about = (actor: TestStudio["owner"]) => ({ actor, tenantId: studio.tenantId, requestId: "quota-test" });

  async function anApproved(firingId: string): Promise<Proposal> {
    await studio.put(`firings/${firingId}`, aFiringDocument(firingId));
    const input = { firingId, attention: "room_overheat", note: "41 °C with both kilns off" };
    const body = { capabilityId: "firing.flag", input, rationale: "hot", evidence: [] };
    const { proposal } = accepted(await submitProposal(studio.deps, { ...about(studio.owner), body }));
    const decision = { ifRev: 1, planId: proposal.plan.planId, rationale: null, reasonCode: "looks_right" as const };
    const approval = { ...about(studio.approver), proposalId: proposal.proposalId, body: decision };
    return accepted(await approveProposal(studio.deps, approval)).proposal;
  }

  async function execute({ proposalId, plan }: Proposal): ReturnType<typeof executeProposal> {
    const idempotencyKey = `quota-${proposalId}-0123456789`;
    const command = { ...about(studio.approver), proposalId, idempotencyKey, body: { planId: plan.planId } };
    for (let attempt = 1; ; attempt += 1) {
      try {
        const outcome = await executeProposal(studio.deps, command);
        if (outcome.kind === "accepted" || outcome.reason !== "IN_PROGRESS" || attempt >= ATTEMPTS) return outcome;
      } catch (error) {
        if (!(error instanceof StudioError) || !error.isRetryable || attempt >= ATTEMPTS) throw error;
      }
    }
  }

  async function patiently<T>(run: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await run();
      } catch (error) {
        if (!(error instanceof StudioError) || !error.isRetryable || attempt >= ATTEMPTS) throw error;
      }
    }
  }

  /** As after that many executions a minute ago. */
  async function use(hits: number): Promise<void> {
    const ago = new Date(Date.now() - 60_000).toISOString();
    const counted = { hits: Array.from({ length: hits }, () => ago), auditVersion: hits, lastEventId: "event-before" };
    const subject = { quotaId: "default", key: "actor", value: studio.owner.id };
    await studio.put(`quotas/${key}`, { ...subject, ...counted, updatedAt: ago });
  }
});

function accepted<T>(outcome: Outcome<T>): T {
  assert.ok(outcome.kind === "accepted", outcome.kind === "refused" ? outcome.reason : "");
  return outcome.answer;
}
