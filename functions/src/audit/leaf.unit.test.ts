import { toDocument } from "../commit/document-change.js";
import assert from "node:assert/strict";
import fc from "fast-check";
import { TENANT_ID, anOwner } from "../../test/support/builders.js";
import { NOW, sha256 } from "../../test/support/fake-means.js";
import { DocId, StoredAuditEvent, TenantId } from "../contracts/index.js";
import type { JsonObject } from "../contracts/index.js";
import { canonicalJson } from "./canonical-json.js";
import { CanonicalObject } from "./canonical-scan.js";
import { CopiesCheck, copiesOf } from "./event-copies.js";
import { formatLeaf, parseLeaf } from "./leaf.js";
import type { LeafEnvelope } from "./leaf.js";
import { LeafCheck } from "./leaf-check.js";
import { formatOrigin, parseOrigin } from "./origin.js";
import { recordEvent } from "./record-event.js";
import { asciiWords, inWords } from "./word-bytes.js";

const envelope: LeafEnvelope = {
  v: 1,
  id: "event-1",
  tenant: TENANT_ID,
  committedAt: "1767139200123456",
  eventSha256: "ab".repeat(32),
};

describe("audit/leaf", () => {
  it("is canonical JSON of five fields, and is read back", () => {
    const text = formatLeaf(envelope);
    assert.equal(text, canonicalJson(envelope));
    assert.deepEqual(parseLeaf(text), envelope);
  });

  it("takes every id and tenant that the contracts allow, and no other", () => {
    const id = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/);
    const tenant = fc.stringMatching(/^[a-z][a-z0-9-]{1,39}$/);
    fc.assert(
      fc.property(id, tenant, (anId, aTenant) => {
        assert.ok(DocId.safeParse(anId).success && TenantId.safeParse(aTenant).success);
        const filled = { ...envelope, id: anId, tenant: aTenant };
        assert.deepEqual(parseLeaf(formatLeaf(filled)), filled);
      }),
    );
    for (const other of [{ id: "" }, { id: "a/b" }, { id: 'a"' }, { tenant: "Kiln" }, { tenant: "a" }])
      assert.throws(() => formatLeaf({ ...envelope, ...other }), { code: "LEAF_MALFORMED" });
  });

  it("refuses another version, further fields, other digits and white space", () => {
    const text = formatLeaf(envelope);
    const others = [
      text.replace('"v":1', '"v":2'),
      text.replace('"v":1', '"v":1,"w":1'),
      text.replace("1767139200123456", "01767139200123456"),
      text.replace("1767139200123456", "0767139200123456"),
      text.replace("ab", "AB"),
      `${text}\n`,
      ` ${text}`,
      "",
    ];
    for (const other of others) assert.throws(() => parseLeaf(other), { code: "LEAF_MALFORMED" }, other);
  });
});

describe("audit/origin", () => {
  it("reads back the log that it names", () => {
    for (const name of [
      { host: "studio.example", tenantId: "kiln-house", epoch: 1 },
      { host: "localhost:5001", tenantId: "ab", epoch: 12 },
    ])
      assert.deepEqual(parseOrigin(formatOrigin(name)), name);
    assert.equal(formatOrigin({ host: "a.example", tenantId: "ab", epoch: 2 }), "a.example/audit/ab/e2");
  });

  it("refuses every other spelling", () => {
    const others = [
      "",
      "studio.example",
      "/audit/ab",
      "a.example/audit/",
      "a.example/audit/AB",
      "a.example/audit/ab/",
      "a b/audit/ab",
    ];
    others.push(
      "https://a.example/audit/ab",
      "a.example/audit/ab/e1",
      "a.example/audit/ab/e02",
      "a.example/audit/ab/x",
      "a.example/audit/ab\n",
    );
    for (const other of others) assert.throws(() => parseOrigin(other), { code: "ORIGIN_MALFORMED" }, other);
    for (const epoch of [0, 1.5, -1])
      assert.throws(() => formatOrigin({ host: "a.example", tenantId: "ab", epoch }), { code: "ORIGIN_MALFORMED" });
  });
});

describe("audit/event-copies", () => {
  const { event, changes } = recordEvent(
    {
      tenantId: TENANT_ID,
      type: "proposal.refused",
      at: NOW,
      actor: anOwner(),
      outcome: "refused",
      reasonCode: "PROPOSAL_EXPIRED",
      proposalId: "p-1",
      requestId: "r-1",
      data: { type: "x", outcome: "y" },
    },
    { eventId: "e-1", nonce: "0".repeat(32), salt: "1".repeat(32), sha256 },
  );
  const stored = StoredAuditEvent.parse((changes[0] as { data: JsonObject }).data) as JsonObject;
  const canonical = new CanonicalObject();
  assert.ok(canonical.read(inWords(Buffer.from(canonicalJson(toDocument(event))))));
  const check = new CopiesCheck();
  const areCopies = (text: string, index: number, of = canonical): boolean => {
    const copies = inWords(Buffer.from(`x${text}x`));
    return check.areCopies(copies, 1, copies.bytes.length - 1, of, index);
  };
  const areCopiesOf = (copies: JsonObject, index: number): boolean => areCopies(canonicalJson(copies), index);

  it("finds in the event every copy that a stored event has", () => {
    const copies = copiesOf(stored);
    assert.deepEqual(
      Object.keys(copies).sort(),
      Object.keys(stored)
        .filter((name) => !["v", "canonical", "pending"].includes(name))
        .sort(),
    );
    assert.ok(areCopiesOf({ ...copies, seq: 7 }, 7));
  });

  it("notices each copy that is changed, and one that the event does not have", () => {
    const copies = { ...copiesOf(stored), seq: 7 };
    for (const name of Object.keys(copies)) assert.ok(!areCopiesOf({ ...copies, [name]: "other" }, 7), name);
    for (const name of ["actors", "a", "zzz", "toString", "id", "name"])
      assert.ok(!areCopiesOf({ ...copies, [name]: null }, 7), name);
    assert.ok(!areCopiesOf(copies, 8));
    assert.ok(!areCopiesOf(copiesOf(stored), 7), "without seq");
  });

  it("judges any altered copies as parsing them and looking up each value does", () => {
    const text = canonicalJson({ ...copiesOf(stored), seq: 7 });
    assert.ok(areCopies(text, 7) && isCopyBySlowLook(text, toDocument(event), 7));
    const pieces = [
      '"seq":7',
      '"seq":07',
      '"type":"x"',
      '"at":',
      "{}",
      "{",
      "}",
      ",",
      '"',
      "\\",
      " ",
      "7",
      "0",
      "null",
      "é",
    ];
    const edits = fc.array(fc.tuple(fc.nat(), fc.nat(20), fc.constantFrom("", ...pieces)), {
      minLength: 1,
      maxLength: 2,
    });
    fc.assert(
      fc.property(edits, fc.constantFrom(7, 77, 0), (changes, index) => {
        let altered = text;
        for (const [pick, drop, insert] of changes) {
          const at = pick % (altered.length + 1);
          altered = altered.slice(0, at) + insert + altered.slice(at + drop);
        }
        assert.equal(areCopies(altered, index), isCopyBySlowLook(altered, toDocument(event), index), altered);
      }),
      { numRuns: 3000 },
    );
    const members = text.slice(1, -1).match(/"[a-zA-Z]+":(?:"[^"]*"|null|[0-9]+)/g) ?? [];
    assert.equal(members.length, Object.keys(copiesOf(stored)).length + 1);
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...members), { maxLength: 6 }), (some) => {
        const chosen = `{${some.join(",")}}`;
        assert.equal(areCopies(chosen, 7), isCopyBySlowLook(chosen, toDocument(event), 7), chosen);
      }),
      { numRuns: 1000 },
    );
  });

  it("takes the actor's fields and the index from nowhere but the actor and the log", () => {
    const odd = new CanonicalObject();
    const text = canonicalJson({ actor: { id: "olga" }, actorId: "omar", seq: 1 });
    assert.ok(odd.read(inWords(Buffer.from(text))));
    assert.ok(areCopies('{"actorId":"olga","seq":2}', 2, odd));
    assert.ok(!areCopies('{"actorId":"omar","seq":2}', 2, odd));
    assert.ok(!areCopies('{"actorId":"olga","seq":1}', 2, odd));
    assert.ok(!areCopies('{"actorName":"olga","seq":2}', 2, odd));
    assert.ok(odd.read(inWords(Buffer.from('{"actor":"olga"}'))));
    assert.ok(!areCopies('{"actorId":"olga","seq":2}', 2, odd));
  });
});

/** The definition, by values: canonical JSON, `seq` is the index, and every other field equals the event's, or its actor's. */
function isCopyBySlowLook(text: string, event: JsonObject, index: number): boolean {
  let copies: unknown;
  try {
    copies = JSON.parse(text);
    if (canonicalJson(copies) !== text) return false;
  } catch {
    return false;
  }
  if (copies === null || typeof copies !== "object" || Array.isArray(copies) || !("seq" in copies)) return false;
  const actor = event["actor"] as JsonObject;
  const expected: Record<string, unknown> = {
    ...event,
    ...{ actorId: actor["id"], actorName: actor["name"], actorType: actor["type"], seq: index },
  };
  return Object.entries(copies).every(
    ([name, value]) => Object.hasOwn(expected, name) && canonicalJson(expected[name]) === canonicalJson(value),
  );
}

describe("audit/leaf-check", () => {
  const id = asciiWords(envelope.id);
  const at = (text: string, expected: Partial<LeafEnvelope> = {}): number => {
    const { tenant, eventSha256 } = { ...envelope, ...expected };
    const own = expected.id === undefined ? id : asciiWords(expected.id);
    const leaf = inWords(Buffer.from(`x${text}x`, "latin1"));
    return new LeafCheck(tenant).committedAt(leaf, 1, leaf.bytes.length - 1, eventSha256, own, 0, own.bytes.length);
  };

  it("gives the time of a leaf, and only for the studio, the id and the hash that it names", () => {
    const text = formatLeaf(envelope);
    assert.equal(at(text), Number(envelope.committedAt));
    for (const other of [
      { tenant: "mud-lane" },
      { id: "event-2" },
      { id: "event-12" },
      { eventSha256: "ba".repeat(32) },
    ])
      assert.equal(at(text, other), -1);
    assert.equal(at(text.replace(envelope.id, "e/1"), { id: "e/1" }), -1);
    assert.equal(at(text.replace(envelope.id, ".e"), { id: ".e" }), -1);
    assert.equal(at(text.replace(envelope.id, "e".repeat(129)), { id: "e".repeat(129) }), -1);
    assert.equal(at("", { id: "" }), -1);
  });

  it("accepts no text that parseLeaf refuses, or reads as another leaf", () => {
    const text = formatLeaf(envelope);
    for (let place = 0; place < text.length; place++)
      for (const character of ["0", "9", "a", "A", '"', "\\", "}", " ", "\u0000", "\u00ff"]) {
        const altered = text.slice(0, place) + character + text.slice(place + 1);
        assert.equal(at(altered) >= 0, isLeafOf(altered), altered);
        assert.equal(at(text.slice(0, place) + character + text.slice(place)), -1);
      }
    for (let length = 0; length < text.length; length++) assert.equal(at(text.slice(0, length)), -1);
  });
});

function isLeafOf(text: string): boolean {
  try {
    return canonicalJson({ ...parseLeaf(text), committedAt: "" }) === canonicalJson({ ...envelope, committedAt: "" });
  } catch {
    return false;
  }
}
