import assert from "node:assert/strict";
import type { DeclaredPath, EffectWrite } from "../contracts/index.js";
import { undeclaredWrites } from "./declared-paths.js";

const declared: DeclaredPath[] = [
  { path: "firings/*", ops: ["update"], fields: ["attention"] },
  { path: "batches/*/opsNotes/*", ops: ["create", "delete"], fields: ["text"] },
];
const write = (op: EffectWrite["op"], ref: string, field: string): EffectWrite => ({
  op,
  ref,
  fields: [{ path: field, after: 1, sensitivity: "none" }],
});

describe("proposals/declared-paths", () => {
  it("lets a declared field of a declared path through", () => {
    const writes = [write("update", "firings/f-1", "attention"), write("create", "batches/b-1/opsNotes/n-1", "text")];
    assert.deepEqual(undeclaredWrites(writes, declared), []);
  });

  const offences: readonly [string, EffectWrite, string][] = [
    ["another collection", write("update", "kilns/k-1", "attention"), "update kilns/k-1"],
    ["another op", write("delete", "firings/f-1", "attention"), "delete firings/f-1"],
    ["a document below", write("update", "firings/f-1/notes/n-1", "attention"), "update firings/f-1/notes/n-1"],
    ["a document above", write("create", "batches/b-1", "text"), "create batches/b-1"],
    ["another collection below", write("create", "batches/b-1/notes/n-1", "text"), "create batches/b-1/notes/n-1"],
    ["another field", write("update", "firings/f-1", "status"), "firings/f-1.status"],
    ["the bookkeeping", write("update", "firings/f-1", "auditVersion"), "firings/f-1.auditVersion"],
  ];
  for (const [what, offence, named] of offences)
    it(`names ${what}`, () => {
      assert.deepEqual(undeclaredWrites([write("update", "firings/f-1", "attention"), offence], declared), [named]);
    });

  it("lets nothing through where nothing is declared", () => {
    assert.deepEqual(undeclaredWrites([write("update", "firings/f-1", "attention")], []), ["update firings/f-1"]);
  });
});
