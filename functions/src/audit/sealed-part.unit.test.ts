import assert from "node:assert/strict";
import * as fc from "fast-check";
import { utf8 } from "./bytes.js";
import { formatSealedPart, parseSealedPart } from "./sealed-part.js";

describe("audit/sealed-part", () => {
  const line = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !text.includes("\n"));
  const entries = fc.array(fc.record({ leaf: line, event: line }, { noNullPrototype: true }), {
    minLength: 1,
    maxLength: 256,
  });

  it("gives back every entry, to the byte", () => {
    fc.assert(
      fc.property(entries, (all) => {
        assert.deepEqual(parseSealedPart(formatSealedPart(all)), all);
      }),
      { numRuns: 50 },
    );
  });

  it("reads nothing but what it writes", () => {
    for (const text of ["", "a\n", "a\nb", "a\n\n", "a\nb\nc\n", "a\nb\n".repeat(257)])
      assert.throws(() => parseSealedPart(utf8(text)), { code: "BUNDLE_MALFORMED" }, JSON.stringify(text.slice(0, 20)));
    assert.throws(() => parseSealedPart(Uint8Array.of(0xff, 10, 0x41, 10)), { code: "BUNDLE_MALFORMED" });
    assert.throws(() => formatSealedPart([]), { code: "BUNDLE_MALFORMED" });
    assert.throws(() => formatSealedPart([{ leaf: "a\nb", event: "c" }]), { code: "BUNDLE_MALFORMED" });
  });
});
