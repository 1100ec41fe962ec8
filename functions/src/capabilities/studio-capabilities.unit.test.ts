import assert from "node:assert/strict";
import fc from "fast-check";
import { aBatch, aReservation, anOrder, capabilityOf, documentsOf } from "../../test/support/builders.js";
import { planOf, requirePlan } from "../../test/support/effects.js";
import { HOUR, later } from "../../test/support/fake-means.js";
import { toDocument } from "../commit/document-change.js";
import { BATCH_STATES, REASON_CODES, RESERVATION_STATUSES } from "../contracts/index.js";
import type { BatchState, JsonObject, ReservationStatus } from "../contracts/index.js";
import { applyEffect } from "../proposals/apply-effect.js";
import { BOOKKEEPING } from "../proposals/plan-effect.js";
import { REGISTRY } from "./registry.js";

const batch = (overrides: Parameters<typeof aBatch>[0] = {}) => toDocument(aBatch(overrides));
const reservation = (overrides: Parameters<typeof aReservation>[0] = {}) => toDocument(aReservation(overrides));
const order = (overrides: Parameters<typeof anOrder>[0] = {}) => toDocument(anOrder(overrides));
const DRAFT: JsonObject = {
  draftId: "d-1",
  kind: "announcement",
  title: "Kiln closed",
  body: "The big kiln rests this week.",
  audience: "members",
  proposalId: "p-0",
  proposedBy: "Olga",
};

const plan = (capabilityId: string, input: JsonObject, documents: Readonly<Record<string, JsonObject | null>>) =>
  planOf(capabilityOf(capabilityId), documentsOf(documents), input);
const reasonOf = (...asked: Parameters<typeof plan>): string => {
  const result = plan(...asked);
  return result.kind === "refused" ? result.reason : "planned";
};

/** One good request for each capability, and the record that it is about. */
const GOOD: Readonly<Record<string, { ref: string; input: JsonObject; data: JsonObject }>> = {
  "batch.state.advance": { ref: "batches/b-1", input: { batchId: "b-1", to: "ready_for_program" }, data: batch() },
  "reservation.status.set": {
    ref: "reservations/r-1",
    input: { reservationId: "r-1", status: "confirmed" },
    data: reservation(),
  },
  "reservation.window.shift": {
    ref: "reservations/r-1",
    input: { reservationId: "r-1", windowStartAt: later(48 * HOUR), windowEndAt: later(96 * HOUR) },
    data: reservation(),
  },
  "order.reconciliation.annotate": {
    ref: "orders/o-1",
    input: { orderId: "o-1", finding: "paid_twice", note: "Two charges on one day." },
    data: order(),
  },
  "announcement.draft.store": {
    ref: "drafts/d-1",
    input: { draftId: "d-1", title: "Kiln open", body: "The big kiln is back.", audience: "members" },
    data: DRAFT,
  },
};

describe("capabilities: what a studio needs first", () => {
  for (const [id, { ref, input, data }] of Object.entries(GOOD)) {
    describe(id, () => {
      it("takes a good request, and says in its headline what would happen", () => {
        assert.ok(capabilityOf(id).inputSchema.safeParse(input).success);
        const { writes, inverse, headline } = requirePlan(plan(id, input, { [ref]: data }));
        assert.deepEqual([writes.length, inverse.length], [1, 1]);
        assert.ok(headline.length > 20);
      });

      it("refuses a record that is not there, and one that is something else", () => {
        assert.equal(reasonOf(id, input, { [ref]: null }), "TARGET_NOT_FOUND");
        assert.equal(reasonOf(id, input, { [ref]: { name: "no such thing" } }), "TARGET_UNREADABLE");
      });

      it("has nothing to do where it was done already", () => {
        const { writes } = requirePlan(plan(id, input, { [ref]: data }));
        const after = applied(ref, data, writes);
        assert.equal(reasonOf(id, input, { [ref]: after }), "NO_OP");
      });

      it("takes back exactly what it did, whatever else the record holds", () => {
        const extra = fc.dictionary(fc.constantFrom("shelf", "colour"), fc.string(), { noNullPrototype: true });
        fc.assert(
          fc.property(extra, (fields) => {
            const before = { ...data, ...fields };
            const { writes, inverse } = requirePlan(plan(id, input, { [ref]: before }));
            const after = applied(ref, before, writes);
            assert.notDeepEqual(after, before);
            assert.deepEqual(applied(ref, after, inverse), before);
          }),
        );
      });

      it("answers anything that may be stored with a plan or a reason, and never throws", () => {
        const damaged = fc
          .tuple(fc.constantFrom(...Object.keys(data)), fc.jsonValue())
          .map(([field, value]) => ({ ...data, [field]: value as JsonObject }));
        fc.assert(
          fc.property(damaged, (stored) => {
            const reason = reasonOf(id, input, { [ref]: stored });
            assert.ok(reason === "planned" || reason in REASON_CODES);
          }),
        );
      });
    });
  }

  it("are all of low or medium risk, reversible, and not for agents", () => {
    for (const id of Object.keys(GOOD)) {
      const metadata = REGISTRY.get(id)?.metadata;
      assert.ok(metadata?.riskTier === "low" || metadata?.riskTier === "medium");
      assert.deepEqual([metadata.inverse.kind, metadata.proposableBy.agent], ["generated", false]);
    }
  });

  describe("batch.state.advance", () => {
    const step = (from: BatchState, to: BatchState, about: Parameters<typeof aBatch>[0] = {}) =>
      reasonOf(
        "batch.state.advance",
        { batchId: "b-1", to },
        { "batches/b-1": batch({ state: from, kilnId: "k-1", firingId: "f-1", ...about }) },
      );

    it("goes one step at a time, to exception from anywhere before the end, and from there back to the shelf", () => {
      const onward = BATCH_STATES.slice(0, -1);
      for (const [i, from] of BATCH_STATES.entries())
        for (const to of BATCH_STATES) {
          const isForward = from !== "exception" && to !== "exception" && onward.indexOf(to) === i + 1;
          const isBack =
            (from === "ready_for_program" && to === "staged") ||
            (from === "ready_for_start" && to === "ready_for_program");
          const isAside = to === "exception" && from !== "complete" && from !== "exception";
          const isReturn = from === "exception" && to === "staged";
          const expected =
            from === to ? "NO_OP" : isForward || isBack || isAside || isReturn ? "planned" : "TARGET_STATE";
          assert.equal(step(from, to), expected, `${from} to ${to}`);
        }
    });

    it("needs pieces for a program, a kiln for the start, a firing to fire, and an open batch for anything", () => {
      assert.equal(step("staged", "ready_for_program", { pieceCount: 0 }), "TARGET_STATE");
      assert.equal(step("ready_for_program", "ready_for_start", { kilnId: null }), "TARGET_STATE");
      assert.equal(step("ready_for_start", "firing", { firingId: null }), "TARGET_STATE");
      assert.equal(step("staged", "exception", { isClosed: true }), "TARGET_STATE");
    });
  });

  it("reservation.status.set keeps to the table, and cancelled and completed are ends", () => {
    const allowed: Readonly<Record<ReservationStatus, readonly ReservationStatus[]>> = {
      requested: ["confirmed", "waitlisted", "cancelled"],
      confirmed: ["waitlisted", "cancelled", "completed"],
      waitlisted: ["confirmed", "cancelled"],
      cancelled: [],
      completed: [],
    };
    for (const from of RESERVATION_STATUSES)
      for (const status of RESERVATION_STATUSES) {
        const expected = from === status ? "NO_OP" : allowed[from].includes(status) ? "planned" : "TARGET_STATE";
        const stored = { "reservations/r-1": reservation({ status: from }) };
        assert.equal(reasonOf("reservation.status.set", { reservationId: "r-1", status }, stored), expected);
      }
  });

  describe("reservation.window.shift", () => {
    const shift = (startMs: number, endMs: number, about: Parameters<typeof aReservation>[0] = {}) =>
      reasonOf(
        "reservation.window.shift",
        { reservationId: "r-1", windowStartAt: later(startMs), windowEndAt: later(endMs) },
        { "reservations/r-1": reservation(about) },
      );

    it("takes a window of an hour to three weeks, moved by at most half a year", () => {
      assert.equal(shift(0, HOUR), "planned");
      assert.equal(shift(0, HOUR - 1), "TARGET_STATE");
      assert.equal(shift(HOUR, 0), "TARGET_STATE");
      assert.equal(shift(0, 21 * 24 * HOUR), "planned");
      assert.equal(shift(0, 21 * 24 * HOUR + 1), "TARGET_STATE");
      assert.equal(shift(200 * 24 * HOUR, 201 * 24 * HOUR), "TARGET_STATE");
      assert.equal(shift(-200 * 24 * HOUR, -199 * 24 * HOUR), "TARGET_STATE");
    });

    it("leaves the window of a reservation that has ended", () => {
      assert.equal(shift(0, HOUR, { status: "cancelled" }), "TARGET_STATE");
      assert.equal(shift(0, HOUR, { status: "completed" }), "TARGET_STATE");
    });
  });

  it("order.reconciliation.annotate changes its note and no amount", () => {
    const input = { orderId: "o-1", finding: "matches", note: "Same as the payout." };
    const noted = order({ reconciliation: { finding: "paid_twice", note: "Two charges.", proposalId: "p-0" } });
    const { writes } = requirePlan(plan("order.reconciliation.annotate", input, { "orders/o-1": noted }));
    assert.deepEqual(
      writes[0]?.fields.map(({ path, sensitivity }) => [path, sensitivity]),
      [["reconciliation", "money"]],
    );
  });

  it("announcement.draft.store makes a new draft where none is named, and undo removes it", () => {
    const input = { draftId: null, title: "Kiln closed", body: "Back on Monday.", audience: "everyone" };
    const ref = "drafts/announcement-p-1";
    const { writes, inverse } = requirePlan(plan("announcement.draft.store", input, { [ref]: null }));
    assert.deepEqual([writes[0]?.op, inverse[0]?.op], ["create", "delete"]);
    assert.equal(applied(ref, null, writes)?.["proposedBy"], "Olga");
    assert.equal(reasonOf("announcement.draft.store", input, { [ref]: DRAFT }), "UNDECLARED_WRITE");
  });
});

/** The record after these writes, without the executor's bookkeeping; null where it is gone. */
function applied(ref: string, data: JsonObject | null, writes: Parameters<typeof applyEffect>[1]): JsonObject | null {
  const [change] = applyEffect("kiln-house", writes, documentsOf({ [ref]: data }), "event-1").changes;
  assert.ok(change !== undefined);
  if (change.op === "delete") return null;
  const after = change.op === "update" ? { ...data, ...change.fields } : change.data;
  const kept = Object.entries(after).filter(([field, value]) => value !== undefined && !BOOKKEEPING.has(field));
  return Object.fromEntries(kept) as JsonObject;
}
