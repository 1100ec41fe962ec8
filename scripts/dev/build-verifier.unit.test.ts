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
  function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
    const options = { cwd: folder, env: {}, encoding: "utf8" } as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, "verify.mjs"), ...args], options);
    return { status, stdout, stderr };
  }

  it("builds, to the byte, the verifier that the repository holds", async () => {
    const built = await buildVerifier();
    assert.ok(built === readFileSync(VERIFIER_FILE, "utf8"), "run: npx tsx scripts/dev/build-verifier.ts");
  });

  it("imports nothing but Node's own file, crypto, path, buffer, argument and thread modules", () => {
    const imports = [...readFileSync(VERIFIER_FILE, "utf8").matchAll(/^import .* from "(.*)";$/gm)].map(
      ([, name]) => name,
    );
    const known = ["buffer", "crypto", "fs", "os", "path", "util", "worker_threads"].map((name) => `node:${name}`);
    assert.deepEqual([...new Set(imports)].sort(), known);
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

  it("says the same with one thread and with several, and names the first thing that is wrong", async () => {
    const key = ["--key", LOG_SIGNER.verifierKey];
    const log = aLog(20);
    const files = await aBundle(log, { entriesPerPart: 3 });
    const lay = (changes: ReadonlyMap<string, Buffer | null> = new Map()): void => {
      rmSync(join(folder, "parts"), { recursive: true, force: true });
      for (const [path, bytes] of [...files, ...changes]) {
        mkdirSync(dirname(join(folder, "parts", path)), { recursive: true });
        if (bytes === null) rmSync(join(folder, "parts", path));
        else writeFileSync(join(folder, "parts", path), bytes);
      }
    };
    const assertSame = (status: number, said: RegExp, ...args: string[]): void => {
      const alone = run(...key, ...args, "--threads", "1", "parts");
      assert.equal(alone.status, status, alone.stdout + alone.stderr);
      assert.match(alone.stdout, said);
      for (const threads of ["2", "5"]) assert.deepEqual(run(...key, ...args, "--threads", threads, "parts"), alone);
    };
    const changed = (path: string, from: string, to: string): [string, Buffer] => {
      const text = files.get(path)!.toString();
      assert.ok(text.includes(from));
      return [path, Buffer.from(text.replace(from, to))];
    };
    lay();
    assertSame(0, /whole log: 20 entries/);
    for (const size of [1, 6, 7, 20]) {
      writeFileSync(join(folder, "known"), await log.note(size));
      assertSame(
        0,
        size === 20 ? /exactly the log that you know/ : /continues, unchanged/,
        "--known-checkpoint",
        "known",
      );
      writeFileSync(join(folder, "known"), await aLog(size, { salt: "b" }).note(size));
      assertSame(1, /LOG_FORKED/, "--known-checkpoint", "known");
    }
    const event = changed("part-00002/events.jsonl", "Kiln 7 is too hot", "Kiln 7 is not hot");
    const copies = changed("part-00004/copies.jsonl", "Olga", "Omar");
    lay(new Map([event, copies]));
    assertSame(1, /^REJECTED: Entry 7 is not what was recorded/);
    lay(new Map([copies, ["part-00005/leaves.jsonl", null]]));
    assertSame(1, /^REJECTED: The copies of entry 12 differ/);
    lay(new Map([["part-00005/leaves.jsonl", null]]));
    assertSame(1, /part-00005\/leaves\.jsonl is missing/);
    lay(new Map([["part-00001/events.jsonl", null]]));
    mkdirSync(join(folder, "parts", "part-00001", "events.jsonl"));
    assertSame(2, /^UNUSABLE: EISDIR/);
  }).timeout(60_000);
});
