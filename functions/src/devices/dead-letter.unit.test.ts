import assert from "node:assert/strict";
import { NOW, aDelivery, at } from "../../test/support/uplink-fixtures.js";
import { DEAD_LETTER_MAX_BYTES, DeadLetter } from "../contracts/index.js";
import { isNewRefusal, keepDeadLetter, toDelivery } from "./dead-letter.js";

const cause = { reasonCode: "SIGNATURE_INVALID", detail: "no" } as const;

describe("devices/dead-letter", () => {
  it("keeps any bytes whole, so that they can be driven again", () => {
    const body = Buffer.from([0, 255, 1, 254, 0x80]);
    const letter = DeadLetter.parse(keepDeadLetter(null, aDelivery(body), cause, NOW));
    assert.deepEqual(toDelivery(letter, "r").body, body);
    assert.equal(letter.deadLetterId, letter.bodySha256);
    assert.equal(letter.occurrences, 1);
  });

  it("cuts at the bound and says so", () => {
    const letter = keepDeadLetter(null, aDelivery(Buffer.alloc(DEAD_LETTER_MAX_BYTES + 1)), cause, NOW);
    assert.equal(letter.isTruncated, true);
    assert.equal(letter.bodyBytes, DEAD_LETTER_MAX_BYTES + 1);
    assert.equal(Buffer.from(letter.body, "base64").length, DEAD_LETTER_MAX_BYTES);
  });

  it("counts the same bytes published again, and one message delivered again only once", () => {
    const first = aDelivery(Buffer.from("x"));
    const letter = keepDeadLetter(null, first, cause, NOW);
    assert.equal(keepDeadLetter(letter, first, cause, at(1)), letter);
    const again = keepDeadLetter(letter, aDelivery(Buffer.from("x")), cause, at(1));
    assert.deepEqual([again.occurrences, again.firstSeenAt, again.lastSeenAt], [2, NOW, at(1)]);
  });

  it("goes on saying that it counts, when the same bytes come once more", () => {
    const letter = { ...keepDeadLetter(null, aDelivery(Buffer.from("x")), cause, NOW), acceptedAt: at(1) };
    const replay = { reasonCode: "ENVELOPE_REPLAYED", detail: "again" } as const;
    assert.equal(keepDeadLetter(letter, aDelivery(Buffer.from("x")), replay, at(2)).acceptedAt, at(1));
  });

  it("is news when it is the first, or refused for another reason than before", () => {
    const letter = keepDeadLetter(null, aDelivery(Buffer.from("x")), cause, NOW);
    assert.equal(isNewRefusal(null, cause), true);
    assert.equal(isNewRefusal(letter, cause), false);
    assert.equal(isNewRefusal(letter, { ...cause, reasonCode: "AGENT_UNKNOWN" }), true);
  });
});
