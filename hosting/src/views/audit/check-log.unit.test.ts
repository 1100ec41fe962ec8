import assert from "node:assert/strict";
import { LOG_SIGNER, ORIGIN, aLog } from "../../../../functions/test/support/audit-bundles.js";
import type { TestLog } from "../../../../functions/test/support/audit-bundles.js";
import { TENANT_ID } from "../../../../functions/test/support/builders.js";
import { memoryLog } from "../../../../functions/test/support/memory-log.js";
import type { MemoryLog } from "../../../../functions/test/support/memory-log.js";
import type { HistoryEntry } from "../../data/studio-data.js";
import { browserCrypto } from "./browser-crypto.js";
import { checkLog } from "./check-log.js";
import type { LogProof } from "./check-log.js";
import { chipWords } from "./chain-chip.js";
import { logMemory } from "./log-memory.js";
import type { LogMemory } from "./log-memory.js";

/** The key of the tests' own log, as a deployment would name it: the last field of a verifier key, without its type byte. */
const KEY = Buffer.from(LOG_SIGNER.verifierKey.split("+").slice(2).join("+"), "base64").subarray(1).toString("base64");
const IDENTITY = { host: "studio.example", publicKeys: [KEY] };

function storage(): Storage {
  const values = new Map<string, string>();
  return {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    removeItem: (key: string) => void values.delete(key),
  } as Storage;
}

/** What the cockpit reads of the log's events. */
const shown = (log: MemoryLog): HistoryEntry[] =>
  [...log.documents.values()].map(({ id, data }) => ({ ...data, eventId: id }) as unknown as HistoryEntry);

async function check(
  log: MemoryLog,
  {
    memory = logMemory(storage()),
    entries = shown(log),
    size = Math.max(...log.checkpoints.keys()),
    keys = [KEY],
  }: {
    memory?: LogMemory;
    entries?: readonly HistoryEntry[];
    size?: number;
    keys?: readonly string[];
  } = {},
): Promise<LogProof> {
  const head = await log.head(TENANT_ID);
  assert.ok(head !== null);
  return checkLog({
    crypto: browserCrypto,
    identity: { ...IDENTITY, publicKeys: keys },
    memory,
    reads: {
      checkpoint: (epoch, at) => log.checkpoint(TENANT_ID, epoch, at),
      tile: (epoch, level, index) => log.tile(TENANT_ID, epoch, level, index),
    },
    tenantId: TENANT_ID,
    head: { ...head, publishedSize: size },
    entries,
    now: "2026-11-21T12:00:00.000Z",
  });
}

const codeOf = (proof: LogProof): string => (proof.kind === "rejected" ? proof.alarm.code : proof.kind);

describe("views/audit/check-log", () => {
  const log: TestLog = aLog(300);
  let stored: MemoryLog;
  beforeEach(async () => {
    stored = await memoryLog(log, [7, 260, 300]);
  });

  it("proves every shown event, over tiles that have grown past the checkpoint, and counts what waits", async () => {
    const proof = await check(stored, { size: 260 });
    assert.deepEqual(proof, {
      kind: "verified",
      origin: ORIGIN,
      size: 260,
      proved: 260,
      waiting: 40,
      earlier: 0,
      isKnown: false,
    });
  });

  it("remembers the last checkpoint, and says that the log only grew since", async () => {
    const memory = logMemory(storage());
    assert.equal(codeOf(await check(stored, { memory, size: 7 })), "verified");
    const grown = await check(stored, { memory, size: 300 });
    assert.ok(grown.kind === "verified" && grown.isKnown);
    assert.match(chipWords(grown).why, /It only grew since this browser saw it last/);
    assert.equal(memory.lastSeen(ORIGIN), stored.checkpoints.get(300)?.note);
  });

  it("catches a log that is shorter than it was, keeps both checkpoints, and does not forget with the next good answer", async () => {
    const memory = logMemory(storage());
    await check(stored, { memory, size: 300 });
    const proof = await check(stored, { memory, size: 260 });
    assert.equal(codeOf(proof), "SHRUNK");
    assert.deepEqual(memory.evidence(ORIGIN), {
      seen: stored.checkpoints.get(300)?.note,
      shown: stored.checkpoints.get(260)?.note,
      noticedAt: "2026-11-21T12:00:00.000Z",
    });
    assert.equal(codeOf(await check(stored, { memory, size: 300 })), "FORK");
    memory.forgetEvidence(ORIGIN);
    assert.equal(codeOf(await check(stored, { memory, size: 300 })), "verified");
  });

  for (const size of [7, 300])
    it(`catches another past of ${size} entries, signed with the log's own key`, async () => {
      const memory = logMemory(storage());
      await check(stored, { memory, size });
      const other = await memoryLog(aLog(300, { salt: "b" }), [300]);
      assert.equal(codeOf(await check(other, { memory })), "FORK");
      assert.equal(memory.lastSeen(ORIGIN), stored.checkpoints.get(size)?.note);
    });

  it("does not take a signature of another key, another log's checkpoint or a changed one", async () => {
    assert.equal(codeOf(await check(stored, { keys: [Buffer.alloc(32, 7).toString("base64")] })), "SIGNATURE");
    const checkpoint = stored.checkpoints.get(300);
    assert.ok(checkpoint !== undefined);
    const changed = (change: (note: string) => string): void => {
      stored.checkpoints.set(300, { ...checkpoint, note: change(checkpoint.note) });
    };
    changed((note) => note.replace("\n300\n", "\n299\n"));
    assert.equal(codeOf(await check(stored)), "SIGNATURE");
    changed((note) => note.replaceAll("kiln-house", "kiln-hause"));
    assert.equal(codeOf(await check(stored)), "SIGNATURE");
    stored.checkpoints.delete(300);
    assert.equal(codeOf(await check(stored, { size: 300 })), "DAMAGED");
  });

  const entry = (): HistoryEntry => shown(stored)[42]!;
  const tampered: readonly [string, (entry: HistoryEntry) => HistoryEntry][] = [
    ["another text", (it) => ({ ...it, canonical: it.canonical.replace("Kiln 42", "Kiln 43") })],
    ["another index", (it) => ({ ...it, seq: 43 })],
    ["an altered copy", (it) => ({ ...it, actorName: "Somebody Else" })],
    ["another id", (it) => ({ ...it, eventId: "event-a-43" })],
  ];
  for (const [what, tamper] of tampered)
    it(`catches an event with ${what}, and names it`, async () => {
      const proof = await check(stored, { entries: [tamper(entry())] });
      assert.equal(codeOf(proof), "EVENT");
      assert.ok(proof.kind === "rejected" && proof.alarm.eventIds.length === 1);
    });

  it("catches tiles that were changed together with their leaves", async () => {
    const other = await memoryLog(aLog(300, { salt: "b" }), [300]);
    const tile = other.tiles.get("0-0");
    assert.ok(tile !== undefined);
    stored.tiles.set("0-0", tile);
    const [forged] = shown(other);
    assert.ok(forged !== undefined);
    assert.equal(codeOf(await check(stored, { entries: [forged] })), "EVENT");
    stored.tiles.delete("0-0");
    assert.equal(codeOf(await check(stored, { entries: [entry()] })), "EVENT");
  });

  it("proves nothing of a log that is not signed yet, and cannot be made to shout by a network that is down", async () => {
    assert.equal(codeOf(await check(stored, { size: 0 })), "unsigned");
    stored.checkpoint = () => Promise.reject(new Error("unavailable"));
    await assert.rejects(check(stored, { size: 300 }), /unavailable/);
  });

  it("checks anew what its own storage lost or somebody wrote into it, and keeps on without storage", async () => {
    const broken = storage();
    broken.setItem(`audit-seen:${ORIGIN}`, "not a note");
    const proof = await check(stored, { memory: logMemory(broken) });
    assert.ok(proof.kind === "verified" && !proof.isKnown);
    const refusing = {
      getItem: () => {
        throw new Error("denied");
      },
    } as unknown as Storage;
    assert.equal(codeOf(await check(stored, { memory: logMemory(refusing) })), "verified");
  });

  it("checks signatures with the library where the browser has no Ed25519", async () => {
    const { subtle } = globalThis.crypto;
    const original = subtle.importKey.bind(subtle);
    Object.defineProperty(subtle, "importKey", { value: () => Promise.reject(new Error("no")), configurable: true });
    try {
      assert.equal(codeOf(await check(stored)), "verified");
      assert.equal(codeOf(await check(stored, { keys: [Buffer.alloc(32, 7).toString("base64")] })), "SIGNATURE");
    } finally {
      Object.defineProperty(subtle, "importKey", { value: original, configurable: true });
    }
  });
});
