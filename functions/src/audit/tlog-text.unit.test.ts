import assert from "node:assert/strict";
import { tileNumberPath } from "./tiles.js";
import { parseHashLines } from "./tlog-proof.js";

const HASH = Buffer.alloc(32, 7).toString("base64");

describe("audit tlog text", () => {
  it("writes tile numbers in groups of three digits, as C2SP tlog-tiles does", () => {
    assert.deepEqual([0, 67, 1_067, 1_234_067].map(tileNumberPath), ["000", "067", "x001/067", "x001/x234/067"]);
  });

  it("reads one strict base64 hash a line, and refuses a short one, a loose one and one too many", () => {
    assert.equal(parseHashLines([HASH, HASH]).length, 2);
    for (const lines of [[HASH.slice(4)], [HASH.slice(0, -1)], [` ${HASH}`]])
      assert.throws(() => parseHashLines(lines), { code: "PROOF_MALFORMED" });
    assert.throws(() => parseHashLines([HASH, HASH], 1), { code: "PROOF_MALFORMED" });
  });
});
