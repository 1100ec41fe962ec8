import assert from "node:assert/strict";
import fc from "fast-check";
import type { Json, JsonObject } from "@studio-os/functions/contracts";
import { listCapabilities } from "../../../../functions/src/capabilities/list-capabilities.js";
import { REGISTRY } from "../../../../functions/src/capabilities/registry.js";
import { aProposal } from "../../../test/support/builders.js";
import { draftFrom, emptyDraft, readDraft, splitSpan } from "./form-draft.js";
import type { Draft } from "./form-draft.js";
import { labelOf, optionWords, readSchema } from "./form-node.js";
import type { FormNode } from "./form-node.js";

const OFFERS = listCapabilities().capabilities;
const nodeOf = (id: string): FormNode => {
  const offer = OFFERS.find((each) => each.id === id);
  assert.ok(offer, id);
  return readSchema(offer.inputSchema);
};
const issuesOf = (node: FormNode, draft: Draft) => {
  const reading = readDraft(node, draft);
  return reading.kind === "missing" ? reading.issues : [];
};

/** One valid input of each capability. */
const INPUTS: Readonly<Record<string, JsonObject>> = {
  "announcement.draft.store": {
    draftId: null,
    title: "Glaze day",
    body: "Bring your own brushes.",
    audience: "members",
  },
  "batch.opsNote.append": { batchId: "b-7", text: "Two handles are cracked." },
  "batch.state.advance": { batchId: "b-7", to: "ready_for_program" },
  "firing.flag": { firingId: "f-70", attention: "room_overheat", note: "41 °C for 12 min" },
  "order.reconciliation.annotate": { orderId: "o-1", finding: "paid_twice", note: "Once by card, once in cash." },
  "policy.approval.replace": {
    fromVersion: 3,
    rules: [JSON.parse(JSON.stringify(aProposal().rule)) as JsonObject],
    soloMode: { coolingMs: 45 * 60_000 },
  },
  "reservation.status.set": { reservationId: "r-1", status: "confirmed" },
  "reservation.window.shift": {
    reservationId: "r-1",
    windowStartAt: "2026-11-22T09:00:00.000Z",
    windowEndAt: "2026-11-22T12:30:00.000Z",
  },
  "retention.purge": {
    collection: "notices",
    parts: [
      {
        fromAt: "2026-01-01T00:00:00.000Z",
        untilAt: "2026-08-01T00:00:00.000Z",
        count: 12,
        idsHash: "a".repeat(64),
      },
    ],
  },
};

describe("views/propose/form-draft", () => {
  it("reads every input schema of the registry into fields that people can fill, none of them as JSON", () => {
    for (const { id, inputSchema } of OFFERS)
      assert.ok(!JSON.stringify(readSchema(inputSchema)).includes('"json"'), id);
  });

  it("gives back every input that it was filled with", () => {
    assert.deepEqual(Object.keys(INPUTS).sort(), [...REGISTRY.keys()].sort());
    for (const [id, input] of Object.entries(INPUTS)) {
      const node = nodeOf(id);
      assert.deepEqual(readDraft(node, draftFrom(node, input)), { kind: "ready", value: input }, id);
    }
  });

  it("lets nothing through that the capability's own schema refuses, whatever is typed", () => {
    const typed: fc.Arbitrary<Draft> = fc.letrec<{ draft: Draft }>((tie) => ({
      draft: fc.oneof(
        { maxDepth: 3 },
        fc.string({ maxLength: 30 }),
        fc.constantFrom("f-1", "room_overheat", "to", "ready_for_program", "2026-11-22T09:00", "3 hours", "0.5", "1"),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie("draft"), { maxLength: 3 }),
      ),
    })).draft;
    for (const { id } of OFFERS) {
      const node = nodeOf(id);
      assert.ok(node.kind === "group");
      const names = node.fields.map(({ name }) => name);
      const forms = fc
        .tuple(...names.map(() => typed))
        .map((values) => Object.fromEntries(names.map((name, i) => [name, values[i] ?? null])));
      fc.assert(
        fc.property(forms, (form) => {
          const reading = readDraft(node, form);
          if (reading.kind === "ready") assert.ok(REGISTRY.get(id)?.inputSchema.safeParse(reading.value).success, id);
        }),
      );
    }
  });

  it("says what is missing by place, in words", () => {
    const node = nodeOf("firing.flag");
    assert.deepEqual(issuesOf(node, emptyDraft(node)), [
      { path: "firingId", problem: "Choose one, or type its id." },
      { path: "attention", problem: "Choose one." },
      { path: "note", problem: "Needed." },
    ]);
    const almost = { firingId: "a/b", attention: "other", note: "  x " };
    assert.deepEqual(issuesOf(node, almost), [
      { path: "firingId", problem: "That is no id." },
      { path: "note", problem: "At least 3 characters." },
    ]);
  });

  it("names the place inside lists and groups", () => {
    const node = nodeOf("policy.approval.replace");
    const [rule] = (INPUTS["policy.approval.replace"]?.["rules"] ?? []) as readonly JsonObject[];
    const broken = { fromVersion: 1, rules: [{ ...rule, decideWithinMs: 1, holdMs: 900_000 }], soloMode: null };
    assert.deepEqual(issuesOf(node, draftFrom(node, broken)), [
      { path: "rules.0.decideWithinMs", problem: "At least 1 minute." },
      { path: "rules.0.holdMs", problem: "At most 10 minutes." },
    ]);
  });

  it("writes spans in the largest whole unit, and money with two digits", () => {
    const span = readSchema({ type: "integer", minimum: 0 }, "holdMs");
    const money = readSchema({ type: "integer" }, "amountCents");
    assert.deepEqual(
      [0, 10_000, 5_400_000, 259_200_000].map((ms) => draftFrom(span, ms)),
      ["0 seconds", "10 seconds", "90 minutes", "3 days"],
    );
    assert.deepEqual(draftFrom(money, 1_210), "12.10");
    assert.deepEqual(readDraft(money, "12,10"), { kind: "ready", value: 1_210 });
    assert.deepEqual(readDraft(span, "1.5 hours"), { kind: "ready", value: 5_400_000 });
    assert.deepEqual(splitSpan("72 hours"), ["72", "hours"]);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 10 }), (ms) =>
        assert.deepEqual(readDraft(span, draftFrom(span, ms)), { kind: "ready", value: ms }),
      ),
    );
  });

  it("takes the ends of an open interval for too little and too much", () => {
    const share = readSchema({ type: "number", exclusiveMinimum: 0, exclusiveMaximum: 1 });
    assert.deepEqual(
      ["0", "0.5", "1"].map((typed) => issuesOf(share, typed).map(({ problem }) => problem)),
      [["More than 0."], [], ["Less than 1."]],
    );
  });

  it("leaves out what is not there, and keeps null where null is a value", () => {
    const node = readSchema({
      type: "object",
      properties: { a: { type: "string" }, b: { anyOf: [{ type: "string" }, { type: "null" }] } },
      required: ["b"],
    });
    assert.deepEqual(readDraft(node, emptyDraft(node)), { kind: "ready", value: { b: null } });
    const full: Json = { a: "x", b: "y" };
    assert.deepEqual(readDraft(node, draftFrom(node, full)), { kind: "ready", value: full });
  });

  it("falls back to JSON for a schema that it does not know, and says so of what is none", () => {
    const node = readSchema({ oneOf: [] });
    assert.deepEqual(node, { kind: "json" });
    assert.deepEqual(readDraft(node, '{"a":1}'), { kind: "ready", value: { a: 1 } });
    assert.deepEqual(issuesOf(node, "{"), [{ path: "", problem: "This must be JSON." }]);
  });

  it("names fields and options as people do", () => {
    assert.deepEqual(["windowStartAt", "firingId", "amountCents", "decideWithinMs", "to"].map(labelOf), [
      "Window start",
      "Firing",
      "Amount",
      "Decide within",
      "To",
    ]);
    assert.deepEqual(["ready_for_program", "agentOwner"].map(optionWords), ["ready for program", "agent owner"]);
  });
});
