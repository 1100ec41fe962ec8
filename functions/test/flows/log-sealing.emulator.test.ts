import assert from "node:assert/strict";
import { checkLog } from "../../src/audit/check-log.js";
import type { CreateOnlyStore } from "../../src/audit/create-only-store.js";
import { firestoreLogInspection } from "../../src/audit/firestore-inspection-store.js";
import { firestoreLogStore } from "../../src/audit/firestore-log-store.js";
import { nodeCrypto } from "../../src/audit/node-crypto.js";
import { ed25519Verifier } from "../../src/audit/note.js";
import { sealArchive } from "../../src/audit/seal-archive.js";
import { sealAllLogs } from "../../src/audit/seal-all-logs.js";
import { sealLog } from "../../src/audit/seal-log.js";
import type { SealMeans } from "../../src/audit/seal-log.js";
import { parseSealedPart } from "../../src/audit/sealed-part.js";
import { AuditEvent } from "../../src/contracts/index.js";
import { Crash, faulty } from "../support/faults.js";
import type { Faults } from "../support/faults.js";
import { HOST, openLogStudio, signerOn } from "../support/log-studio.js";
import type { LogStudio } from "../support/log-studio.js";

const EVENTS = process.env["STUDIO_TEST_FULL"] === "1" ? 2_000 : 600;

describe("audit/seal-log", function () {
  this.timeout(200_000);
  let studio: LogStudio;
  beforeEach(async () => {
    studio = openLogStudio();
    await studio.act(300);
    await studio.run();
  });
  afterEach(() => studio.close());

  const origin = () => `${HOST}/audit/${studio.tenantId}`;
  const archiveOn = (memory: CreateOnlyStore) => sealArchive(nodeCrypto.sha256, memory);
  const means = (memory: CreateOnlyStore = studio.memory): SealMeans => ({
    deps: studio.deps,
    requestId: "test-seal",
    sha256: nodeCrypto.sha256,
    log: firestoreLogStore(studio.firestore),
    signer: signerOn(memory),
    archive: archiveOn(memory),
  });
  const seal = () => sealLog(means(), studio.tenantId);
  const sealedEvents = async (): Promise<AuditEvent[]> => {
    const found = await studio.firestore
      .collection(`tenants/${studio.tenantId}/auditEvents`)
      .where("type", "==", "log.sealed")
      .get();
    const events = found.docs.map((document) => AuditEvent.parse(JSON.parse(String(document.get("canonical")))));
    return events.sort((a, b) => Number(a.data["number"]) - Number(b.data["number"]));
  };
  /** Every event as the sealed objects have it, in order; each object is found by what its seal says. */
  const sealed = async (): Promise<string[]> => {
    const archive = archiveOn(studio.memory);
    const events: string[] = [];
    for (let number = 1; ; number++) {
      const found = await archive.read(origin(), number);
      if (found === null) return events;
      assert.equal(found.from, events.length);
      for (const part of found.parts)
        events.push(...parseSealedPart(await archive.readPart(origin(), part)).map(({ event }) => event));
      assert.equal(found.to, events.length);
    }
  };
  const sequenced = async (): Promise<string[]> => {
    const found = await studio.firestore.collection(`tenants/${studio.tenantId}/auditEvents`).get();
    return found.docs
      .filter((document) => typeof document.get("seq") === "number")
      .sort((a, b) => Number(a.get("seq")) - Number(b.get("seq")))
      .map((document) => String(document.get("canonical")));
  };
  const findings = async (memory: CreateOnlyStore = studio.memory): Promise<string[]> => {
    const verifiers = (name: string) => Promise.resolve([ed25519Verifier(nodeCrypto, studio.verifierKeyOf(name))]);
    const inspection = firestoreLogInspection(studio.firestore);
    const check = { ...means(memory), crypto: nodeCrypto, inspection, verifiers };
    return (await checkLog(check, studio.tenantId)).findings.map(({ kind, text }) => `${kind}: ${text}`);
  };
  /** The store as somebody made it who can do there what nobody can. */
  const tampered = (change: (name: string, bytes: Uint8Array) => Uint8Array | null): CreateOnlyStore => ({
    create: () => Promise.reject(new Error("for reading alone")),
    read: async (name) => {
      const bytes = await studio.memory.read(name);
      return bytes === null ? null : change(name, bytes);
    },
  });

  it("keeps every signed entry's exact bytes in the locked store, and leaves an event with range and root", async () => {
    assert.deepEqual(await seal(), { outcome: "sealed", entries: 300 });
    assert.deepEqual(await sealed(), await sequenced());
    const [event] = await sealedEvents();
    const root = String((await studio.at("auditLog/head").get()).get("root"));
    assert.deepEqual([event?.data["from"], event?.data["to"], event?.data["root"]], [0, 300, root]);
    assert.deepEqual(await findings(), []);
  });

  it("goes on where the last seal ended, in the middle of a tile, and deletes nothing", async () => {
    await seal();
    await studio.act(100);
    await studio.run();
    assert.deepEqual(await seal(), { outcome: "sealed", entries: 101 });
    await studio.run();
    assert.deepEqual((await sealed()).length, 401);
    assert.deepEqual((await sequenced()).length, 402);
    assert.deepEqual(await findings(), []);
  });

  it("seals large events piece by piece, each piece the beginning of what was signed", async () => {
    await seal();
    await studio.run();
    for (let n = 0; n < 4; n++) await studio.act(20, () => ({ data: { filler: "x".repeat(130_000) } }));
    await studio.run();
    const first = await seal();
    assert.ok(first.outcome === "sealed" && first.entries < 81, JSON.stringify(first));
    const [, event] = await sealedEvents();
    assert.ok(Number(event?.data["to"]) < 381 && Number(event?.data["objects"]) > 5, JSON.stringify(event?.data));
    assert.equal((await seal()).entries, 81 - first.entries);
    assert.deepEqual(await sealed(), (await sequenced()).slice(0, 381));
    assert.deepEqual(await findings(), []);
  });

  it("seals no unsigned entry, and not what only sealing put on record", async () => {
    await seal();
    await studio.act(1);
    assert.deepEqual(await seal(), { outcome: "nothing", entries: 0 });
    await studio.run();
    assert.deepEqual(await seal(), { outcome: "sealed", entries: 2 });
    await studio.run();
    for (let night = 0; night < 3; night++) assert.equal((await seal()).outcome, "nothing");
    assert.equal((await sealedEvents()).length, 2);
  });

  it("seals everything once, however often it dies, and however many are at it", async () => {
    const injected = { crashes: 0, stalls: 0 };
    const faults: Faults = { random: Math.random, crash: 0.06, stall: 0.1, stallMs: 20, injected };
    let isActing = true;
    const act = async (): Promise<void> => {
      for (let done = 300; done < EVENTS; done += 50) {
        await studio.act(50);
        await studio.run();
      }
      isActing = false;
    };
    const sealing = async (): Promise<void> => {
      for (let isDone = false; !isDone || isActing;) {
        const dying: SealMeans = {
          ...means(faulty(studio.memory, faults)),
          deps: { ...studio.deps, transactor: faulty(studio.deps.transactor, faults) },
          log: faulty(firestoreLogStore(studio.firestore), faults),
        };
        const report = await sealLog(dying, studio.tenantId).catch((error: unknown) => {
          if (error instanceof Crash) return null;
          throw error;
        });
        isDone = report?.outcome === "nothing";
        assert.ok(!["damaged", "frozen"].includes(report?.outcome ?? ""), JSON.stringify(report));
      }
    };
    await Promise.all([act(), sealing(), sealing(), sealing()]);
    await studio.run();
    await seal();
    await studio.run();
    const [kept, inLog] = [await sealed(), await sequenced()];
    assert.deepEqual(kept, inLog.slice(0, kept.length));
    const rest = inLog.slice(kept.length).map((canonical) => (JSON.parse(canonical) as AuditEvent).type);
    assert.ok(
      rest.every((type) => type === "log.sealed"),
      JSON.stringify(rest),
    );
    const events = await sealedEvents();
    assert.deepEqual(
      events.map(({ data }) => data["number"]),
      events.map((_, at) => at + 1),
    );
    assert.deepEqual(await findings(), []);
    assert.ok(injected.crashes > 3, JSON.stringify(injected));
  });

  it("seals nothing of a log whose events, tiles or head are not those that were signed", async () => {
    const [first] = (await studio.firestore.collection(`tenants/${studio.tenantId}/auditEvents`).limit(1).get()).docs;
    const before = first?.data() ?? {};
    await first?.ref.update({ canonical: '{"a":1}' });
    assert.equal((await seal()).outcome, "damaged");
    await first?.ref.update({ canonical: before["canonical"] });
    const tile = studio.at("auditLog/e1/tiles/0-0");
    const { leaves = [] } = (await tile.get()).data() ?? {};
    await tile.update({ leaves: [...(leaves as string[])].reverse() });
    assert.equal((await seal()).outcome, "damaged");
    await tile.update({ leaves });
    await studio.at("auditLog/head").update({ size: 200 });
    assert.equal((await seal()).outcome, "frozen");
    assert.equal(await archiveOn(studio.memory).newest(origin()), null);
  });

  it("finds sealed entries that are gone, changed or of another log", async () => {
    await seal();
    await studio.run();
    const kinds = async (memory: CreateOnlyStore): Promise<string[]> =>
      (await findings(memory)).map((text) => text.slice(0, text.indexOf(":")));
    const gone = tampered((name, bytes) => (name.includes("/sealed/256-") ? null : bytes));
    assert.deepEqual(await kinds(gone), ["SEAL_DIFFERS"]);
    const flipped = tampered((name, bytes) => {
      const copy = Uint8Array.from(bytes);
      if (name.includes("/sealed/0-")) copy[1_000] = (copy[1_000] ?? 0) ^ 1;
      return copy;
    });
    assert.deepEqual(await kinds(flipped), ["SEAL_DIFFERS"]);
    const relabelled = tampered((name, bytes) =>
      name.includes("/seals/") ? Buffer.from(Buffer.from(bytes).toString().replace('"to":300', '"to":299')) : bytes,
    );
    assert.deepEqual(await kinds(relabelled), ["SEAL_DIFFERS"]);
    assert.deepEqual(await findings(), []);
  });

  it("finds events that were deleted from the database and lie in the archive, to the byte", async () => {
    await seal();
    await studio.run();
    const before = await sequenced();
    const events = await studio.firestore.collection(`tenants/${studio.tenantId}/auditEvents`).limit(5).get();
    for (const document of events.docs) await document.ref.delete();
    assert.ok((await findings()).some((text) => text.startsWith("EVENT_MISSING")));
    assert.deepEqual(await sealed(), before.slice(0, 300));
  });

  it("seals all studios in one run, and counts the one that cannot be", async () => {
    const other = openLogStudio();
    try {
      const failures: string[] = [];
      const broken: SealMeans = {
        ...means(),
        signer: {
          recall: (tenantId) =>
            tenantId === other.tenantId ? Promise.reject(new Error("out of reach")) : means().signer.recall(tenantId),
        },
      };
      const counts = await sealAllLogs(broken, [other.tenantId, studio.tenantId], (id) => failures.push(id));
      assert.deepEqual(counts, { logs: 1, entries: 300, unfinished: 0, stuck: 1 });
      assert.deepEqual(failures, [other.tenantId]);
    } finally {
      await other.close();
    }
  });
});
