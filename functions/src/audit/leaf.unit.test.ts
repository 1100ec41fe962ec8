import { toDocument } from "../commit/document-change.js";
import assert from "node:assert/strict";
import fc from "fast-check";
import { TENANT_ID, anOwner } from "../../test/support/builders.js";
import { NOW, sha256 } from "../../test/support/fake-means.js";
import { DocId, StoredAuditEvent, TenantId } from "../contracts/index.js";
import type { JsonObject } from "../contracts/index.js";
import { canonicalJson } from "./canonical-json.js";
import { scanCanonicalObject } from "./canonical-scan.js";
import type { CanonicalObject } from "./canonical-scan.js";
import { areCopiesOf, copiesOf } from "./event-copies.js";
import { formatLeaf, parseLeaf } from "./leaf.js";
import type { LeafEnvelope } from "./leaf.js";
import { formatOrigin, parseOrigin } from "./origin.js";
import { recordEvent } from "./record-event.js";

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
  const object = (value: JsonObject): CanonicalObject => {
    const scanned = scanCanonicalObject(Buffer.from(canonicalJson(value)));
    assert.ok(scanned !== null);
    return scanned;
  };
  const canonical = object(toDocument(event));

  it("finds in the event every copy that a stored event has", () => {
    const copies = copiesOf(stored);
    assert.deepEqual(
      Object.keys(copies).sort(),
      Object.keys(stored)
        .filter((name) => !["v", "canonical", "pending"].includes(name))
        .sort(),
    );
    assert.ok(areCopiesOf(object({ ...copies, seq: 7 }), canonical, 7));
  });

  it("notices each copy that is changed, and one that the event does not have", () => {
    const copies = { ...copiesOf(stored), seq: 7 };
    for (const name of Object.keys(copies))
      assert.ok(!areCopiesOf(object({ ...copies, [name]: "other" }), canonical, 7), name);
    for (const name of ["actors", "a", "zzz", "toString", "id", "name"])
      assert.ok(!areCopiesOf(object({ ...copies, [name]: null }), canonical, 7), name);
    assert.ok(!areCopiesOf(object(copies), canonical, 8));
    assert.ok(!areCopiesOf(object(copiesOf(stored)), canonical, 7), "without seq");
  });
});
