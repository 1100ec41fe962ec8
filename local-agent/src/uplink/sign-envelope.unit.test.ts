import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canonicalJson } from "@studio-os/functions/canonical-json";
import { AgentEnvelope, AgentKey, ENVELOPE_SIGNING_CONTEXT } from "@studio-os/functions/contracts";
import { aProposal, anObservation } from "../../test/outbox-suite.js";
import { createMemoryOutbox } from "../outbox/memory-outbox.js";
import { UnusableKey, createKeyFile, readKeyFile } from "./agent-key.js";
import type { AgentSigningKey } from "./agent-key.js";
import { signEnvelope } from "./sign-envelope.js";

const identity = { tenantId: "mudworks", agentId: "agent-1" };

/** Verifies as the cloud does: with the raw public key alone. */
function isGenuine(text: string, publicKeyBase64: string): boolean {
  const { signature, ...unsigned } = AgentEnvelope.parse(JSON.parse(text));
  const x = Buffer.from(publicKeyBase64, "base64").toString("base64url");
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  const covered = Buffer.from(ENVELOPE_SIGNING_CONTEXT + canonicalJson(unsigned), "utf8");
  return verify(null, covered, key, Buffer.from(signature, "base64"));
}

describe("local-agent/uplink/sign-envelope", () => {
  let folder = "";
  let key: AgentSigningKey;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "studio-key-"));
    key = createKeyFile(join(folder, "agent.pem"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function sealedText(): Promise<string> {
    const outbox = createMemoryOutbox("boot-1");
    await outbox.append({ items: [anObservation(21.5)] });
    const sealed = await outbox.nextSealed((draft) => signEnvelope(draft, identity, key));
    return sealed!.text;
  }

  it("makes an envelope that verifies with the raw public key, and not with one changed digit", async () => {
    const text = await sealedText();
    assert.equal(isGenuine(text, key.publicKeyBase64), true);
    assert.equal(isGenuine(text.replace("21.5", "21.6"), key.publicKeyBase64), false);
    assert.equal(isGenuine(text.replace('"seq":1', '"seq":2'), key.publicKeyBase64), false);
  });

  it("names the key as the contract says", () => {
    const shape = AgentKey.pick({ keyId: true, publicKey: true });
    assert.ok(shape.safeParse({ keyId: key.keyId, publicKey: key.publicKeyBase64 }).success);
  });

  it("refuses to sign what the contract does not know", () => {
    const payload = { kind: "command", method: "app_start" } as never;
    assert.throws(() =>
      signEnvelope({ bootId: "b", seq: 1, sentAt: "2026-11-21T08:00:00.000Z", payload }, identity, key),
    );
  });

  it("signs a proposal whose text is beyond ASCII", async () => {
    const outbox = createMemoryOutbox("boot-1");
    const proposal = aProposal("rule-ä");
    await outbox.append({
      items: [
        {
          ...proposal,
          ...(proposal.kind === "proposal" && {
            proposal: { ...proposal.proposal, ruleId: "r", rationale: "Über 35 °C – 🔥" },
          }),
        },
      ],
    });
    const sealed = await outbox.nextSealed((draft) => signEnvelope(draft, identity, key));
    assert.equal(isGenuine(sealed!.text, key.publicKeyBase64), true);
  });
});

describe("local-agent/uplink/agent-key", () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "studio-key-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it("writes a private key of mode 600 that reads back as the same key", async () => {
    const path = join(folder, "a.pem");
    const made = createKeyFile(path);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.equal(readKeyFile(path).keyId, made.keyId);
  });

  it("never overwrites a key", async () => {
    const path = join(folder, "b.pem");
    createKeyFile(path);
    const before = await readFile(path, "utf8");
    assert.throws(() => createKeyFile(path), UnusableKey);
    assert.equal(await readFile(path, "utf8"), before);
  });

  it("refuses a key that others may read, one of another kind, and text that is no key, without repeating it", async () => {
    const open = join(folder, "c.pem");
    createKeyFile(open);
    await chmod(open, 0o640);
    assert.throws(() => readKeyFile(open), /mode 640.*expected 600/);
    const text = join(folder, "d.pem");
    await writeFile(text, "hunter2-not-a-key", { mode: 0o600 });
    assert.throws(
      () => readKeyFile(text),
      (error) => error instanceof UnusableKey && !/hunter2/.test(error.message),
    );
    assert.throws(() => readKeyFile(join(folder, "none.pem")), /ENOENT/);
  });
});
