import assert from "node:assert/strict";
import { NOW } from "../../test/support/fake-means.js";
import { aLog } from "../../test/support/audit-bundles.js";
import type { LogHead } from "../contracts/index.js";
import { checkpointSigner } from "./checkpoint-signer.js";
import type { LogKeys } from "./checkpoint-signer.js";
import type { CreateOnlyStore } from "./create-only-store.js";
import { judgeHead } from "./decide-signature.js";
import { EMPTY_FRONTIER, appendLeaf, leafHash, rootOf } from "./merkle.js";
import { nodeCrypto } from "./node-crypto.js";
import { openNote, ed25519Verifier } from "./note.js";
import { emptyHead } from "./plan-batch.js";
import { seedSigner } from "./seed-signer.js";
import { signerMemory } from "./signer-memory.js";

const { sha256 } = nodeCrypto;
const HOST = "studio.example";
const TENANT = "kiln-house";
const ORIGIN = `${HOST}/audit/${TENANT}`;
const SEED = Buffer.alloc(32, 7);

function memoryStore(): CreateOnlyStore & { readonly objects: Map<string, Uint8Array> } {
  const objects = new Map<string, Uint8Array>();
  return {
    objects,
    read: (name) => Promise.resolve(objects.get(name) ?? null),
    create: (name, bytes) => {
      if (objects.has(name)) return Promise.resolve(false);
      objects.set(name, bytes);
      return Promise.resolve(true);
    },
  };
}

const keysOf =
  (...seeds: Uint8Array[]): LogKeys =>
  (origin) =>
    Promise.resolve(seeds.map((seed) => seedSigner(origin, seed)));
const signerOn = (store: CreateOnlyStore, keys = keysOf(SEED)) =>
  checkpointSigner(nodeCrypto, signerMemory(sha256, store, HOST), keys);

const leaves = aLog(40).entries.map(({ leaf }) => leaf);

/** The head of a log of these entries. */
function headOf(entries: readonly string[], origin = ORIGIN): LogHead {
  const frontier = entries.reduce(
    (grown, leaf) => appendLeaf(sha256, grown, leafHash(sha256, Buffer.from(leaf))),
    EMPTY_FRONTIER,
  );
  const root = Buffer.from(rootOf(sha256, frontier)).toString("base64");
  return { ...emptyHead(sha256, { origin, epoch: 1 }, NOW), size: entries.length, root };
}

describe("audit/checkpoint-signer", () => {
  let store: ReturnType<typeof memoryStore>;
  beforeEach(() => {
    store = memoryStore();
  });

  /** Signs the log as far as `to`, as the sequencer does. */
  const signUpTo = async (to: number, signer = signerOn(store)) => {
    const remembered = await signer.recall(TENANT);
    return signer.extend(remembered, headOf(leaves.slice(0, to)), leaves.slice(remembered.newest?.size ?? 0, to));
  };

  it("counts its states without holes, and finds the newest whoever signed it", async () => {
    for (let size = 1; size <= 37; size++) assert.equal((await signUpTo(size)).kind, "signed");
    const { newest } = await signerOn(store).recall(TENANT);
    assert.deepEqual([newest?.number, newest?.size], [37, 37]);
    assert.deepEqual([...store.objects.keys()].filter((name) => name.includes("/states/")).length, 37);
  });

  it("signs with every key while one takes the place of the other", async () => {
    const [old, next] = [SEED, Buffer.alloc(32, 9)];
    const signed = await signUpTo(3, signerOn(store, keysOf(old, next)));
    assert.ok(signed.kind === "signed");
    for (const seed of [old, next])
      await openNote(Buffer.from(signed.note), [ed25519Verifier(nodeCrypto, seedSigner(ORIGIN, seed).verifierKey)]);
  });

  it("lets one of two signers bind number 1, and keeps the other from signing", async () => {
    const [a, b] = [signerOn(store), signerOn(store)];
    const [rememberedA, rememberedB] = [await a.recall(TENANT), await b.recall(TENANT)];
    assert.equal((await a.extend(rememberedA, headOf(leaves.slice(0, 3)), leaves.slice(0, 3))).kind, "signed");
    const fork = [...leaves.slice(0, 2), leaves[9] ?? ""];
    let asked = 0;
    const watched = signerOn(store, (origin) => {
      asked += 1;
      return keysOf(SEED)(origin);
    });
    assert.equal((await watched.extend(rememberedB, headOf(fork), fork)).kind, "lost");
    assert.equal(asked, 0, "the key is not used before the memory is written");
  });

  it("gives the one signature of a state whose signer died between binding and signing", async () => {
    const dying = signerOn(store, () => Promise.reject(new Error("no key service")));
    await assert.rejects(signUpTo(4, dying), /no key service/);
    const signer = signerOn(store);
    const remembered = await signer.recall(TENANT);
    assert.equal(remembered.newest?.size, 4);
    const note = await signer.noteOf(remembered, remembered.newest);
    assert.equal(await signerOn(store).noteOf(remembered, remembered.newest), note);
    assert.equal((await signUpTo(5)).kind, "signed");
  });

  it("publishes nothing that a key service signed wrongly", async () => {
    const wrong: LogKeys = (origin) => {
      const signer = seedSigner(origin, SEED);
      return Promise.resolve([{ ...signer, sign: () => signer.sign(Buffer.from("something else")) }]);
    };
    await assert.rejects(signUpTo(2, signerOn(store, wrong)), { code: "NOTE_SIGNATURE_WRONG" });
    assert.deepEqual(
      [...store.objects.keys()].filter((name) => name.includes("/checkpoints/")),
      [],
    );
  });

  it("refuses a head that is shorter, or other at the same size, or beyond but not from here, or of another log, or gone", async () => {
    await signUpTo(20);
    const remembered = await signerOn(store).recall(TENANT);
    const other = [...leaves.slice(0, 5), "another entry", ...leaves.slice(6)];
    const judged = (head: LogHead | null) => {
      const standing = judgeHead(remembered, head);
      return standing.kind === "freeze" ? standing.reason : standing.kind;
    };
    assert.equal(judged(headOf(leaves.slice(0, 20))), "current");
    assert.equal(judged(headOf(leaves.slice(0, 21))), "ahead");
    assert.equal(judged(headOf(leaves.slice(0, 19))), "HEAD_SHRANK");
    assert.equal(judged(null), "HEAD_SHRANK");
    assert.equal(judged(headOf(other.slice(0, 20))), "HEAD_FORKED");
    assert.equal(judged(headOf(leaves, `${ORIGIN}/e2`)), "HEAD_OTHER_LOG");
    const beyond = headOf(other.slice(0, 30));
    const signer = signerOn(store);
    assert.deepEqual(await signer.extend(remembered, beyond, other.slice(20, 30)), {
      kind: "freeze",
      reason: "HEAD_FORKED",
    });
    assert.deepEqual(await signer.extend(remembered, beyond, other.slice(21, 30)), {
      kind: "freeze",
      reason: "HEAD_FORKED",
    });
  });

  it("stays frozen for whoever asks, with the first reason", async () => {
    await signUpTo(3);
    const signer = signerOn(store);
    const remembered = await signer.recall(TENANT);
    await signer.freeze(remembered, "HEAD_SHRANK", null, NOW);
    const again = await signerOn(store).freeze(remembered, "HEAD_FORKED", headOf(leaves), NOW);
    assert.equal(again.reason, "HEAD_SHRANK");
    assert.equal((await signerOn(store).recall(TENANT)).frozen?.reason, "HEAD_SHRANK");
  });

  it("stops at a memory that contradicts itself", async () => {
    await signUpTo(3);
    const name = [...store.objects.keys()].find((key) => key.includes("/states/")) ?? "";
    const text = Buffer.from(store.objects.get(name) ?? []).toString();
    store.objects.set(name, Buffer.from(text.replace('"size":3', '"size":2')));
    await assert.rejects(signerOn(store).recall(TENANT));
  });
});
