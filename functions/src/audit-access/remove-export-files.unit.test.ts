import assert from "node:assert/strict";
import { aLog } from "../../test/support/audit-bundles.js";
import { TENANT_ID, anAdmin, anOwner } from "../../test/support/builders.js";
import { HOUR } from "../../test/support/fake-means.js";
import { memoryLog } from "../../test/support/memory-log.js";
import { openMemoryStudio } from "../../test/support/memory-studio.js";
import type { MemoryStudio } from "../../test/support/memory-studio.js";
import { nodeCrypto } from "../audit/node-crypto.js";
import type { AuditExport, HoldSubject } from "../contracts/index.js";
import { liftHold, placeHold } from "../governance/change-holds.js";
import { openExportFile } from "./download-export.js";
import type { ExportFiles } from "./export-files.js";
import { generateExport } from "./generate-export.js";
import { removeExportFiles } from "./remove-export-files.js";
import { requestExport } from "./request-export.js";

const NONE = { removed: 0, held: 0, waiting: 0, failed: 0 };
const MONTH = 30 * 24 * HOUR;

describe("audit-access/remove-export-files", () => {
  let studio: MemoryStudio;
  let files: Map<string, Buffer>;
  let folder: ExportFiles;
  let exported: AuditExport;
  beforeEach(async () => {
    studio = await openMemoryStudio();
    files = new Map();
    folder = memoryFiles(files);
    exported = await anExport();
  });
  const deps = () => ({ ...studio.deps, files: folder });
  const call = () => ({ actor: anOwner(), tenantId: TENANT_ID, requestId: "request-1" });

  async function anExport(): Promise<AuditExport> {
    const log = await memoryLog(aLog(20), [20]);
    const means = { ...deps(), log, sha256Bytes: nodeCrypto.sha256, verifier: () => Buffer.from("//") };
    const body = { fromIndex: 0, toIndex: null, proofs: false, earlierSize: null };
    const { export: asked } = await studio.accepted(requestExport(means, { ...call(), body }));
    assert.equal(await generateExport(means, TENANT_ID, asked.exportId), "done");
    return asked;
  }
  const run = () => removeExportFiles(deps(), "job-1");
  const stored = () => studio.at(`exports/${exported.exportId}`);
  const removals = () => studio.events().filter(({ type }) => type === "export.files_removed");
  const download = () =>
    openExportFile(studio.deps, folder, { ...call(), exportId: exported.exportId, path: "bundle.json" });

  it("keeps the files until a month after the export ended, and not longer", async () => {
    studio.deps.clock.advance(MONTH - 1);
    assert.deepEqual(await run(), NONE);
    assert.equal((await download()).kind, "accepted");
    studio.deps.clock.advance(1);
    assert.deepEqual(await run(), { ...NONE, removed: 1 });
    assert.equal(files.size, 0);
    const [event] = removals();
    assert.deepEqual([event?.actor.type, event?.data["exportId"]], ["system", exported.exportId]);
    assert.deepEqual([stored()?.["status"], stored()?.["filesUntilAt"]], ["done", null]);
    assert.deepEqual(await run(), NONE);
    assert.equal(removals().length, 1);
  });

  it("hands nothing out from the commit on that says so, also while the files are still there", async () => {
    studio.deps.clock.advance(MONTH);
    folder = { ...memoryFiles(files), removeAll: () => Promise.reject(new Error("the bucket is away")) };
    assert.deepEqual(await run(), { ...NONE, failed: 1 });
    assert.ok(files.size > 0);
    const events = studio.events().length;
    const outcome = await download();
    assert.equal(outcome.kind === "refused" ? outcome.reason : "", "NOT_FOUND");
    assert.equal(studio.events().length, events);
  });

  it("removes later what a run that died had decided on, and says it once", async () => {
    studio.deps.clock.advance(MONTH);
    folder = { ...memoryFiles(files), removeAll: () => Promise.reject(new Error("the bucket is away")) };
    await run();
    folder = memoryFiles(files);
    await run();
    assert.equal(files.size, 0);
    assert.equal(removals().length, 1);
    assert.equal(studio.at(`exportProgress/${exported.exportId}`)?.["removing"], false);
  });

  const subjects: readonly HoldSubject[] = [
    { kind: "everything" },
    { kind: "collection", id: "exports" },
    { kind: "person", id: "somebody" },
    { kind: "proposal", id: "p-1" },
  ];
  for (const about of subjects)
    it(`is beaten by a legal hold on ${about.kind}, until it is lifted`, async () => {
      const reason = "a dispute about b-1";
      const placed = placeHold(studio.deps, { ...call(), actor: anAdmin(), body: { about, reason } });
      const { hold } = await studio.accepted(placed, ["hold.placed"]);
      studio.deps.clock.advance(MONTH);
      assert.deepEqual(await run(), { ...NONE, held: 1 });
      assert.ok(files.size > 0);
      assert.equal((await download()).kind, "accepted");
      await studio.accepted(liftHold(studio.deps, { ...call(), holdId: hold.holdId, body: { reason } }));
      assert.equal((await run()).removed, 1);
    });

  it("is not beaten by a hold on another collection, and is by holds that cannot be read", async () => {
    const about = { kind: "collection", id: "notices" } as const;
    await studio.accepted(placeHold(studio.deps, { ...call(), body: { about, reason: "a dispute about b-1" } }));
    const second = await anExport();
    studio.deps.clock.advance(MONTH);
    assert.equal((await run()).removed, 2);
    assert.notEqual(second.exportId, exported.exportId);
    exported = await anExport();
    studio.deps.clock.advance(MONTH);
    studio.change("retention/holds", { holds: "?" });
    assert.deepEqual(await run(), { ...NONE, held: 1 });
  });

  it("is held up by no record that cannot be read", async () => {
    const second = await anExport();
    studio.deps.clock.advance(MONTH);
    studio.change(`exports/${exported.exportId}`, { count: "many" });
    assert.deepEqual(await run(), { ...NONE, removed: 1, failed: 1 });
    assert.ok([...files.keys()].every((path) => !path.includes(second.exportId)));
  });

  it("waits while the studio is stopped", async () => {
    studio.deps.clock.advance(MONTH);
    await studio.accepted(studio.stop());
    assert.deepEqual(await run(), { ...NONE, waiting: 1 });
    await studio.releaseByTwo();
    assert.equal((await run()).removed, 1);
  });
});

function memoryFiles(files: Map<string, Buffer>): ExportFiles {
  return {
    create: (path) => {
      const parts: Uint8Array[] = [];
      return Promise.resolve({
        write: (bytes) => Promise.resolve(void parts.push(bytes)),
        close: () => Promise.resolve(void files.set(path, Buffer.concat(parts))),
        abort: () => Promise.resolve(),
      });
    },
    read: (path) => {
      const bytes = files.get(path);
      const chunks = (async function* () {
        if (bytes !== undefined) yield await Promise.resolve(bytes);
      })();
      return Promise.resolve(bytes === undefined ? null : { length: bytes.length, chunks });
    },
    removeAll: (prefix) => {
      for (const path of [...files.keys()]) if (path.startsWith(prefix)) files.delete(path);
      return Promise.resolve();
    },
  };
}
