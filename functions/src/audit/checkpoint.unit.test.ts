import assert from "node:assert/strict";
import fc from "fast-check";
import { utf8 } from "./bytes.js";
import { formatCheckpoint, openCheckpoint, parseCheckpoint } from "./checkpoint.js";
import { cosignatureVerifier, cosignedAtSeconds, cosignedMessage } from "./cosignature.js";
import { MAX_TREE_SIZE } from "./merkle.js";
import { nodeCrypto } from "./node-crypto.js";
import { ed25519Verifier, formatNote, openNote, parseNote, signNote } from "./note.js";
import { seedSigner } from "./seed-signer.js";
import { SIGNATURE_TYPES, formatVerifierKey, parseVerifierKey } from "./verifier-key.js";

const { sha256 } = nodeCrypto;
const ORIGIN = "studio.example/audit/kiln-house";
const EMPTY_ROOT = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
const log = seedSigner(ORIGIN, Buffer.alloc(32, 1));
const verifier = ed25519Verifier(nodeCrypto, log.verifierKey);

describe("audit/checkpoint", () => {
  it("reads back every state that it writes, sizes up to 2^53 − 1 included", () => {
    const root = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(fc.maxSafeNat(), root, (size, hash) => {
        const text = formatCheckpoint({ origin: ORIGIN, size, root: hash });
        const read = parseCheckpoint(text);
        assert.equal(read.size, size);
        assert.deepEqual(Buffer.from(read.root), Buffer.from(hash));
        assert.equal(formatCheckpoint(read), text);
      }),
    );
    assert.equal(parseCheckpoint(`${ORIGIN}\n${MAX_TREE_SIZE}\n${EMPTY_ROOT}\n`).size, MAX_TREE_SIZE);
  });

  it("refuses every other spelling of a state", () => {
    const texts = [
      "",
      "\n",
      `${ORIGIN}\n0\n`,
      `\n0\n${EMPTY_ROOT}\n`,
      `${ORIGIN}\n00\n${EMPTY_ROOT}\n`,
      `${ORIGIN}\n01\n${EMPTY_ROOT}\n`,
      `${ORIGIN}\n-1\n${EMPTY_ROOT}\n`,
      `${ORIGIN}\n+1\n${EMPTY_ROOT}\n`,
      `${ORIGIN}\n1e3\n${EMPTY_ROOT}\n`,
      `${ORIGIN}\n 1\n${EMPTY_ROOT}\n`,
      `${ORIGIN}\n9007199254740992\n${EMPTY_ROOT}\n`,
      `${ORIGIN}\n0\n${EMPTY_ROOT.slice(0, -1)}\n`,
      `${ORIGIN}\n0\nAAAA\n`,
      `${ORIGIN}\n0\n${EMPTY_ROOT}`,
      `${ORIGIN}\n0\n${EMPTY_ROOT}\n\n`,
    ];
    for (const text of texts) assert.throws(() => parseCheckpoint(text), { code: "CHECKPOINT_MALFORMED" }, text);
    assert.throws(() => formatCheckpoint({ origin: "a\nb", size: 0, root: new Uint8Array(32) }), {
      name: "ProofError",
    });
    assert.throws(() => formatCheckpoint({ origin: "a", size: 0.5, root: new Uint8Array(32) }), { name: "ProofError" });
    assert.throws(() => formatCheckpoint({ origin: "a", size: 0, root: new Uint8Array(31) }), { name: "ProofError" });
  });

  it("keeps extension lines that another log writes", () => {
    assert.deepEqual(parseCheckpoint(`a\n0\n${EMPTY_ROOT}\none\ntwo\n`).extensions, ["one", "two"]);
  });

  it("opens under the origin whose key signed, and under no other", async () => {
    const note = utf8(await signNote(sha256, `${ORIGIN}\n0\n${EMPTY_ROOT}\n`, [log]));
    assert.equal((await openCheckpoint(note, [verifier], ORIGIN)).size, 0);
    const elsewhere = { code: "CHECKPOINT_OTHER_ORIGIN" };
    await assert.rejects(openCheckpoint(note, [verifier], `${ORIGIN}-2`), elsewhere);
    // The key of one studio signs a text that names another.
    const foreign = utf8(await signNote(sha256, `studio.example/audit/mud-lane\n0\n${EMPTY_ROOT}\n`, [log]));
    await assert.rejects(openCheckpoint(foreign, [verifier], ORIGIN), elsewhere);
    await assert.rejects(openCheckpoint(foreign, [verifier], "studio.example/audit/mud-lane"), elsewhere);
  });
});

describe("audit/cosignature", () => {
  const SECONDS = 1_767_139_200;
  const seed = seedSigner("witness.example", Buffer.alloc(32, 9));
  const { publicKey } = parseVerifierKey(sha256, seed.verifierKey);
  const witnessKey = formatVerifierKey(sha256, "witness.example", SIGNATURE_TYPES.cosignature, publicKey);

  async function cosigned(seconds: number): Promise<Uint8Array> {
    const note = parseNote(utf8(await signNote(sha256, `${ORIGIN}\n0\n${EMPTY_ROOT}\n`, [log])));
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(BigInt(seconds));
    const bare = await seed.sign(cosignedMessage(note.text, seconds));
    const signature = Buffer.concat([time, bare]);
    const { name, keyId } = parseVerifierKey(sha256, witnessKey);
    return utf8(formatNote({ text: note.text, signatures: [...note.signatures, { name, keyId, signature }] }));
  }

  it("verifies a witness's signature beside the log's, and tells its time", async () => {
    const note = await cosigned(SECONDS);
    const { verifiedBy } = await openNote(note, [verifier, cosignatureVerifier(nodeCrypto, witnessKey)]);
    assert.deepEqual(
      verifiedBy.map(({ name }) => name),
      [ORIGIN, "witness.example"],
    );
    assert.equal(cosignedAtSeconds(parseNote(note).signatures[1]!.signature), SECONDS);
  });

  it("rejects a time that was changed after signing", async () => {
    const note = parseNote(await cosigned(SECONDS));
    const [own, witness] = note.signatures;
    const later = Uint8Array.from(witness!.signature);
    later[7]! ^= 1;
    const altered = formatNote({ text: note.text, signatures: [own!, { ...witness!, signature: later }] });
    await assert.rejects(openNote(utf8(altered), [verifier, cosignatureVerifier(nodeCrypto, witnessKey)]), {
      code: "NOTE_SIGNATURE_WRONG",
    });
  });

  it("does not take a witness for a log: its signature alone opens no checkpoint", async () => {
    const note = await cosigned(SECONDS);
    const witness = cosignatureVerifier(nodeCrypto, witnessKey);
    await assert.rejects(openCheckpoint(note, [witness], ORIGIN), { code: "CHECKPOINT_OTHER_ORIGIN" });
    assert.throws(() => cosignatureVerifier(nodeCrypto, log.verifierKey), { code: "KEY_MALFORMED" });
  });

  it("is no cosignature with a byte too few", () => {
    assert.equal(cosignedAtSeconds(new Uint8Array(71)), null);
    assert.equal(cosignedAtSeconds(new Uint8Array(72)), 0);
    assert.equal(cosignedAtSeconds(new Uint8Array(72).fill(255)), null);
  });
});
