import assert from "node:assert/strict";
import { beginNewLog } from "../../src/audit/begin-new-log.js";
import { checkLog } from "../../src/audit/check-log.js";
import type { LogCheck } from "../../src/audit/check-log.js";
import { firestoreLogInspection } from "../../src/audit/firestore-inspection-store.js";
import { firestoreLogStore } from "../../src/audit/firestore-log-store.js";
import { firestoreLogWork } from "../../src/audit/firestore-work-store.js";
import { EMPTY_FRONTIER, appendLeaf, leafHash, rootOf } from "../../src/audit/merkle.js";
import { nodeCrypto } from "../../src/audit/node-crypto.js";
import { ed25519Verifier } from "../../src/audit/note.js";
import { sealArchive } from "../../src/audit/seal-archive.js";
import { sweepLogs } from "../../src/audit/sweep-logs.js";
import { AuditEvent, LogHealth, LogTile } from "../../src/contracts/index.js";
import { fromFirestore } from "../../src/platform/firestore-codec.js";
import { HOST, openLogStudio } from "../support/log-studio.js";
import type { LogStudio } from "../support/log-studio.js";

const { sha256 } = nodeCrypto;
const BATCH = "batches/b-1";

/** What somebody who can write everything in the database, but has not the key, may try (the attacker's rows of ADR 16). */
describe("audit log, against somebody with the whole database", () => {
  let studio: LogStudio;
  let ids: string[];
  beforeEach(async () => {
    studio = openLogStudio();
    ids = await studio.act(300, (n) => ({ resourceRefs: [{ path: BATCH, auditVersion: n + 1 }] }));
    await studio.at(BATCH).set({ auditVersion: 300, lastEventId: ids.at(-1) });
    assert.equal((await studio.run()).sequenced, 300);
    assert.deepEqual((await check(studio)).findings, []);
  });
  afterEach(() => studio.close());

  const event = (n: number) => studio.at(`auditEvents/${ids[n] ?? ""}`);
  const kinds = async (): Promise<string[]> =>
    [...new Set((await check(studio)).findings.map(({ kind }) => kind))].sort();
  const alarms = async (): Promise<string[]> => {
    const stored = (await studio.at("auditLog/health").get()).data();
    return stored === undefined ? [] : LogHealth.parse(fromFirestore(stored)).alarms.map(({ code }) => code);
  };
  const eventsOfType = async (type: string): Promise<AuditEvent[]> => {
    const found = await studio.firestore
      .collection(`tenants/${studio.tenantId}/auditEvents`)
      .where("type", "==", type)
      .get();
    return found.docs.map((document) => AuditEvent.parse(JSON.parse(String(document.get("canonical")))));
  };

  it("finds a sequenced event whose text was changed, and raises the alarm once", async () => {
    await event(7).update({ canonical: '{"a":1}' });
    const found = await kinds();
    for (const kind of ["EVENT_ALTERED", "TILE_DIFFERS", "CHECKPOINT_DIFFERS", "SIGNER_DIFFERS", "HEAD_DIFFERS"])
      assert.ok(found.includes(kind), kind);
    await check(studio);
    assert.deepEqual(await alarms(), ["LOG_DAMAGED"]);
    assert.equal((await eventsOfType("log.alarm_raised")).length, 1);
  });

  it("finds a copy beside the text that was changed, and a deleted event", async () => {
    await event(3).update({ actorName: "Somebody Else" });
    assert.deepEqual(await kinds(), ["COPY_DIFFERS"]);
    await event(4).delete();
    assert.deepEqual(await kinds(), ["COPY_DIFFERS", "COUNT_DIFFERS", "EVENT_MISSING", "VERSION_GAP"]);
  });

  it("finds two events that were exchanged, and one that was stored again", async () => {
    const [a, b] = [(await event(10).get()).get("seq") as number, (await event(11).get()).get("seq") as number];
    await event(10).update({ seq: b });
    await event(11).update({ seq: a });
    assert.deepEqual(await kinds(), ["EVENT_MISPLACED"]);
    await event(10).update({ seq: a });
    await event(11).update({ seq: b });
    const kept = (await event(12).get()).data() ?? {};
    await event(12).delete();
    await event(12).set(kept);
    assert.ok((await kinds()).includes("EVENT_RECREATED"));
  });

  it("finds a changed tile and a changed checkpoint, and stops at a changed edge instead of building on it", async () => {
    const tile = studio.at("auditLog/e1/tiles/0-0");
    const hashes = String((await tile.get()).get("hashes"));
    await tile.update({ hashes: `A${hashes.slice(1)}` });
    assert.deepEqual(await kinds(), ["TILE_DIFFERS"]);
    await tile.update({ hashes });
    const checkpoint = studio.at("auditLog/e1/checkpoints/200");
    const { note } = (await checkpoint.get()).data() ?? {};
    await checkpoint.update({ note: String(note).replace("\n200\n", "\n199\n") });
    assert.deepEqual(await kinds(), ["CHECKPOINT_DIFFERS"]);
    await checkpoint.update({ note });
    await studio.at("auditLog/e1/tiles/0-1").update({ leaves: [] });
    await studio.act(1);
    assert.equal((await studio.run()).outcome, "damaged");
    assert.deepEqual(await alarms(), ["LOG_DAMAGED"]);
  });

  it("signs no fork: a head and tiles rewritten to fit each other freeze the signer for good", async () => {
    const at = studio.at("auditLog/e1/tiles/0-1");
    const stored = LogTile.parse((await at.get()).data());
    const other = await forge(studio, stored);
    await at.update({ ...other.tile });
    await studio.at("auditLog/head").update(other.head);
    await studio.act(1);
    assert.equal((await studio.run()).outcome, "frozen");
    assert.equal((await studio.run()).outcome, "frozen");
    assert.deepEqual(await alarms(), ["LOG_FROZEN"]);
    const after = await studio.firestore.collection(`tenants/${studio.tenantId}/auditLog/e1/checkpoints`).get();
    assert.deepEqual(after.docs.map(({ id }) => id).sort(), ["200", "300"]);
  });

  it("signs nothing under a log that somebody named otherwise, or began anew by hand", async () => {
    await studio.at("auditLog/head").update({ origin: `${HOST}/audit/${studio.tenantId}/e2`, epoch: 2, size: 0 });
    await studio.act(1);
    assert.equal((await studio.run()).outcome, "frozen");
  });

  it("sets a waiting event aside that was edited, alarms, and goes on with the others", async () => {
    const [edited = ""] = await studio.act(3);
    await studio.at(`auditEvents/${edited}`).update({ reasonCode: "NOT_PERMITTED" });
    const report = await studio.run();
    assert.deepEqual([report.sequenced, report.refused], [2, 1]);
    const stored = (await studio.at(`auditEvents/${edited}`).get()).data();
    assert.deepEqual([stored?.["quarantined"], stored?.["pending"], stored?.["seq"]], [true, undefined, undefined]);
    const [alarm] = await eventsOfType("log.event_refused");
    assert.deepEqual([alarm?.severity, alarm?.data["eventId"], alarm?.data["problem"]], ["alarm", edited, "EDITED"]);
    assert.equal((await studio.run()).sequenced, 1);
    assert.deepEqual(await kinds(), []);
  });

  it("sets a false event aside that breaks the format, because it would spoil every export", async () => {
    const forged = (await event(1).get()).data() ?? {};
    delete forged["seq"];
    await studio.at("auditEvents/forged-1").set({ ...forged, pending: true });
    await studio.at("auditEvents/forged-2").set({ pending: true, at: new Date(), canonical: "not json" });
    const report = await studio.run();
    assert.deepEqual([report.sequenced, report.refused], [0, 2]);
  });

  it("finds a waiting event that was deleted, by the version of its record that no event tells of", async () => {
    const [lost = ""] = await studio.act(1, () => ({ resourceRefs: [{ path: BATCH, auditVersion: 301 }] }));
    await studio.at(BATCH).update({ auditVersion: 301, lastEventId: lost });
    assert.deepEqual(await kinds(), []);
    await studio.at(`auditEvents/${lost}`).delete();
    assert.deepEqual(await kinds(), ["VERSION_DIFFERS"]);
    await studio.act(1, () => ({ resourceRefs: [{ path: BATCH, auditVersion: 302 }] }));
    assert.deepEqual(await kinds(), ["VERSION_DIFFERS", "VERSION_GAP"]);
  });

  it("seals a backdated event with the time at which the database took it in, which nobody chooses", async () => {
    const before = Date.now();
    const [backdated = ""] = await studio.act(1, () => ({ at: "2020-01-01T00:00:00.000Z" }));
    await studio.run();
    const index = Number((await studio.at(`auditEvents/${backdated}`).get()).get("seq"));
    const tile = LogTile.parse((await studio.at("auditLog/e1/tiles/0-1").get()).data());
    const leaf = JSON.parse(tile.leaves?.[index % 256] ?? "{}") as { id: string; committedAt: string };
    assert.equal(leaf.id, backdated);
    assert.ok(Math.abs(Number(leaf.committedAt) / 1_000 - before) < 60_000);
  });

  it("finds a record that somebody wrote past the functions as if it were a new version", async () => {
    await studio.at(BATCH).update({ auditVersion: 301 });
    assert.deepEqual(await kinds(), ["VERSION_DIFFERS"]);
    await studio.at(BATCH).update({ auditVersion: 299 });
    assert.deepEqual(await kinds(), ["VERSION_DIFFERS"]);
  });

  it("shows nobody an older signed state as the newest without the signer knowing better", async () => {
    const backup = await dump(studio);
    await studio.act(20);
    await studio.run();
    const remembered = await studio.means().signer.recall(studio.tenantId);
    assert.equal(remembered.newest?.size, 320);
    await restore(studio, backup);
    assert.ok((await kinds()).includes("SIGNER_DIFFERS"));
  });

  it("finds every event that waits, however many pages they are", async () => {
    await studio.act(45);
    const found: string[] = [];
    for await (const page of firestoreLogWork(studio.firestore).waiting(20))
      found.push(...page.filter(({ tenantId }) => tenantId === studio.tenantId).map(({ createTime }) => createTime));
    assert.equal(found.length, 45);
  });

  it("raises an alarm on a log that is behind for five minutes, and ends it when it has caught up", async () => {
    await studio.act(1);
    const clock = { now: () => new Date(Date.now() + 6 * 60_000).toISOString() };
    const sweep = (isDown: boolean) =>
      sweepLogs({
        alarms: { deps: { ...studio.deps, clock }, requestId: "test-sweep" },
        work: firestoreLogWork(studio.firestore),
        open: () => (isDown ? Promise.reject(new Error("no key service")) : Promise.resolve(studio.means())),
        onFailure: () => undefined,
      });
    await sweep(true);
    assert.deepEqual(await alarms(), ["LOG_LATE"]);
    await sweep(false);
    assert.deepEqual(await alarms(), []);
    assert.equal((await eventsOfType("log.alarm_cleared")).length, 1);
  });

  it("freezes on a restored backup, whatever happens meanwhile, and goes on in a new log that begins with the old checkpoint", async () => {
    const backup = await dump(studio);
    await studio.act(20);
    await studio.run();
    const last = String((await studio.at("auditLog/e1/checkpoints/320").get()).get("note"));
    await restore(studio, backup);
    await studio.act(250);
    assert.equal((await studio.run()).outcome, "frozen");
    const begunLog = await beginNewLog(aRecovery(studio, "test-0"), recovery(studio));
    assert.deepEqual(await beginNewLog(aRecovery(studio, "test-1"), recovery(studio)), begunLog);
    const { outcome, sequenced } = await studio.run();
    // Those after the restoration, the alarm on the freeze, and the beginning itself, which comes first.
    assert.deepEqual([outcome, sequenced], ["done", 252]);
    const [begun] = await eventsOfType("log.begun");
    assert.equal(begun?.data["checkpoint"], last);
    assert.equal((await studio.at(`auditEvents/${begun.eventId}`).get()).get("seq"), 0);
    assert.equal((await studio.at("auditLog/head").get()).get("origin"), `${HOST}/audit/${studio.tenantId}/e2`);
    assert.deepEqual((await check(studio)).findings, []);
    assert.equal(await beginNewLog(aRecovery(studio, "test-2"), recovery(studio)), null);
  });

  it("carries a recovery to its end that broke off between the signer's memory and the database", async () => {
    await studio.at("auditLog/head").delete();
    await studio.act(1);
    assert.equal((await studio.run()).outcome, "frozen");
    const means = aRecovery(studio, "test-recovery");
    const dying = {
      ...means,
      deps: { ...means.deps, transactor: { transact: () => Promise.reject(new Error("died")) } },
    };
    await assert.rejects(beginNewLog(dying, recovery(studio)), /died/);
    assert.equal((await studio.run()).outcome, "damaged");
    assert.notEqual(await beginNewLog(means, recovery(studio)), null);
    assert.equal((await studio.run()).outcome, "done");
  });
});

function check(studio: LogStudio): Promise<LogCheck> {
  const { firestore, deps, tenantId } = studio;
  const verifiers = (origin: string) => Promise.resolve([ed25519Verifier(nodeCrypto, studio.verifierKeyOf(origin))]);
  const { signer, sha256: hash } = studio.means();
  const archive = sealArchive(hash, studio.memory);
  const log = firestoreLogStore(firestore);
  const inspection = firestoreLogInspection(firestore);
  return checkLog(
    { deps, requestId: "test-check", crypto: nodeCrypto, log, inspection, signer, archive, verifiers },
    tenantId,
  );
}

const recovery = ({ tenantId }: LogStudio) => ({
  tenantId,
  actor: { type: "system" as const, id: "operator", name: "Operator" },
  reason: "A backup was restored.",
});

const aRecovery = (studio: LogStudio, requestId: string) => ({ ...studio.means(), requestId });

/** Another history of the last tile, as somebody would write it who knows how tiles and heads are made. */
async function forge(studio: LogStudio, tile: LogTile) {
  const leaves = (tile.leaves ?? []).map((leaf) => leaf.replace(/"committedAt":"1/, '"committedAt":"2'));
  const hashes = leaves.map((leaf) => leafHash(sha256, Buffer.from(leaf)));
  const first = LogTile.parse((await studio.at("auditLog/e1/tiles/0-0").get()).data());
  const all = [...(first.leaves ?? []).map((leaf) => leafHash(sha256, Buffer.from(leaf))), ...hashes];
  const root = rootOf(
    sha256,
    all.reduce((grown, hash) => appendLeaf(sha256, grown, hash), EMPTY_FRONTIER),
  );
  const edge = Buffer.concat(hashes).toString("base64");
  const head = (await studio.at("auditLog/head").get()).data() ?? {};
  return {
    tile: { leaves, hashes: edge },
    head: { root: Buffer.from(root).toString("base64"), edge: [edge, ...(head["edge"] as string[]).slice(1)] },
  };
}

type Dump = Map<string, FirebaseFirestore.DocumentData>;

async function dump({ firestore, tenantId }: LogStudio): Promise<Dump> {
  const all: Dump = new Map();
  for (const ref of ["auditEvents", "auditLog", "auditLog/e1/tiles", "auditLog/e1/checkpoints"])
    for (const document of (await firestore.collection(`tenants/${tenantId}/${ref}`).get()).docs)
      all.set(document.ref.path, document.data());
  return all;
}

/** The database as it was: what came since is gone. Events that were there stay, since a restoration keeps their times. */
async function restore(studio: LogStudio, backup: Dump): Promise<void> {
  for (const path of (await dump(studio)).keys()) if (!backup.has(path)) await studio.firestore.doc(path).delete();
  for (const [path, data] of backup) if (path.includes("/auditLog/")) await studio.firestore.doc(path).set(data);
}
