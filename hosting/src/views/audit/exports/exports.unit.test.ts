import assert from "node:assert/strict";
import { anExport } from "../../../../test/support/memory-exports.js";
import { NOON_MS } from "../../../../test/support/builders.js";
import { EMPTY_EXPORT, readExportInput } from "./export-input.js";
import type { ExportInput } from "./export-input.js";
import { contentWords, verifierKeys, verifyCommand } from "./export-words.js";

describe("views/audit/exports", () => {
  const body = (part: Partial<ExportInput>) => {
    const read = readExportInput({ ...EMPTY_EXPORT, ...part });
    return read.kind === "ready" ? read.body : Object.keys(read.problems);
  };

  it("names the last entry, where the API names the one behind it", () => {
    assert.deepEqual(body({ from: "3", to: "9" }), { fromIndex: 3, toIndex: 10, proofs: false, earlierSize: null });
    assert.deepEqual(body({ from: "3", to: "3" }), { fromIndex: 3, toIndex: 4, proofs: false, earlierSize: null });
    assert.deepEqual(body({}), { fromIndex: 0, toIndex: null, proofs: false, earlierSize: null });
  });

  it("asks for a choice by one field", () => {
    assert.deepEqual(body({ kind: "filtered", field: "actorId", value: " bo ", earlier: "12" }), {
      filter: { field: "actorId", value: "bo" },
      earlierSize: 12,
    });
  });

  it("says what is wrong with each field", () => {
    assert.deepEqual(body({ from: "" }), ["from"]);
    assert.deepEqual(body({ from: "-1" }), ["from"]);
    assert.deepEqual(body({ to: "x" }), ["to"]);
    assert.deepEqual(body({ from: "5", to: "4" }), ["to"]);
    assert.deepEqual(body({ earlier: "1.5" }), ["earlier"]);
    assert.deepEqual(body({ kind: "filtered", value: " " }), ["value"]);
    assert.deepEqual(body({ kind: "filtered", value: "x".repeat(129), earlier: "y" }), ["value", "earlier"]);
  });

  it("gives the key of the log's own origin, and the options that say what was asked for", () => {
    const identity = { host: "studio.example", publicKeys: ["tOT75vPt5m3K7u21EEleQACtVh5Lyu3viQIB7nQ5s+Q="] };
    const [key = ""] = verifierKeys(identity, anExport({}, NOON_MS));
    assert.match(key, /^studio\.example\/audit\/clay\+[0-9a-f]{8}\+/);
    assert.match(
      verifierKeys(identity, anExport({ epoch: 2 }, NOON_MS))[0] ?? "",
      /^studio\.example\/audit\/clay\/e2\+/,
    );
    assert.deepEqual(verifierKeys(null, anExport({}, NOON_MS)), []);
    const folder = "audit-clay-x-done";
    assert.equal(verifyCommand(anExport({}, NOON_MS), "K"), `node ${folder}/verify.mjs --key "K" ${folder}`);
    const part = anExport({ content: { kind: "range", from: 5, to: 9, proofs: true } }, NOON_MS);
    assert.equal(verifyCommand(part, "K"), `node ${folder}/verify.mjs --key "K" --range 5:9 ${folder}`);
    const choice = anExport({ content: { kind: "filtered", field: "type", value: "x" } }, NOON_MS);
    assert.equal(verifyCommand(choice, "K"), `node ${folder}/verify.mjs --key "K" --filtered ${folder}`);
  });

  it("says what is in it by its first and last entry", () => {
    assert.equal(contentWords(anExport({}, NOON_MS)), "Entries 0 to 14,999");
    const none = anExport({ count: 0, content: { kind: "range", from: 4, to: 4, proofs: false } }, NOON_MS);
    assert.equal(contentWords(none), "No entries");
  });
});
