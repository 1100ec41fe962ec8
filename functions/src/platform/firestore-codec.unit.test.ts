import assert from "node:assert/strict";
import fc from "fast-check";
import { Timestamp } from "firebase-admin/firestore";
import type { JsonObject } from "../contracts/index.js";
import { fromFirestore, toFirestore, toStoredValue } from "./firestore-codec.js";
import { randomId } from "./production-deps.js";

const INSTANT = "2026-11-20T09:00:00.123Z";

describe("platform/firestore-codec", () => {
  it("stores an instant in a field that ends in At as a Timestamp, at any depth, and everything else as it is", () => {
    const stored = toFirestore({
      startAt: INSTANT,
      at: INSTANT,
      list: [{ seenAt: INSTANT }],
      note: INSTANT,
      offAt: null,
    });
    const timestamp = Timestamp.fromMillis(Date.parse(INSTANT));
    assert.deepEqual(stored, {
      startAt: timestamp,
      at: INSTANT,
      list: [{ seenAt: timestamp }],
      note: INSTANT,
      offAt: null,
    });
    assert.ok(toStoredValue("startAt", INSTANT) instanceof Timestamp);
  });

  for (const text of [
    "soon",
    "2026-02-30T00:00:00.000Z",
    "0000-01-01T00:00:00.000Z",
    "2026-99-99T99:99:99.999Z",
    "2026-11-20T09:00:00Z",
  ])
    it(`leaves ${text} as text, even in a field that ends in At`, () => assert.equal(toStoredValue("xAt", text), text));

  it("gives back any document as it was", () => {
    const instant = fc
      .date({
        min: new Date("0001-01-01T00:00:00.000Z"),
        max: new Date("9999-12-31T23:59:59.999Z"),
        noInvalidDate: true,
      })
      .map((date) => date.toISOString());
    const member = fc.oneof(fc.jsonValue({ maxDepth: 2 }), instant);
    const document = fc.dictionary(fc.constantFrom("startAt", "at", "endAt", "a", "b"), member, {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(document, (data) => {
        assert.deepEqual(
          JSON.parse(JSON.stringify(fromFirestore(toFirestore(data as JsonObject)))),
          JSON.parse(JSON.stringify(data)),
        );
      }),
    );
  });
});

describe("platform/production-deps", () => {
  it("makes ids of 20 letters and digits, of which a thousand differ", () => {
    const ids = Array.from({ length: 1_000 }, randomId);
    assert.equal(new Set(ids).size, 1_000);
    for (const id of ids) assert.match(id, /^[A-Za-z0-9]{20}$/);
  });
});
