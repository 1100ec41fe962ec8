import assert from "node:assert/strict";
import { toDocument } from "../commit/document-change.js";
import { BatchOpsNoteAppendInput, OpsNote } from "../contracts/index.js";
import type { JsonObject } from "../contracts/index.js";
import { aBatch, capabilityOf, documentsOf } from "../../test/support/builders.js";
import { planOf, requirePlan } from "../../test/support/effects.js";
import type { PlanResult } from "../proposals/plan-effect.js";

const INPUT = { batchId: "b-1", text: "  Two handles are cracked. " };
const NOTE_REF = "batches/b-1/opsNotes/note-p-1";
const batch = (overrides: Parameters<typeof aBatch>[0] = {}): JsonObject => toDocument(aBatch(overrides));
const plan = (data: JsonObject | null, note: JsonObject | null = null): PlanResult =>
  planOf(capabilityOf("batch.opsNote.append"), documentsOf({ "batches/b-1": data, [NOTE_REF]: note }), INPUT);
const reasonOf = (result: PlanResult): string => (result.kind === "refused" ? result.reason : "planned");

describe("capabilities/batch-ops-note-append", () => {
  it("creates one note below the batch, with trimmed text and the proposal's id", () => {
    const { writes, inverse, headline } = requirePlan(plan(batch()));
    assert.equal(headline, "Add a staff note to “Autumn mugs” of Mia Member");
    assert.equal(writes.length, 1);
    assert.equal(writes[0]?.ref, NOTE_REF);
    assert.equal(writes[0].op, "create");
    const note = Object.fromEntries(writes[0].fields.map(({ path, after }) => [path, after]));
    assert.deepEqual(OpsNote.parse(note), {
      noteId: "note-p-1",
      text: "Two handles are cracked.",
      proposalId: "p-1",
      proposedBy: "Olga",
    });
    assert.deepEqual(
      inverse.map(({ ref, op }) => [ref, op]),
      [[NOTE_REF, "delete"]],
    );
  });

  const rows: readonly [string, JsonObject | null, string][] = [
    ["an open batch", batch(), "planned"],
    ["a batch without fields that it does not need", { isClosed: false, ownerName: "Mia", title: "Mugs" }, "planned"],
    ["no batch", null, "TARGET_NOT_FOUND"],
    ["a closed batch", batch({ isClosed: true }), "TARGET_STATE"],
    ["a batch that does not say whether it is closed", { ownerName: "Mia", title: "Mugs" }, "TARGET_UNREADABLE"],
    ["a batch whose title is a number", { ...batch(), title: 7 }, "TARGET_UNREADABLE"],
  ];
  for (const [what, data, expected] of rows)
    it(`comes to ${expected} for ${what}`, () => assert.equal(reasonOf(plan(data)), expected));

  it("is not planned over a note that lies there already", () => {
    assert.equal(reasonOf(plan(batch(), { text: "mine" })), "UNDECLARED_WRITE");
  });

  it("becomes stale when the batch is closed, and not when its pieces are counted", () => {
    const [precondition, note] = requirePlan(plan(batch())).preconditions;
    assert.deepEqual(precondition?.fields, ["isClosed", "ownerName", "title"]);
    assert.deepEqual([note?.ref, note?.exists], [NOTE_REF, false]);
  });

  it("takes text of 3 to 1,000 characters, and blanks do not count", () => {
    const isText = (text: string): boolean => BatchOpsNoteAppendInput.safeParse({ batchId: "b-1", text }).success;
    assert.deepEqual(["abc", "a".repeat(1_000)].map(isText), [true, true]);
    assert.deepEqual(["ab", "     ", " ab ", "a".repeat(1_001), "a\u0000bc"].map(isText), [
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  it("may not be asked for by an agent", () => {
    const { metadata, fromAgent } = capabilityOf("batch.opsNote.append");
    assert.equal(metadata.proposableBy.agent, false);
    assert.equal(fromAgent, null);
  });
});
