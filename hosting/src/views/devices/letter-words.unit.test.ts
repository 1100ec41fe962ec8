import assert from "node:assert/strict";
import * as fc from "fast-check";
import { aDeadLetter, hash, instant, NOON_MS } from "../../../test/support/builders.js";
import { claimsOf, readableBody, waiting, whyNotAgain } from "./letter-words.js";

describe("views/devices/letter-words", () => {
  it("reads whose a message says it is, and what is in it", () => {
    const sentAt = instant(NOON_MS - 40 * 60_000);
    const claims = { agentId: "kiln-room-agent", seq: 4_211, sentAt };
    assert.deepEqual(claimsOf(aDeadLetter()), { ...claims, what: "3 readings" });
    const what = (payload: unknown) => claimsOf(aDeadLetter({}, { payload }))?.what;
    assert.equal(what({ kind: "health", connectors: [] }), "a report on its health");
    assert.equal(what({ kind: "proposal", proposal: { capabilityId: "firing.flag" } }), "a request for firing.flag");
    assert.equal(what({ kind: "command", do: "open" }), "something unreadable");
  });

  it("believes no claim's shape, cuts what is long, and survives any bytes", () => {
    const odd = claimsOf(aDeadLetter({}, { agentId: "x".repeat(500), seq: 1.5, sentAt: "yesterday" }));
    assert.deepEqual([odd?.agentId.length, odd?.seq, odd?.sentAt], [81, null, null]);
    assert.equal(claimsOf(aDeadLetter({}, { agentId: 7 })), null);
    const bytes = fc.uint8Array({ maxLength: 300 }).map((them) => Buffer.from(them).toString("base64"));
    fc.assert(
      fc.property(fc.oneof(bytes, fc.string()), (body) => {
        claimsOf({ body });
        assert.equal(readableBody({ body }).isCut, false);
      }),
    );
  });

  it("shows a long message up to a bound, and the letters of every language", () => {
    const { text, isCut } = readableBody(aDeadLetter({}, { note: "x".repeat(7_000) }));
    assert.deepEqual([text.length, isCut], [6_000, true]);
    assert.equal(readableBody({ body: Buffer.from("Töpferei 窯").toString("base64") }).text, "Töpferei 窯");
  });

  it("drives again what waits, the oldest first, and neither what was cut nor what counts", () => {
    const old = aDeadLetter({ deadLetterId: hash("1"), firstSeenAt: instant(NOON_MS - 9e6) });
    const cut = aDeadLetter({ deadLetterId: hash("2"), isTruncated: true });
    const counts = aDeadLetter({ deadLetterId: hash("3"), acceptedAt: instant(NOON_MS) });
    const ids = waiting([aDeadLetter(), cut, counts, old]).map(({ deadLetterId }) => deadLetterId);
    assert.deepEqual(ids, [hash("1"), hash("a")]);
    assert.deepEqual([whyNotAgain(old), whyNotAgain(counts)], [null, "It counts already."]);
  });
});
