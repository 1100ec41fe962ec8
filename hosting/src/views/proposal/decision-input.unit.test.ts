import assert from "node:assert/strict";
import { REJECT_REASONS } from "@studio-os/functions/contracts";
import { approveReadiness, rejectReadiness, textReadiness } from "./decision-input.js";

const TWENTY = "x".repeat(20);

describe("views/proposal/decision-input", () => {
  it("takes a chip for low risk and words of 20 characters from medium risk on", () => {
    assert.deepEqual(approveReadiness("low", { text: "", chip: "looks_right" }), {
      kind: "ready",
      body: { rationale: null, reasonCode: "looks_right" },
    });
    assert.equal(approveReadiness("medium", { text: "", chip: "looks_right" }).kind, "missing");
    assert.equal(approveReadiness("medium", { text: TWENTY.slice(1), chip: null }).kind, "missing");
    assert.equal(approveReadiness("medium", { text: ` ${TWENTY} `, chip: null }).kind, "ready");
  });

  it("never drops words that were begun", () => {
    assert.equal(approveReadiness("low", { text: "half a", chip: "looks_right" }).kind, "missing");
  });

  it("asks a rejection for a code and for words", () => {
    assert.deepEqual(rejectReadiness({ text: TWENTY, chip: null }, REJECT_REASONS), {
      kind: "missing",
      words: "Choose why.",
    });
    assert.equal(rejectReadiness({ text: TWENTY, chip: "bad_data" }, REJECT_REASONS).kind, "ready");
  });

  it("counts what is missing in words", () => {
    assert.deepEqual(textReadiness("123456789", 10), { kind: "missing", words: "1 more character." });
  });
});
