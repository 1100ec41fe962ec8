import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LOG_SIGNER, aLog } from "../../test/support/audit-bundles.js";
import { TENANT_ID, anOperator, anOwner } from "../../test/support/builders.js";
import { MINUTE } from "../../test/support/fake-means.js";
import { memoryLog } from "../../test/support/memory-log.js";
import type { MemoryLog } from "../../test/support/memory-log.js";
import { openMemoryStudio } from "../../test/support/memory-studio.js";
import type { MemoryStudio } from "../../test/support/memory-studio.js";
import { nodeCrypto } from "../audit/node-crypto.js";
import { ed25519Verifier } from "../audit/note.js";
import { folderSource } from "../audit/verifier/folder-source.js";
import { verifyBundle } from "../audit/verifier/verify-bundle.js";
import type { BundleVerdict, VerifyRequest } from "../audit/verifier/verify-bundle.js";
import type { AuditExport, RouteBody } from "../contracts/index.js";
import { diskExportFiles } from "./disk-export-files.js";
import { openExportFile } from "./download-export.js";
import { exportFolder } from "./export-files.js";
import { generateExport } from "./generate-export.js";
import type { GenerateDeps } from "./generate-export.js";
import { getExport } from "./get-export.js";
import { requestExport } from "./request-export.js";

const SIZE = 600;
const SIGNED = 590;
const VERIFIER = Buffer.from("// verifier\n");

describe("audit-access/generate-export", () => {
  const log = aLog(SIZE);
  let folder: string;
  let studio: MemoryStudio;
  let stored: MemoryLog;
  let deps: GenerateDeps;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "studio-exports-"));
    studio = await openMemoryStudio();
    stored = await memoryLog(log, [100, 300, SIGNED]);
    const files = diskExportFiles(folder);
    const means = { sha256Bytes: nodeCrypto.sha256, verifier: () => VERIFIER, entriesPerPart: 128 };
    deps = { ...studio.deps, log: stored, files, ...means };
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const all = { fromIndex: 0, toIndex: null, proofs: false, earlierSize: null };

  async function request(body: Partial<RouteBody<"requestExport">> = {}): Promise<AuditExport> {
    const whole = (
      "filter" in body ? { earlierSize: null, ...body } : { ...all, ...body }
    ) as RouteBody<"requestExport">;
    const asking = requestExport(deps, { actor: anOwner(), tenantId: TENANT_ID, requestId: "request-1", body: whole });
    return (await studio.accepted(asking, ["export.requested"])).export;
  }

  const bundleFolder = ({ exportId }: AuditExport): string => join(folder, exportFolder(TENANT_ID, exportId));

  function verify(exported: AuditExport, more: Partial<VerifyRequest> = {}): Promise<BundleVerdict> {
    const verifiers = [ed25519Verifier(nodeCrypto, LOG_SIGNER.verifierKey)];
    const asked = { verifiers, known: null, range: null, allowFiltered: false, ...more };
    return verifyBundle(nodeCrypto, folderSource(bundleFolder(exported)), asked);
  }

  const generate = (exported: AuditExport, isTimeUp?: () => boolean): ReturnType<typeof generateExport> =>
    generateExport(deps, TENANT_ID, exported.exportId, isTimeUp);
  const newest = (): string => String(studio.events().at(-1)?.type);
  const statusOf = async (exported: AuditExport): Promise<[string, string | null]> => {
    const { export: now } = await studio.accepted(getExport(deps, TENANT_ID, exported.exportId), []);
    return [now.status, now.problem];
  };

  it("writes the whole signed log in parts, and the verifier accepts it as whole", async () => {
    const exported = await request({ earlierSize: 300 });
    assert.equal(exported.count, SIGNED);
    assert.equal(await generate(exported), "done");
    assert.equal(newest(), "export.generated");
    const verdict = await verify(exported, { known: Buffer.from(await log.note(100)) });
    assert.equal(verdict.kind, "verified", JSON.stringify(verdict));
    const { export: done, progress } = await studio.accepted(getExport(deps, TENANT_ID, exported.exportId), []);
    assert.deepEqual([done.status, done.count, progress.parts.length], ["done", SIGNED, 5]);
    assert.equal(progress.parts.at(-1)?.count, SIGNED - 4 * 128);
  });

  it("writes a range that begins within a tile, with a proof for each entry on request", async () => {
    const exported = await request({ fromIndex: 250, toIndex: 263, proofs: true });
    assert.equal(await generate(exported), "done");
    assert.equal((await verify(exported, { range: { from: 250, to: 263 } })).kind, "verified");
    assert.equal((await verify(exported)).kind, "rejected");
    assert.equal(readdirSync(join(bundleFolder(exported), "proofs")).length, 13);
  });

  it("goes on where a run before it stopped, part by part, and the bundle is the same", async () => {
    const exported = await request();
    for (let run = 0; run < 4; run++) assert.equal(await generate(exported, () => true), "more");
    assert.equal(await generate(exported), "done");
    assert.equal((await verify(exported)).kind, "verified");
    assert.equal(await generate(exported), "settled");
  });

  it("lets no second run write while one is at work, and takes over from one that died", async () => {
    const exported = await request();
    let second: string | null = null;
    const tile = stored.tile.bind(stored);
    deps = { ...deps, log: { ...stored, tile: interrupted(async () => (second = await generate(exported)), tile) } };
    assert.equal(await generate(exported), "done");
    assert.equal(second, "taken");

    const other = await request();
    deps = { ...deps, log: { ...stored, tile: () => Promise.reject(new Error("the database went away")) } };
    await assert.rejects(generate(other), /went away/);
    deps = { ...deps, log: stored };
    assert.equal(await generate(other), "taken");
    studio.deps.clock.advance(4 * MINUTE);
    assert.equal(await generate(other), "done");
  });

  it("gives up after five runs that died on the same part, on record", async () => {
    const exported = await request();
    deps = { ...deps, log: { ...stored, events: () => Promise.reject(new Error("the database went away")) } };
    for (let run = 0; run < 5; run++) {
      await assert.rejects(generate(exported));
      studio.deps.clock.advance(4 * MINUTE);
    }
    assert.equal(await generate(exported), "settled");
    assert.deepEqual(await statusOf(exported), ["failed", "TOO_MANY_ATTEMPTS"]);
    assert.equal(newest(), "export.failed");
  });

  describe("fails, and hands nothing out, when the database", () => {
    const cases: readonly [string, string, (it: MemoryLog) => void][] = [
      ["lost an event", "BUNDLE_INCOMPLETE", (it) => void it.documents.delete("event-a-431")],
      ["lost a tile", "BUNDLE_INCOMPLETE", (it) => void it.tiles.delete("0-1")],
      [
        "holds an altered event",
        "EVENT_ALTERED",
        (it) => {
          const before = it.documents.get("event-a-7")!;
          const canonical = (before.data["canonical"] as string).replace("Kiln 7", "Kiln 8");
          it.documents.set("event-a-7", { ...before, data: { ...before.data, canonical } });
        },
      ],
      [
        "holds another leaf with its own event",
        "ROOT_DIFFERS",
        (it) => {
          const [leaf, other] = [log.entries[9]!, aLog(10, { salt: "b" }).entries[9]!];
          const tile = it.tiles.get("0-0")!;
          const leaves = tile.leaves!.map((own) => (own === leaf.leaf ? other.leaf : own));
          it.tiles.set("0-0", { ...tile, leaves });
          const data = { v: 1, canonical: other.event, ...other.copies };
          it.documents.set("event-b-9", { id: "event-b-9", data, createTime: "1", updateTime: "1" });
        },
      ],
      ["lost the checkpoint", "BUNDLE_INCOMPLETE", (it) => void it.checkpoints.delete(SIGNED)],
    ];
    for (const [what, problem, damage] of cases)
      it(`${what}: ${problem}`, async () => {
        const exported = await request();
        damage(stored);
        assert.equal(await generate(exported), "failed");
        assert.deepEqual(await statusOf(exported), ["failed", problem]);
        assert.equal(newest(), "export.failed");
        assert.equal(studio.events().at(-1)?.severity, "alarm");
        const download = { tenantId: TENANT_ID, exportId: exported.exportId, path: "bundle.json" };
        const getting = openExportFile(deps, deps.files, { ...download, actor: anOwner(), requestId: "request-2" });
        await studio.refused(getting, "EXPORT_NOT_READY", []);
      });
  });

  it("writes a choice as inclusion only, and says among how many entries it was made", async () => {
    const exported = await request({ filter: { field: "type", value: "quota.reset" } });
    for (const index of [3, 4, 300, SIGNED + 1]) {
      const { id, data } = [...stored.documents.values()][index]!;
      studio.deps.transactor.put(`tenants/${TENANT_ID}/auditEvents/${id}`, { ...data, type: "quota.reset" });
    }
    assert.equal(await generate(exported), "done");
    assert.equal((await verify(exported)).kind, "rejected");
    const verdict = await verify(exported, { allowFiltered: true });
    assert.equal(verdict.kind, "verified");
    const { manifest } = verdict.facts;
    assert.deepEqual([manifest.kind, manifest.count], ["filtered", 3]);
    assert.equal(manifest.filter, `type is quota.reset, among the first ${SIGNED} entries`);
  });

  it("fails instead of cutting a choice short", async () => {
    const exported = await request({ filter: { field: "requestId", value: "many" } });
    const { data } = [...stored.documents.values()][0]!;
    for (let n = 0; n <= 1_000; n++)
      studio.deps.transactor.put(`tenants/${TENANT_ID}/auditEvents/many-${n}`, { ...data, requestId: "many", seq: n });
    assert.equal(await generate(exported), "failed");
    const found = await getExport(deps, TENANT_ID, exported.exportId);
    assert.ok(found.kind === "accepted");
    assert.deepEqual([found.answer.export.status, found.answer.export.problem], ["failed", "BUNDLE_PARTIAL"]);
  });

  it("puts each download on record, once an hour for each reader, before the first byte", async () => {
    const exported = await request({ fromIndex: 0, toIndex: 2 });
    await generate(exported);
    const download = (path: string, actor = anOwner()): ReturnType<typeof openExportFile> =>
      openExportFile(deps, deps.files, {
        tenantId: TENANT_ID,
        exportId: exported.exportId,
        path,
        actor,
        requestId: "request-2",
      });
    await studio.accepted(download("bundle.json"), ["export.downloaded"]);
    await studio.accepted(download("part-00000/events.jsonl"), []);
    await studio.accepted(download("bundle.json", anOperator()), ["export.downloaded"]);
    studio.deps.clock.advance(60 * MINUTE);
    await studio.accepted(download("bundle.json"), ["export.downloaded"]);
    await studio.refused(download("nothing.txt"), "NOT_FOUND", []);
  });

  it("refuses on record who may not export, what is not signed, and what is too large", async () => {
    const ask = (body: RouteBody<"requestExport">, actor = anOwner()): ReturnType<typeof requestExport> =>
      requestExport(deps, { actor, tenantId: TENANT_ID, requestId: "request-1", body });
    const refused = ["export.refused"];
    await studio.refused(ask(all, anOperator()), "ROLE_MISSING", refused);
    await studio.refused(ask({ ...all, toIndex: SIGNED + 1 }), "INVALID_INPUT", refused);
    await studio.refused(ask({ ...all, fromIndex: 5, toIndex: 5 }), "INVALID_INPUT", refused);
    await studio.refused(ask({ ...all, earlierSize: 101 }), "INVALID_INPUT", refused);
    stored.checkpoints.clear();
    await studio.refused(ask(all), "LOG_UNSIGNED", refused);
    const huge = { ...(await memoryLog(aLog(1), [1])).checkpoints.get(1)!, size: 10_000_001 };
    stored.checkpoints.set(huge.size, huge);
    await studio.refused(ask(all), "EXPORT_TOO_LARGE", refused);
    await studio.refused(ask({ ...all, toIndex: 1_001, proofs: true }), "EXPORT_TOO_LARGE", refused);
  });
});

/** Runs something else in the middle of the first call. */
function interrupted<Args extends unknown[], Answer>(
  meanwhile: () => Promise<unknown>,
  call: (...args: Args) => Promise<Answer>,
): (...args: Args) => Promise<Answer> {
  let isDone = false;
  return async (...args) => {
    if (!isDone) {
      isDone = true;
      await meanwhile();
    }
    return call(...args);
  };
}
