import assert from "node:assert/strict";
import { beginNewLog } from "../../src/audit/begin-new-log.js";
import { checkAllLogs, checkAndRebuild } from "../../src/audit/check-all-logs.js";
import { checkLog } from "../../src/audit/check-log.js";
import type { CheckMeans } from "../../src/audit/check-log.js";
import { firestoreLogInspection } from "../../src/audit/firestore-inspection-store.js";
import { firestoreLogStore } from "../../src/audit/firestore-log-store.js";
import { nodeCrypto } from "../../src/audit/node-crypto.js";
import { ed25519Verifier } from "../../src/audit/note.js";
import { rebuildTiles } from "../../src/audit/rebuild-tiles.js";
import type { RebuildMeans } from "../../src/audit/rebuild-tiles.js";
import { sealArchive } from "../../src/audit/seal-archive.js";
import { AuditEvent } from "../../src/contracts/index.js";
import { Crash, faulty } from "../support/faults.js";
import type { Faults } from "../support/faults.js";
import { openLogStudio } from "../support/log-studio.js";
import type { LogStudio } from "../support/log-studio.js";

const BATCH = "batches/b-1";
const SIZE = 600;

describe("audit/rebuild-tiles", function () {
  this.timeout(120_000);
  let studio: LogStudio;
  let ids: string[];
  let intact: Map<string, string>;
  beforeEach(async () => {
    studio = openLogStudio();
    ids = await studio.act(SIZE, (n) => ({ resourceRefs: [{ path: BATCH, auditVersion: n + 1 }] }));
    await studio.at(BATCH).set({ auditVersion: SIZE, lastEventId: ids.at(-1) });
    await studio.run();
    intact = await log(studio);
  });
  afterEach(() => studio.close());

  const means = (): CheckMeans & RebuildMeans => ({
    ...studio.means(),
    crypto: nodeCrypto,
    log: firestoreLogStore(studio.firestore),
    inspection: firestoreLogInspection(studio.firestore),
    archive: sealArchive(nodeCrypto.sha256, studio.memory),
    verifiers: (origin) => Promise.resolve([ed25519Verifier(nodeCrypto, studio.verifierKeyOf(origin))]),
  });
  const rebuild = () => rebuildTiles(means(), studio.tenantId);
  const tile = (name: string) => studio.at(`auditLog/e1/tiles/${name}`);
  const kinds = async (): Promise<string[]> =>
    [...new Set((await checkLog(means(), studio.tenantId)).findings.map(({ kind }) => kind))].sort();

  it("touches nothing of a log that is whole", async () => {
    assert.deepEqual(await rebuild(), { outcome: "nothing", rebuilt: [] });
    assert.deepEqual(await log(studio), intact);
  });

  it("puts every tile back, whatever became of it, and says which; nothing that is signed changes", async () => {
    await tile("0-0").delete();
    await tile("0-1").update({ leaves: [] });
    await tile("0-2").set({ nothing: "of a tile" });
    await tile("1-0").update({ hashes: "AAAA" });
    assert.equal((await rebuild()).outcome, "rebuilt");
    assert.deepEqual(await log(studio), intact);
    const events = await studio.firestore
      .collection(`tenants/${studio.tenantId}/auditEvents`)
      .where("type", "==", "log.rebuilt")
      .get();
    const told = events.docs.map((document) => AuditEvent.parse(JSON.parse(String(document.get("canonical")))));
    assert.deepEqual(told[0]?.data["rebuilt"], ["0-0", "0-1", "0-2", "1-0"]);
    assert.equal(told[0].severity, "alarm");
    assert.deepEqual(await kinds(), []);
  });

  it("puts entries back in their order where a tile was rewritten with others, hashes and all", async () => {
    const [first, second] = await Promise.all([tile("0-0").get(), tile("0-1").get()]);
    await tile("0-0").update({ leaves: second.get("leaves") as string[], hashes: String(second.get("hashes")) });
    await tile("0-1").update({ leaves: first.get("leaves") as string[], hashes: String(first.get("hashes")) });
    assert.deepEqual((await rebuild()).rebuilt, ["0-0", "0-1"]);
    assert.deepEqual(await log(studio), intact);
  });

  it("puts the head's edge back, and the sequencer goes on where it had stopped", async () => {
    await tile("0-2").delete();
    const head = studio.at("auditLog/head");
    const { edge } = (await head.get()).data() ?? {};
    await head.update({ edge: [] });
    await studio.act(1);
    assert.equal((await studio.run()).outcome, "damaged");
    assert.deepEqual((await rebuild()).rebuilt, ["head", "0-2"]);
    assert.deepEqual((await head.get()).get("edge"), edge);
    assert.equal((await studio.run()).outcome, "done");
    assert.deepEqual(await kinds(), []);
  });

  it("writes nothing where the events do not lead to what was signed", async () => {
    await tile("0-0").delete();
    await studio.at(`auditEvents/${ids[7] ?? ""}`).update({ canonical: '{"a":1}' });
    const before = await log(studio);
    assert.deepEqual(await rebuild(), { outcome: "unproven", rebuilt: [] });
    await studio.at(`auditEvents/${ids[8] ?? ""}`).delete();
    assert.equal((await rebuild()).outcome, "unproven");
    assert.deepEqual(await log(studio), before);
  });

  it("takes no event's word for its index: of two that claim one, the one is the entry that was signed", async () => {
    const seventh = (await studio.at(`auditEvents/${ids[7] ?? ""}`).get()).data() ?? {};
    await studio.at("auditEvents/forged-7").set({ ...seventh });
    await tile("1-0").delete();
    assert.deepEqual((await rebuild()).rebuilt, ["1-0"]);
    assert.deepEqual(await log(studio), intact);
  });

  it("writes nothing under a log that the signer has frozen, or that is shorter than what it signed", async () => {
    await tile("0-0").delete();
    await studio.at("auditLog/head").update({ size: 200 });
    assert.equal((await rebuild()).outcome, "frozen");
  });

  it("does not put a tile back to what it was before the log grew", async () => {
    await tile("0-0").delete();
    const store = firestoreLogStore(studio.firestore);
    let isGrown = false;
    const slow: RebuildMeans = {
      ...means(),
      store: {
        ...store,
        tile: async (...at) => {
          if (!isGrown) {
            isGrown = true;
            await studio.act(3);
            await studio.run();
          }
          return store.tile(...at);
        },
      },
    };
    assert.equal((await rebuildTiles(slow, studio.tenantId)).outcome, "lost");
    assert.deepEqual((await rebuild()).rebuilt, ["0-0"]);
    assert.deepEqual(await kinds(), []);
  });

  it("is done in the end however often it dies", async () => {
    for (const name of ["0-0", "0-1", "0-2", "1-0"]) await tile(name).delete();
    const injected = { crashes: 0, stalls: 0 };
    const faults: Faults = { random: Math.random, crash: 0.06, stall: 0, stallMs: 0, injected };
    for (let runs = 0, isDone = false; !isDone; runs++) {
      assert.ok(runs < 500);
      const dying = { ...means(), store: faulty(firestoreLogStore(studio.firestore), faults) };
      isDone = await rebuildTiles(dying, studio.tenantId).then(
        ({ outcome }) => outcome === "nothing",
        (error: unknown) => {
          if (error instanceof Crash) return false;
          throw error;
        },
      );
    }
    assert.deepEqual(await log(studio), intact);
  });

  it("is part of the check of the night, which ends its own alarm", async () => {
    await tile("0-1").delete();
    const counts = await checkAllLogs(means(), [studio.tenantId], () => undefined);
    assert.deepEqual([counts.findings, counts.rebuilt, counts.failed], [0, 1, 0]);
    assert.deepEqual((await studio.at("auditLog/health").get()).get("alarms"), []);
    await studio.at(`auditEvents/${ids[3] ?? ""}`).update({ actorName: "Somebody Else" });
    const after = await checkAndRebuild(means(), studio.tenantId);
    assert.deepEqual([after.count, after.rebuilt], [1, []]);
  });

  describe("after a recovery", () => {
    const version = (n: number) => ({ resourceRefs: [{ path: BATCH, auditVersion: n }] });
    beforeEach(async () => {
      await studio.at("auditLog/head").delete();
      await studio.act(1, () => version(SIZE + 1));
      assert.equal((await studio.run()).outcome, "frozen");
      const actor = { type: "system" as const, id: "operator", name: "Operator" };
      await beginNewLog({ ...studio.means(), requestId: "test" }, { tenantId: studio.tenantId, actor, reason: "lost" });
      const [last] = await studio.act(1, () => version(SIZE + 2));
      await studio.at(BATCH).set({ auditVersion: SIZE + 2, lastEventId: last });
      assert.equal((await studio.run()).outcome, "done");
    });

    it("holds the versions of records against the events of the logs before as well", async () => {
      assert.deepEqual(await kinds(), []);
      await studio.act(1, () => version(SIZE + 4));
      assert.deepEqual(await kinds(), ["VERSION_DIFFERS", "VERSION_GAP"]);
    });

    it("finds a version whose event was deleted: of the log before, of this one, and of one that waits", async () => {
      const old = studio.at(`auditEvents/${ids[20] ?? ""}`);
      const kept = (await old.get()).data() ?? {};
      await old.delete();
      assert.ok((await kinds()).includes("VERSION_GAP"));
      await old.set(kept);
      assert.deepEqual(await kinds(), []);
      const [waiting = ""] = await studio.act(1, () => version(SIZE + 3));
      await studio.at(BATCH).set({ auditVersion: SIZE + 3, lastEventId: waiting });
      assert.deepEqual(await kinds(), []);
      await studio.at(`auditEvents/${waiting}`).delete();
      assert.deepEqual(await kinds(), ["VERSION_DIFFERS"]);
    });
  });
});

/** Tiles, head and checkpoints as they are stored, each as text. */
async function log({ firestore, tenantId }: LogStudio): Promise<Map<string, string>> {
  const all = new Map<string, string>();
  for (const ref of ["auditLog/e1/tiles", "auditLog/e1/checkpoints"])
    for (const document of (await firestore.collection(`tenants/${tenantId}/${ref}`).get()).docs)
      all.set(document.ref.path, JSON.stringify(Object.entries(document.data()).sort()));
  const head = (await firestore.doc(`tenants/${tenantId}/auditLog/head`).get()).data() ?? {};
  all.set("head", JSON.stringify([head["size"], head["root"], head["edge"]]));
  return all;
}
