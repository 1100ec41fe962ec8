import assert from "node:assert/strict";
import { openCheckpoint } from "../../src/audit/checkpoint.js";
import { formatLeaf } from "../../src/audit/leaf.js";
import { EMPTY_FRONTIER, appendLeaf, leafHash, rootOf, verifyConsistency } from "../../src/audit/merkle.js";
import { proveConsistency } from "../../src/audit/merkle-prover.js";
import { nodeCrypto } from "../../src/audit/node-crypto.js";
import { ed25519Verifier } from "../../src/audit/note.js";
import { firestoreLogStore } from "../../src/audit/firestore-log-store.js";
import { sequenceLog } from "../../src/audit/sequence-log.js";
import { tileReader } from "../../src/audit/tiles.js";
import { LogCheckpoint, StoredAuditEvent } from "../../src/contracts/index.js";
import { fromFirestore } from "../../src/platform/firestore-codec.js";
import { Crash, faulty } from "../support/faults.js";
import type { Faults } from "../support/faults.js";
import { HOST, openLogStudio, signerOn } from "../support/log-studio.js";
import type { LogStudio } from "../support/log-studio.js";

const { sha256 } = nodeCrypto;
const WORKERS = 4;
const BEGAN = Date.now();
/** The whole count runs with STUDIO_TEST_FULL=1. */
const EVENTS = process.env["STUDIO_TEST_FULL"] === "1" ? 5_000 : 600;

describe("audit/sequence-log", () => {
  let studio: LogStudio;
  beforeEach(() => {
    studio = openLogStudio();
  });
  afterEach(() => studio.close());

  it("gives every event its index and the log its checkpoint, and does nothing where nothing waits", async () => {
    await studio.act(3);
    assert.deepEqual(await studio.run(), { outcome: "done", sequenced: 3, refused: 0, checkpoints: 1, lostRaces: 0 });
    assert.deepEqual(await studio.run(), { outcome: "done", sequenced: 0, refused: 0, checkpoints: 0, lostRaces: 0 });
    assert.equal(await assertLogIsSound(studio), 3);
  });

  it("goes on over the edges of tiles, and in batches when more waits than one takes", async () => {
    for (const count of [255, 1, 1, 450]) {
      await studio.act(count);
      assert.equal((await studio.run()).sequenced, count);
    }
    assert.equal(await assertLogIsSound(studio), 707);
  });

  for (const ignoresLease of [true, false])
    it(`stays dense under ${WORKERS} racing sequencers that crash at every step and stall past the lease, ${
      ignoresLease ? "without" : "with"
    } the lease`, async function () {
      this.timeout(300_000);
      const injected = { crashes: 0, stalls: 0 };
      const faults: Faults = { random: Math.random, crash: 0.03, stall: 0.06, stallMs: 150, injected };
      let isActing = true;
      const acting = actInSteps(studio, EVENTS).finally(() => {
        isActing = false;
      });
      const work = async (): Promise<void> => {
        while (isActing || (await waiting(studio)) > 0 || (await isUnpublished(studio)))
          await untilCrash(() => sequenceLog(aSequencer(studio, faults, ignoresLease), studio.tenantId));
      };
      await Promise.all([acting, ...Array.from({ length: WORKERS }, work)]);
      assert.equal(await assertLogIsSound(studio), EVENTS);
      assert.ok(injected.crashes > 4 && injected.stalls > 4, JSON.stringify(injected));
    });
});

/** A sequencer as a process of its own: it shares nothing with the others, and its clock is far ahead within a moment. */
function aSequencer(studio: LogStudio, faults: Faults, ignoresLease: boolean) {
  const { deps } = studio;
  const fast = { now: () => new Date(BEGAN + (Date.now() - BEGAN) * 200).toISOString() };
  return studio.means({
    deps: { ...deps, clock: ignoresLease ? deps.clock : fast },
    store: faulty(firestoreLogStore(studio.firestore), faults),
    signer: faulty(signerOn(faulty(studio.memory, faults)), faults),
    ignoresLease,
  });
}

async function untilCrash(run: () => Promise<unknown>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
  }
}

async function actInSteps(studio: LogStudio, count: number): Promise<void> {
  for (let done = 0; done < count; done += 20) {
    await studio.act(20);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const waiting = async ({ firestore, tenantId }: LogStudio): Promise<number> => {
  const pending = firestore.collection(`tenants/${tenantId}/auditEvents`).where("pending", "==", true);
  return (await pending.count().get()).data().count;
};

const isUnpublished = async (studio: LogStudio): Promise<boolean> =>
  (await studio.at("auditLog/head").get()).get("needsSweep") === true;

/**
 * Is the log what M07.2 and M07.3 say? Dense, nothing waiting, nothing twice; every checkpoint signed, the newest over everything, and
 * each consistent with the next by the tiles as stored. Gives its size.
 */
async function assertLogIsSound(studio: LogStudio): Promise<number> {
  const { firestore, tenantId } = studio;
  const events = await firestore.collection(`tenants/${tenantId}/auditEvents`).get();
  const inLog = events.docs
    .map((snapshot) => ({ snapshot, stored: StoredAuditEvent.parse(fromFirestore(snapshot.data())) }))
    .sort((a, b) => (a.stored.seq ?? -1) - (b.stored.seq ?? -1));
  assert.deepEqual(
    inLog.map(({ stored }) => [stored.seq, stored.pending]),
    inLog.map((_, index) => [index, undefined]),
  );
  const roots = [rootOf(sha256, EMPTY_FRONTIER)];
  let frontier = EMPTY_FRONTIER;
  for (const { snapshot, stored } of inLog) {
    const { seconds, nanoseconds } = snapshot.createTime;
    const committedAt = String(seconds * 1_000_000 + nanoseconds / 1_000);
    const eventSha256 = Buffer.from(sha256(Buffer.from(stored.canonical))).toString("hex");
    const leaf = formatLeaf({ v: 1, id: snapshot.id, tenant: tenantId, committedAt, eventSha256 });
    frontier = appendLeaf(sha256, frontier, leafHash(sha256, Buffer.from(leaf)));
    roots.push(rootOf(sha256, frontier));
  }
  const checkpoints = await firestore.collection(`tenants/${tenantId}/auditLog/e1/checkpoints`).orderBy("size").get();
  const notes = checkpoints.docs.map((document) => LogCheckpoint.parse(fromFirestore(document.data())));
  assert.equal(notes.at(-1)?.size, inLog.length);
  const verifier = ed25519Verifier(nodeCrypto, studio.verifierKeyOf(`${HOST}/audit/${tenantId}`));
  const store = firestoreLogStore(firestore);
  const read = tileReader(sha256, inLog.length, async ({ level, index, width }) => {
    const tile = await store.tile(tenantId, 1, Number(level), index);
    return Buffer.from(tile?.hashes ?? "", "base64").subarray(0, width * 32);
  });
  let older = { size: 0, root: roots[0] as Uint8Array };
  for (const { note } of notes) {
    const signed = await openCheckpoint(Buffer.from(note), [verifier], `${HOST}/audit/${tenantId}`);
    assert.deepEqual(Buffer.from(signed.root), roots[signed.size]);
    const proof = await proveConsistency(sha256, read, older.size, signed.size);
    assert.ok(verifyConsistency(sha256, older, signed, proof), `${older.size} to ${signed.size}`);
    older = signed;
  }
  return inLog.length;
}
