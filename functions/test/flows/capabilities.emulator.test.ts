import assert from "node:assert/strict";
import { toDocument } from "../../src/commit/document-change.js";
import type { Outcome } from "../../src/commit/outcome.js";
import type { JsonObject } from "../../src/contracts/index.js";
import { executeProposal } from "../../src/proposals/execute.js";
import { approveProposal } from "../../src/proposals/review.js";
import { rollbackProposal } from "../../src/proposals/rollback.js";
import { submitProposal } from "../../src/proposals/submit.js";
import { aBatch, aReservation, anOrder } from "../support/builders.js";
import { openTestStudio } from "../support/emulator.js";
import type { TestStudio } from "../support/emulator.js";

interface Change {
  readonly capabilityId: string;
  readonly ref: string;
  readonly stored: JsonObject | null;
  readonly input: JsonObject;
  readonly field: string;
  readonly after: unknown;
}

const CHANGES: readonly Change[] = [
  {
    capabilityId: "batch.state.advance",
    ref: "batches/b-1",
    stored: toDocument(aBatch()),
    input: { batchId: "b-1", to: "ready_for_program" },
    field: "state",
    after: "ready_for_program",
  },
  {
    capabilityId: "reservation.status.set",
    ref: "reservations/r-1",
    stored: toDocument(aReservation({ reservationId: "r-1" })),
    input: { reservationId: "r-1", status: "confirmed" },
    field: "status",
    after: "confirmed",
  },
  {
    capabilityId: "reservation.window.shift",
    ref: "reservations/r-2",
    stored: toDocument(aReservation({ reservationId: "r-2" })),
    input: {
      reservationId: "r-2",
      windowStartAt: "2026-12-01T09:00:00.000Z",
      windowEndAt: "2026-12-03T09:00:00.000Z",
    },
    field: "windowStartAt",
    after: new Date("2026-12-01T09:00:00.000Z"),
  },
  {
    capabilityId: "order.reconciliation.annotate",
    ref: "orders/o-1",
    stored: toDocument(anOrder()),
    input: { orderId: "o-1", finding: "paid_twice", note: "Two charges on one day." },
    field: "reconciliation",
    after: "paid_twice",
  },
  {
    capabilityId: "announcement.draft.store",
    ref: "drafts/announcement-",
    stored: null,
    input: { draftId: null, title: "Kiln closed", body: "Back on Monday.", audience: "members" },
    field: "title",
    after: "Kiln closed",
  },
];

describe("the first capabilities on the Firestore emulator", function () {
  this.timeout(60_000);
  let studio: TestStudio;
  before(async () => {
    studio = await openTestStudio();
  });
  after(() => studio.close());

  for (const change of CHANGES) {
    it(`${change.capabilityId}: approved, executed, and taken back to what was there`, async () => {
      if (change.stored !== null) await studio.put(change.ref, change.stored);
      const { proposalId, plan } = await approved(change);
      const ref = change.stored === null ? `${change.ref}${proposalId}` : change.ref;
      const before = await studio.read(ref);
      const about = { actor: studio.approver, tenantId: studio.tenantId, requestId: "capability-flow", proposalId };
      const key = (step: string) => `${step}-${proposalId}-0123456789`;
      accepted(
        await executeProposal(studio.deps, { ...about, idempotencyKey: key("do"), body: { planId: plan.planId } }),
      );
      assert.deepEqual(valueOf((await studio.read(ref))?.[change.field]), change.after);
      const undo = { ...about, idempotencyKey: key("undo"), body: { rationale: "it was the wrong one" } };
      accepted(await rollbackProposal(studio.deps, undo));
      const { auditVersion, ...after } = (await studio.read(ref)) ?? {};
      const rest = Object.fromEntries(Object.entries(after).filter(([field]) => field !== "lastEventId"));
      assert.deepEqual(rest, before ?? {});
      assert.equal(auditVersion, before === undefined ? undefined : 2);
    });
  }

  it("order.reconciliation.annotate: an undo does not run over what finance noted since", async () => {
    const change = CHANGES[3];
    assert.ok(change !== undefined && change.stored !== null);
    await studio.put("orders/o-1", change.stored);
    const { proposalId, plan } = await approved({ ...change, input: { ...change.input, note: "Paid twice, surely." } });
    const about = { actor: studio.approver, tenantId: studio.tenantId, requestId: "capability-flow", proposalId };
    const key = { idempotencyKey: `once-${proposalId}-0123456789` };
    accepted(await executeProposal(studio.deps, { ...about, ...key, body: { planId: plan.planId } }));
    const since = { finding: "matches", note: "The second one was refunded.", proposalId: "p-later" };
    await studio.put("orders/o-1", { ...change.stored, reconciliation: since, auditVersion: 2 });
    const undo = { ...about, idempotencyKey: `undo-${proposalId}-0123456789`, body: { rationale: "it was wrong" } };
    const outcome = await rollbackProposal(studio.deps, undo);
    assert.equal(outcome.kind === "refused" && outcome.reason, "ROLLBACK_CONFLICT");
    assert.deepEqual((await studio.read("orders/o-1"))?.["reconciliation"], since);
  });

  async function approved({ capabilityId, input }: Change) {
    const about = { tenantId: studio.tenantId, requestId: "capability-flow" };
    const rationale = "As talked about at the desk this morning.";
    const body = { capabilityId, input, rationale, evidence: [] };
    const { proposal } = accepted(await submitProposal(studio.deps, { ...about, actor: studio.owner, body }));
    const decision = { ifRev: proposal.rev, planId: proposal.plan.planId, rationale, reasonCode: null };
    const review = { ...about, actor: studio.approver, proposalId: proposal.proposalId, body: decision };
    return accepted(await approveProposal(studio.deps, review)).proposal;
  }
});

/** An instant, the finding of a note, or the value itself. */
function valueOf(stored: unknown): unknown {
  if (typeof stored !== "object" || stored === null) return stored;
  if ("toDate" in stored) return (stored as { toDate(): Date }).toDate();
  return "finding" in stored ? stored.finding : stored;
}

function accepted<T>(outcome: Outcome<T>): T {
  assert.ok(outcome.kind === "accepted", outcome.kind === "refused" ? outcome.reason : "");
  return outcome.answer;
}
