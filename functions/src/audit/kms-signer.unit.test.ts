import assert from "node:assert/strict";
import { KEY_VERSION, openKmsServer } from "../../test/support/kms-server.js";
import type { KmsServer } from "../../test/support/kms-server.js";
import { crc32c } from "./crc32c.js";
import { kmsSigner } from "./kms-signer.js";
import { nodeCrypto } from "./node-crypto.js";
import { ed25519Verifier, openNote, signNote } from "./note.js";
import { seedSigner } from "./seed-signer.js";

const SEED = Buffer.alloc(32, 3);
const NAME = "studio.example/audit/t-1";

describe("audit/kms-signer, against a server that speaks Cloud KMS", function () {
  this.timeout(30_000);
  let kms: KmsServer;
  before(async () => {
    kms = await openKmsServer(SEED);
  });
  after(() => kms.close());
  beforeEach(() => kms.calls.splice(0));

  it("signs what a seed of the same key signs, under the same verifier key", async () => {
    const [remote, local] = [await kmsSigner(kms.client, KEY_VERSION, NAME), seedSigner(NAME, SEED)];
    assert.equal(remote.verifierKey, local.verifierKey);
    const note = await signNote(nodeCrypto.sha256, "a text\n", [remote]);
    assert.equal(note, await signNote(nodeCrypto.sha256, "a text\n", [local]));
    await openNote(Buffer.from(note), [ed25519Verifier(nodeCrypto, remote.verifierKey)]);
  });

  it("asks again, and not more than three times, for an answer that did not come through whole", async () => {
    const signer = await kmsSigner(kms.client, KEY_VERSION, NAME);
    const faults: ((answer: Record<string, unknown>) => void)[] = [
      (answer) => (answer["verifiedDataCrc32c"] = false),
      (answer) => (answer["signatureCrc32c"] = { value: "1" }),
      (answer) => (answer["signature"] = Buffer.alloc(64, 1)),
      (answer) => (answer["signatureCrc32c"] = null),
      (answer) => (answer["name"] = KEY_VERSION.replace(/1$/, "2")),
      (answer) => {
        answer["signature"] = Buffer.alloc(63);
        answer["signatureCrc32c"] = { value: String(crc32c(Buffer.alloc(63))) };
      },
    ];
    for (const fault of faults) {
      kms.spoil("asymmetricSign", fault, fault);
      kms.calls.splice(0);
      assert.equal((await signer.sign(Buffer.from("text\n"))).length, 64);
      assert.equal(kms.calls.length, 3);
      kms.spoil("asymmetricSign", fault, fault, fault);
      await assert.rejects(signer.sign(Buffer.from("text\n")), /come through whole/);
    }
  });

  it("takes no public key that did not come through whole, and none of another algorithm", async () => {
    const damage = (answer: Record<string, unknown>): unknown => (answer["pemCrc32c"] = { value: "7" });
    kms.spoil("getPublicKey", damage, damage);
    await kmsSigner(kms.client, KEY_VERSION, NAME);
    assert.deepEqual(kms.calls, ["getPublicKey", "getPublicKey", "getPublicKey"]);
    kms.spoil("getPublicKey", (answer) => (answer["algorithm"] = "EC_SIGN_P256_SHA256"));
    await assert.rejects(kmsSigner(kms.client, KEY_VERSION, NAME), { code: "KEY_MALFORMED" });
    await assert.rejects(kmsSigner(kms.client, KEY_VERSION.replace(/1$/, "9"), NAME), /no such key version/);
  });

  it("counts CRC-32C as RFC 3720 does", () => {
    assert.equal(crc32c(Buffer.alloc(32)), 0x8a9136aa);
    assert.equal(crc32c(Buffer.alloc(32, 0xff)), 0x62a8ab43);
    assert.equal(crc32c(Buffer.from("123456789")), 0xe3069283);
  });
});
