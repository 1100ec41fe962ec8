import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { LOG_SIGNER, aBundle, aLog } from "../../functions/test/support/audit-bundles.js";
import { VERIFIER_FILE, buildVerifier } from "./build-verifier.js";

describe("dev/build-verifier", () => {
  let folder: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "verifier-"));
    for (const [path, bytes] of await aBundle(aLog(3))) {
      mkdirSync(dirname(join(folder, "bundle", path)), { recursive: true });
      writeFileSync(join(folder, "bundle", path), bytes);
    }
    cpSync(VERIFIER_FILE, join(folder, "verify.mjs"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs the file alone: from a folder without node_modules, with an empty environment. */
  const run = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, [join(folder, "verify.mjs"), ...args], { cwd: folder, env: {}, encoding: "utf8" });

  it("builds, to the byte, the verifier that the repository holds", async () => {
    const built = await buildVerifier();
    assert.ok(built === readFileSync(VERIFIER_FILE, "utf8"), "run: npx tsx scripts/dev/build-verifier.ts");
  });

  it("imports nothing but Node's own file, crypto, path, buffer and argument modules", () => {
    const imports = [...readFileSync(VERIFIER_FILE, "utf8").matchAll(/^import .* from "(.*)";$/gm)].map(
      ([, name]) => name,
    );
    assert.deepEqual([...new Set(imports)].sort(), ["node:buffer", "node:crypto", "node:fs", "node:path", "node:util"]);
    assert.doesNotMatch(readFileSync(VERIFIER_FILE, "utf8"), /\b(require|import)\(|\bfetch\(|\beval\b/);
  });

  it("ends in 0 for a good bundle, in 1 for a tampered one and in 2 for none, as a program of its own", () => {
    const key = ["--key", LOG_SIGNER.verifierKey];
    const good = run(...key, "bundle");
    assert.equal(good.status, 0, good.stdout + good.stderr);
    assert.match(good.stdout, /^VERIFIED: .*\nThis is the whole log: 3 entries/);
    const events = join(folder, "bundle/part-00000/events.jsonl");
    writeFileSync(events, readFileSync(events, "utf8").replace("too hot", "not hot"));
    assert.equal(run(...key, "bundle").status, 1);
    assert.equal(run(...key, "nowhere").status, 2);
    assert.equal(run("bundle").status, 2);
  });
});
