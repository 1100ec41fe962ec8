import assert from "node:assert/strict";
import { diffLine, fieldWords, valueLines } from "./diff-words.js";

describe("views/proposal/diff-words", () => {
  it("tells an absent side from a side that holds null", () => {
    assert.deepEqual(diffLine({ path: "attention", after: null, sensitivity: "none" }).before, null);
    const change = diffLine({ path: "attention", before: null, after: "x", sensitivity: "none" });
    assert.equal(change.kind, "changed");
    assert.deepEqual(change.before, ["nothing"]);
  });

  it("writes an object as one line per field and a list as one line per entry", () => {
    assert.deepEqual(valueLines({ code: "door_open", peakTempC: 41.2 }), ["code: door_open", "peak temp c: 41.2"]);
    assert.deepEqual(valueLines(["a", true]), ["– a", "– yes"]);
    assert.deepEqual(valueLines([]), ["(empty list)"]);
    assert.deepEqual(valueLines(""), ["(empty text)"]);
  });

  it("marks personal data and names fields in words", () => {
    assert.equal(diffLine({ path: "phone", after: "+1", sensitivity: "pii" }).isPersonal, true);
    assert.equal(fieldWords("kilnCertifiedUntil"), "kiln certified until");
  });
});
