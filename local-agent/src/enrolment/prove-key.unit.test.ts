import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keyProofMessage } from "@studio-os/functions/contracts";
import { createKeyFile } from "../uplink/agent-key.js";
import { proveKey, readTypedCode } from "./prove-key.js";

describe("local-agent/enrolment/prove-key", () => {
  it("mends what a person mistypes, and takes nothing else for a code", () => {
    assert.equal(readTypedCode(" 7k2qm xo1lz-00000a\tbcde "), "7K2QM-X011Z-00000-ABCDE");
    for (const wrong of ["", "7K2QM", "7K2QM-XXXXX-XXXXX-XXXXU", `7K2QM-XXXXX-XXXXX-XXXXXX`, "../etc-passwd-00000-00"])
      assert.equal(readTypedCode(wrong), null);
  });

  it("signs exactly the facts", async () => {
    const folder = await mkdtemp(join(tmpdir(), "studio-prove-"));
    try {
      const key = createKeyFile(join(folder, "agent.pem"));
      const facts = {
        purpose: "enrol",
        tenantId: "mudworks",
        agentId: "pi-1",
        publicKey: key.publicKeyBase64,
      } as const;
      const signature = Buffer.from(proveKey(key, facts), "base64");
      const publicKey = createPublicKey(key.privateKey);
      assert.ok(verify(null, Buffer.from(keyProofMessage(facts)), publicKey, signature));
      assert.ok(!verify(null, Buffer.from(keyProofMessage({ ...facts, agentId: "pi-2" })), publicKey, signature));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
