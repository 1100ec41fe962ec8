import assert from "node:assert/strict";
import { LOG_SIGNER, ORIGIN, aLog } from "../../test/support/audit-bundles.js";
import type { TestLog } from "../../test/support/audit-bundles.js";
import { startWitness } from "../../test/support/witness-server.js";
import type { WitnessServer } from "../../test/support/witness-server.js";
import { askWitness } from "./ask-witness.js";
import type { WitnessAnswer } from "./ask-witness.js";
import { utf8 } from "./bytes.js";
import { cosignatureVerifier } from "./cosignature.js";
import { proveConsistency } from "./merkle-prover.js";
import { nodeCrypto } from "./node-crypto.js";
import { ed25519Verifier, openNote } from "./note.js";
import { postText } from "./post-text.js";
import { seedSigner } from "./seed-signer.js";
import { withCosignatures } from "./witness-request.js";

const NOW_SECONDS = 1_767_139_200;

describe("audit/ask-witness, against a witness over HTTP", () => {
  let witness: WitnessServer;
  beforeEach(async () => {
    witness = await startWitness("witness.example/w1", [LOG_SIGNER.verifierKey], () => NOW_SECONDS);
  });
  afterEach(() => witness.close());

  async function ask(log: TestLog, size: number, knownSize: number, checkpoint?: string): Promise<WitnessAnswer> {
    const state = {
      size,
      checkpoint: checkpoint ?? (await log.note(size)),
      proveFrom: (oldSize: number) => proveConsistency(nodeCrypto.sha256, log.read, oldSize, size),
    };
    return askWitness(nodeCrypto, postText(fetch), witness, state, knownSize);
  }

  const statuses = (): number[] => witness.requests.map(({ status }) => status);

  it("gets the first checkpoint and every later one cosigned, and the note then verifies with both keys", async () => {
    const log = aLog(9);
    let known = 0;
    for (const size of [1, 3, 3, 8, 9]) {
      const answer = await ask(log, size, known);
      assert.equal(answer.kind, "cosigned");
      const { cosignature } = answer;
      assert.equal(cosignature.cosignedAtSeconds, NOW_SECONDS);
      const note = withCosignatures(await log.note(size), [cosignature.line]);
      const verifiers = [
        ed25519Verifier(nodeCrypto, LOG_SIGNER.verifierKey),
        cosignatureVerifier(nodeCrypto, witness.verifierKey),
      ];
      assert.equal((await openNote(utf8(note), verifiers)).verifiedBy.length, 2);
      assert.equal(withCosignatures(note, [cosignature.line]), note);
      known = size;
    }
    assert.deepEqual(statuses(), [200, 200, 200, 200, 200]);
    assert.equal(witness.seen(ORIGIN)?.size, 9);
  });

  it("follows a 409 to the size that the witness knows", async () => {
    const log = aLog(7);
    await ask(log, 5, 0);
    assert.equal((await ask(log, 7, 2)).kind, "cosigned");
    assert.equal((await ask(log, 7, 0)).kind, "cosigned");
    assert.deepEqual(
      witness.requests.map(({ oldSize, status }) => [oldSize, status]),
      [
        [0, 200],
        [2, 409],
        [5, 200],
        [0, 409],
        [7, 200],
      ],
    );
  });

  it("tells a log that was rolled back: the witness knows a larger one", async () => {
    const log = aLog(7);
    await ask(log, 7, 0);
    assert.deepEqual(await ask(aLog(5), 5, 0), { kind: "ahead", size: 7 });
    assert.deepEqual(await ask(aLog(5), 5, 7), { kind: "ahead", size: 7 });
    assert.equal(witness.seen(ORIGIN)?.size, 7);
  });

  it("tells a fork: the proof from what the witness knows does not hold, larger or of the same size", async () => {
    await ask(aLog(5), 5, 0);
    const forked = aLog(8, { salt: "b" });
    assert.deepEqual(await ask(forked, 8, 5), { kind: "inconsistent" });
    assert.deepEqual(await ask(forked, 5, 5), { kind: "inconsistent" });
    assert.equal(witness.seen(ORIGIN)?.size, 5);
  });

  it("tells a witness that does not know the log, or not its key", async () => {
    const other = aLog(2, { signer: seedSigner("other.example/audit/mud-lane", Buffer.alloc(32, 4)) });
    assert.deepEqual(await ask(other, 2, 0), { kind: "unknown_log", status: 404 });
    const stranger = seedSigner(ORIGIN, Buffer.alloc(32, 7));
    assert.deepEqual(await ask(aLog(2), 2, 0, await aLog(2).note(2, [stranger])), { kind: "unknown_log", status: 403 });
  });

  it("takes nothing for a cosignature that does not verify", async () => {
    witness.setFault("wrong_signature");
    assert.deepEqual(await ask(aLog(2), 2, 0), { kind: "failed", why: "NOTE_SIGNATURE_WRONG" });
    witness.setFault("html");
    assert.deepEqual(await ask(aLog(2), 2, 0), { kind: "failed", why: "NOTE_MALFORMED" });
    witness.setFault("none");
    const twin = await startWitness("witness.example/w2", [LOG_SIGNER.verifierKey], () => NOW_SECONDS);
    const asked = { url: twin.url, verifierKey: witness.verifierKey };
    const state = { size: 2, checkpoint: await aLog(2).note(2), proveFrom: () => Promise.resolve([]) };
    const answer = await askWitness(nodeCrypto, postText(fetch), asked, state, 0);
    assert.deepEqual(answer, { kind: "failed", why: "NOTE_KEY_UNKNOWN" });
    await twin.close();
  });

  it("gives up on a witness that is silent or whose size never settles", async () => {
    witness.setFault("silent");
    assert.deepEqual(await ask(aLog(2), 2, 0), { kind: "failed", why: "no answer" });
    witness.setFault("endless_conflict");
    assert.equal((await ask(aLog(2), 2, 0)).kind, "failed");
    assert.equal(witness.requests.length, 3);
  });

  it("sends no proof with a first checkpoint, and refuses to send one that no witness takes", async () => {
    const state = {
      size: 2,
      checkpoint: await aLog(2).note(2),
      proveFrom: () => Promise.resolve([new Uint8Array(32)]),
    };
    await assert.rejects(askWitness(nodeCrypto, postText(fetch), witness, state, 0), { code: "PROOF_MALFORMED" });
    assert.deepEqual(witness.requests, []);
  });
});
