import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LOG_SIGNER, ORIGIN, aLog } from "../../test/support/audit-bundles.js";
import { TENANT_ID, anOperator, anOwner } from "../../test/support/builders.js";
import { HOUR } from "../../test/support/fake-means.js";
import { memoryLog } from "../../test/support/memory-log.js";
import type { MemoryLog } from "../../test/support/memory-log.js";
import { openMemoryStudio } from "../../test/support/memory-studio.js";
import type { MemoryStudio } from "../../test/support/memory-studio.js";
import { recordAccessRefusal } from "../api/record-access-refusal.js";
import { openCheckpoint } from "../audit/checkpoint.js";
import { parseEntryBundle } from "../audit/entry-bundle.js";
import { EMPTY_FRONTIER, appendLeaf, leafHash, rootOf } from "../audit/merkle.js";
import type { Frontier } from "../audit/merkle.js";
import { proveConsistency, proveInclusion } from "../audit/merkle-prover.js";
import { verifyConsistency, verifyInclusion } from "../audit/merkle.js";
import { nodeCrypto } from "../audit/node-crypto.js";
import { ed25519Verifier } from "../audit/note.js";
import { tileInTree, tilePath, tileReader } from "../audit/tiles.js";
import { ApiError } from "../contracts/index.js";
import type { Role } from "../contracts/index.js";
import type { Principal } from "../platform/http/principal.js";
import { diskExportFiles } from "./disk-export-files.js";
import { generateExport } from "./generate-export.js";
import { createAuditLink, revokeAuditLink } from "./links.js";
import { requestExport } from "./request-export.js";
import { serveAudit } from "./serve-audit.js";
import type { AuditReply } from "./serve-audit.js";

const SIZE = 700;
const SIGNED = 600;
const { sha256 } = nodeCrypto;

describe("audit-access/serve-audit", () => {
  const log = aLog(SIZE);
  let studio: MemoryStudio;
  let stored: MemoryLog;
  let folder: string;
  let cosignatures: string[];

  beforeEach(async () => {
    studio = await openMemoryStudio();
    stored = await memoryLog(log, [3, 256, SIGNED]);
    folder = mkdtempSync(join(tmpdir(), "studio-exports-"));
    cosignatures = [];
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const somebody = (uid: string, roles: Role[], tenantId = TENANT_ID): Principal => ({
    uid,
    name: uid,
    signedInAtMs: Date.parse(studio.deps.clock.now()),
    tenants: { [tenantId]: roles },
  });
  const olga = (): Principal => somebody("olga", ["owner"]);

  function get(path: string, authorization: string | undefined = "Bearer t", principal: Principal | null = olga()) {
    return serveAudit(
      { method: "GET", path, authorization, requestId: "request-1" },
      {
        deps: studio.deps,
        log: { ...stored, cosignatures: () => Promise.resolve(cosignatures) },
        files: () => diskExportFiles(folder),
        verifyToken: () => Promise.resolve(principal),
        recordRefusal: (refusal) => recordAccessRefusal(studio.deps, refusal),
      },
    );
  }
  const prefix = `/audit/${TENANT_ID}`;
  const bytesOf = ({ status, body }: AuditReply): Uint8Array => {
    assert.equal(status, 200);
    assert.ok(body instanceof Uint8Array);
    return body;
  };
  const refusal = ({ status, body }: AuditReply): [number, string] => {
    assert.ok(body instanceof Uint8Array);
    return [status, ApiError.parse(JSON.parse(Buffer.from(body).toString("utf8"))).error.code];
  };
  const newTypes = async (doing: () => Promise<unknown>): Promise<string[]> => {
    const known = new Set(studio.events().map(({ eventId }) => eventId));
    await doing();
    const added = studio.events().filter(({ eventId }) => !known.has(eventId));
    return added.map(({ type }) => type).sort();
  };
  const asOwner = { actor: anOwner(), tenantId: TENANT_ID, requestId: "request-1" };
  async function aLink(exportId: string | null = null, days = 7): Promise<{ token: string; linkId: string }> {
    const body = { label: "Annual audit, Ms. Reed", days, exportId };
    const { link, token } = await studio.accepted(createAuditLink(studio.deps, { ...asOwner, body }), [
      "audit_link.created",
    ]);
    return { token, linkId: link.linkId };
  }

  it("serves a checkpoint and tiles from which a client proves inclusion and consistency by itself", async () => {
    const verifiers = [ed25519Verifier(nodeCrypto, LOG_SIGNER.verifierKey)];
    const checkpoint = await openCheckpoint(bytesOf(await get(`${prefix}/checkpoint`)), verifiers, ORIGIN);
    assert.equal(checkpoint.size, SIGNED);
    const read = tileReader(sha256, SIGNED, async (ref) => bytesOf(await get(`${prefix}/${tilePath(ref)}`)));
    const old = await openCheckpoint(Buffer.from(await log.note(256)), verifiers, ORIGIN);
    const grown = await proveConsistency(sha256, read, 256, SIGNED);
    assert.ok(verifyConsistency(sha256, old, checkpoint, grown));
    for (const index of [0, 255, 256, 599]) {
      const proof = await proveInclusion(sha256, read, index, SIGNED);
      const leaf = leafHash(sha256, Buffer.from(log.entries[index]!.leaf));
      assert.ok(verifyInclusion(sha256, { index, size: SIGNED, leaf, root: checkpoint.root }, proof));
    }
  });

  it("serves every entry, so that the root can be rebuilt from nothing else", async () => {
    let frontier: Frontier = EMPTY_FRONTIER;
    for (let index = 0; index * 256 < SIGNED; index++) {
      const width = tileInTree(SIGNED, 0, index)!.width;
      const path = `${prefix}/${tilePath({ level: "entries", index, width })}`;
      for (const entry of parseEntryBundle(width, bytesOf(await get(path))))
        frontier = appendLeaf(sha256, frontier, leafHash(sha256, entry));
    }
    const verifiers = [ed25519Verifier(nodeCrypto, LOG_SIGNER.verifierKey)];
    const { root } = await openCheckpoint(bytesOf(await get(`${prefix}/checkpoint`)), verifiers, ORIGIN);
    assert.deepEqual(Buffer.from(rootOf(sha256, frontier)), Buffer.from(root));
  });

  it("says by its headers that tiles never change, and that the checkpoint soon does", async () => {
    const tile = await get(`${prefix}/tile/0/000`);
    assert.deepEqual(
      [tile.headers["Content-Type"], tile.headers["Content-Length"]],
      ["application/octet-stream", "8192"],
    );
    assert.match(tile.headers["Cache-Control"]!, /^private, .*immutable$/);
    const checkpoint = await get(`${prefix}/checkpoint`);
    assert.equal(checkpoint.headers["Content-Type"], "text/plain; charset=utf-8");
    assert.equal(checkpoint.headers["Cache-Control"], "private, max-age=5");
  });

  it("serves what the witnesses signed behind the log's own signature", async () => {
    cosignatures = ["\u2014 witness.example/w1 AAAAAAAAAAA=\n"];
    assert.ok(
      Buffer.from(bytesOf(await get(`${prefix}/checkpoint`)))
        .toString("utf8")
        .endsWith(cosignatures[0]!),
    );
  });

  it("serves nothing that no checkpoint has signed, partial tiles that are full by now, and no other spelling", async () => {
    for (const path of [
      "tile/0/001.p/5",
      "tile/0/002.p/88",
      "tile/0/002.p/1",
      "tile/entries/002.p/88",
      "tile/1/000.p/2",
    ])
      assert.equal((await get(`${prefix}/${path}`)).status, 200, path);
    for (const path of [
      "tile/0/002.p/89",
      "tile/0/002",
      "tile/1/000.p/3",
      "tile/1/000",
      "tile/2/000.p/1",
      "tile/entries/002.p/89",
      "tile/0/001.p/0",
      "tile/0/001.p/256",
      "tile/0/1",
      "tile/00/000",
      "tile/0/x000/000",
      "tile/data/000",
    ])
      assert.equal((await get(`${prefix}/${path}`)).status, 404, path);
    for (const path of [
      `${prefix}/`,
      prefix,
      `${prefix}/checkpoint/`,
      `${prefix}/../x/checkpoint`,
      `${prefix}/e1/checkpoint`,
    ])
      assert.equal((await get(path)).status, 404, path);
    assert.equal((await get(`${prefix}/e2/checkpoint`)).status, 404);
  });

  it("opens to staff of the studio, to no viewer, and is not there for anybody else", async () => {
    for (const role of ["owner", "approver_admin", "approver", "operator", "finance", "trust"] as const)
      assert.equal((await get(`${prefix}/checkpoint`, "Bearer t", somebody("x", [role]))).status, 200);
    assert.deepEqual(refusal(await get(`${prefix}/checkpoint`, "Bearer t", somebody("v", ["viewer"]))), [
      403,
      "ROLE_MISSING",
    ]);
    const stranger = somebody("s", ["owner"], "mud-lane");
    const seen = await newTypes(async () => {
      const answers = [
        await get(`${prefix}/checkpoint`, "Bearer t", stranger),
        await get("/audit/no-such-studio/checkpoint", "Bearer t", stranger),
        await get("/audit/platform/checkpoint", "Bearer t", somebody("p", ["owner"], "platform")),
      ];
      for (const answer of answers) assert.deepEqual(refusal(answer), [404, "CROSS_TENANT_DENIED"]);
    });
    assert.deepEqual(seen, ["access.refused"]);
    for (const [authorization, principal] of [
      [undefined, olga()],
      ["Bearer t", null],
      ["Basic !!!", olga()],
      [`Basic ${Buffer.from("olga:some-id-token").toString("base64")}`, olga()],
    ] as const) {
      const answer = await serveAudit(
        { method: "GET", path: `${prefix}/checkpoint`, authorization, requestId: "request-1" },
        {
          deps: studio.deps,
          log: { ...stored, cosignatures: () => Promise.resolve([]) },
          files: () => diskExportFiles(folder),
          verifyToken: () => Promise.resolve(principal),
          recordRefusal: () => Promise.resolve(),
        },
      );
      assert.deepEqual(refusal(answer), [401, "UNAUTHENTICATED"]);
      assert.match(answer.headers["WWW-Authenticate"]!, /^Basic /);
    }
  });

  describe("with an audit link", () => {
    const basic = (token: string): string => `Basic ${Buffer.from(`link:${token}`).toString("base64")}`;

    it("opens the log to its holder without an account, by bearer and by basic, on record once an hour", async () => {
      const { token } = await aLink();
      const use = (): Promise<AuditReply> => get(`${prefix}/checkpoint`, `Bearer ${token}`, null);
      assert.deepEqual(await newTypes(async () => bytesOf(await use())), ["audit_link.used"]);
      assert.deepEqual(await newTypes(async () => bytesOf(await get(`${prefix}/tile/0/000`, basic(token), null))), []);
      studio.deps.clock.advance(HOUR);
      assert.deepEqual(await newTypes(async () => bytesOf(await use())), ["audit_link.used"]);
    });

    it("keeps the secret nowhere: neither in the database nor in an event", async () => {
      const { token } = await aLink();
      await get(`${prefix}/checkpoint`, `Bearer ${token}`, null);
      assert.equal(JSON.stringify(studio.deps.transactor.dump()).includes(token.slice("audit-link-".length)), false);
    });

    it("ends at its time and when it is revoked, and says so once an hour on record", async () => {
      const { token } = await aLink(null, 1);
      const use = (): Promise<AuditReply> => get(`${prefix}/checkpoint`, `Bearer ${token}`, null);
      studio.deps.clock.advance(24 * HOUR - 1);
      assert.equal((await use()).status, 200);
      studio.deps.clock.advance(1);
      const ended = async (): Promise<void> => assert.deepEqual(refusal(await use()), [403, "AUDIT_LINK_ENDED"]);
      assert.deepEqual(await newTypes(ended), ["audit_link.refused"]);
      assert.deepEqual(await newTypes(ended), []);

      const second = await aLink();
      const body = { reason: "the audit is over" };
      const revoking = revokeAuditLink(studio.deps, { ...asOwner, linkId: second.linkId, body });
      await studio.accepted(revoking, ["audit_link.revoked"]);
      const again = await get(`${prefix}/checkpoint`, `Bearer ${second.token}`, null);
      assert.deepEqual(refusal(again), [403, "AUDIT_LINK_ENDED"]);
    });

    it("opens no other studio, and an unknown or mistyped secret opens nothing", async () => {
      const { token } = await aLink();
      const flipped = token.replace(/.$/, (digit) => (digit === "0" ? "1" : "0"));
      for (const [path, secret] of [
        ["/audit/mud-lane/checkpoint", token],
        [`${prefix}/checkpoint`, flipped],
        [`${prefix}/checkpoint`, token.slice(0, -1)],
        [`${prefix}/checkpoint`, `${token}0`],
        [`${prefix}/checkpoint`, token.toUpperCase()],
      ] as const)
        assert.notEqual((await get(path, `Bearer ${secret}`, null)).status, 200, path);
      assert.deepEqual(refusal(await get("/audit/mud-lane/checkpoint", `Bearer ${token}`, null)), [
        404,
        "CROSS_TENANT_DENIED",
      ]);
    });

    it("is made and ended by those who may, each refusal on record, and fifty at most", async () => {
      const body = { label: "For the insurer", days: 1, exportId: null };
      const operator = { actor: anOperator(), tenantId: TENANT_ID, requestId: "request-1" };
      const refused = ["audit_link.refused"];
      await studio.refused(createAuditLink(studio.deps, { ...operator, body }), "ROLE_MISSING", refused);
      const missing = { ...asOwner, body: { ...body, exportId: "no-such-export" } };
      await studio.refused(createAuditLink(studio.deps, missing), "NOT_FOUND", refused);
      const revoking = { ...asOwner, linkId: "0".repeat(64), body: { reason: "the audit is over" } };
      await studio.refused(revokeAuditLink(studio.deps, revoking), "NOT_FOUND", refused);
      for (let n = 0; n < 50; n++) await createAuditLink(studio.deps, { ...asOwner, body });
      await studio.refused(createAuditLink(studio.deps, { ...asOwner, body }), "AUDIT_LINKS_EXHAUSTED", refused);
      studio.deps.clock.advance(25 * HOUR);
      await aLink();
    });

    it("opens the one export that it names, and no other", async () => {
      const files = diskExportFiles(folder);
      const deps = { ...studio.deps, log: stored, files, sha256Bytes: sha256, verifier: () => Buffer.from("// v\n") };
      const exports: string[] = [];
      for (const toIndex of [2, 3]) {
        const body = { fromIndex: 0, toIndex, proofs: false, earlierSize: null };
        const { export: exported } = await studio.accepted(requestExport(deps, { ...asOwner, body }));
        assert.equal(await generateExport(deps, TENANT_ID, exported.exportId), "done");
        exports.push(exported.exportId);
      }
      const { token } = await aLink(exports[0]);
      const path = (exportId: string, name: string): string => `${prefix}/exports/${exportId}/${name}`;
      const download = (exportId: string, name: string): Promise<AuditReply> =>
        get(path(exportId, name), `Bearer ${token}`, null);
      const seen = await newTypes(async () => {
        const { status, body } = await download(exports[0]!, "bundle.json");
        assert.equal(status, 200);
        const chunks: Uint8Array[] = [];
        for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(chunk);
        assert.match(Buffer.concat(chunks).toString("utf8"), /"format":"studio-os\/audit-bundle@v1"/);
      });
      assert.deepEqual(seen, ["audit_link.used", "export.downloaded"]);
      assert.deepEqual(refusal(await download(exports[1]!, "bundle.json")), [404, "CROSS_TENANT_DENIED"]);
      assert.equal((await get(path(exports[0]!, "bundle.json"), "Bearer t", somebody("f", ["finance"]))).status, 200);
      assert.deepEqual(refusal(await get(path(exports[0]!, "bundle.json"), "Bearer t", somebody("o", ["operator"]))), [
        403,
        "ROLE_MISSING",
      ]);
      for (const name of ["../x", "part-00000/../bundle.json", ".hidden", "nothing.txt"])
        assert.equal((await download(exports[0]!, name)).status, 404, name);
    });
  });

  it("answers a defect without its details", async () => {
    stored.newestCheckpoint = () => Promise.reject(new Error("secret detail"));
    const broken = await get(`${prefix}/checkpoint`);
    assert.deepEqual(refusal(broken), [500, "INTERNAL"]);
    assert.equal(Buffer.from(broken.body as Uint8Array).includes("secret detail"), false);
  });
});
