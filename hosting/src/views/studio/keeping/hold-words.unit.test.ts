import assert from "node:assert/strict";
import { STAFF } from "../../../../test/support/builders.js";
import { holdWords, readHoldInput } from "./hold-words.js";

describe("views/studio/keeping/hold-words", () => {
  it("says what is held, people by their names", () => {
    assert.equal(holdWords({ kind: "everything" }, STAFF), "Everything is kept");
    assert.equal(holdWords({ kind: "person", id: "bo" }, STAFF), "What concerns Bo Lindqvist is kept");
    assert.equal(holdWords({ kind: "person", id: "x-1" }, STAFF), "What concerns x-1 is kept");
  });

  it("asks which one, but not of everything", () => {
    const reason = "The insurer asked.";
    const read = readHoldInput({ kind: "everything", id: "", reason });
    assert.deepEqual(read, { kind: "ready", body: { about: { kind: "everything" }, reason } });
    const odd = (id: string, why = reason) => {
      const asked = readHoldInput({ kind: "person", id, reason: why });
      return asked.kind === "missing" ? Object.keys(asked.problems) : [];
    };
    assert.deepEqual([odd(""), odd("a b"), odd("bo"), odd("bo", "short")], [["id"], ["id"], [], ["reason"]]);
  });
});
