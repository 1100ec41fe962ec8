import assert from "node:assert/strict";
import fc from "fast-check";
import { aKey, anEnvelope, observations, toBytes } from "../../test/support/uplink-fixtures.js";
import { canonicalJson } from "../audit/canonical-json.js";
import { ENVELOPE_MAX_BYTES } from "../contracts/index.js";
import { verifyEd25519 } from "./ed25519.js";
import { parseEnvelope } from "./parse-envelope.js";

const signer = aKey();
const envelope = anEnvelope(signer);

function malformed(body: Uint8Array | string): { detail: string; namedTenantId: string | null } {
  const parsed = parseEnvelope(typeof body === "string" ? Buffer.from(body) : body);
  assert.equal(parsed.kind, "malformed");
  return parsed;
}

describe("devices/parse-envelope", () => {
  it("gives the envelope and the very bytes that were signed, as sent or in canonical form", () => {
    for (const body of [toBytes(envelope), Buffer.from(canonicalJson(envelope))]) {
      const parsed = parseEnvelope(body);
      assert.equal(parsed.kind, "parsed");
      assert.deepEqual(parsed.envelope, envelope);
      const signature = Buffer.from(envelope.signature, "base64");
      assert.ok(verifyEd25519(Buffer.from(signer.key.publicKey, "base64"), parsed.signedMessage, signature));
    }
  });

  it("calls 10,000 random byte strings malformed and throws on none", () => {
    const anyBytes = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(anyBytes, (bytes) => parseEnvelope(bytes).kind === "malformed"),
      { numRuns: 10_000 },
    );
  });

  it("calls 2,000 random JSON texts malformed and throws on none", () => {
    fc.assert(
      fc.property(fc.json(), (text) => malformed(text).detail.length > 0),
      { numRuns: 2_000 },
    );
  });

  it("calls every prefix of an envelope malformed", () => {
    const bytes = toBytes(envelope);
    for (let length = 0; length < bytes.length; length += 1) malformed(bytes.subarray(0, length));
  });

  it("calls an envelope without any one of its fields malformed, and still says which tenant it names", () => {
    for (const field of Object.keys(envelope)) {
      const { detail, namedTenantId } = malformed(toBytes({ ...envelope, [field]: undefined }));
      assert.match(detail, new RegExp(`^${field}: invalid_`));
      assert.equal(namedTenantId, field === "tenantId" ? null : envelope.tenantId);
    }
  });

  it("refuses a field that the contract does not have, such as an identity of the sender's choice", () => {
    assert.equal(malformed(toBytes({ ...envelope, ownerUid: "uid-mallory" })).detail, "envelope: unrecognized_keys");
  });

  it("says the paths and codes of what is wrong and never a value", () => {
    const { detail } = malformed(toBytes({ ...envelope, agentId: "<script>", seq: -7 }));
    assert.equal(detail, "agentId: invalid_format; seq: too_small");
  });

  it("refuses a byte more than the bound", () => {
    const long = { ...envelope, padding: "x".repeat(ENVELOPE_MAX_BYTES) };
    assert.match(malformed(toBytes(long)).detail, /^\d+ bytes, at most 131072 are allowed$/);
  });

  it("refuses a key that stands twice, white space, a byte order mark and bytes that are not UTF-8", () => {
    const text = JSON.stringify(envelope);
    assert.match(malformed(`{"seq":9,${text.slice(1)}`).detail, /a key twice/);
    assert.match(malformed(` ${text}`).detail, /white space/);
    assert.equal(malformed(`\uFEFF${text}`).detail, "not JSON");
    assert.equal(
      malformed(Buffer.concat([Buffer.from(text.slice(0, -1)), Buffer.from([0xff, 0x7d])])).detail,
      "not UTF-8",
    );
  });

  it("refuses nesting that would exhaust the stack", () => {
    const deep = "[".repeat(60_000) + "]".repeat(60_000);
    assert.equal(malformed(deep).detail, "JSON that has no canonical form");
    assert.equal(malformed(`{"tenantId":"mudlark","payload":${deep}}`).namedTenantId, "mudlark");
  });

  it("refuses ids that would lead to another document", () => {
    assert.equal(malformed(toBytes(anEnvelope(signer, { bootId: "a.b" }))).detail, "bootId: holds a dot");
    const health = {
      connectorId: "../x",
      state: "down",
      lastSuccessAt: null,
      lastError: null,
      consecutiveFailures: 1,
    } as const;
    const payload = { kind: "health", connectors: [{ ...health, reportedAt: envelope.sentAt }] } as const;
    assert.match(
      malformed(toBytes(anEnvelope(signer, { payload: { ...payload, connectors: [...payload.connectors] } }))).detail,
      /connectorId/,
    );
  });

  it("keeps what was signed apart from what the contract makes of it", () => {
    const parsed = parseEnvelope(toBytes(anEnvelope(signer, { payload: observations() })));
    assert.equal(parsed.kind, "parsed");
    assert.match(Buffer.from(parsed.signedMessage).toString(), /^studio-os\/agent-envelope\/v1\n\{"agentId":/);
  });
});
