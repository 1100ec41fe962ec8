import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { LOG_SIGNER, aBundle, aLog } from "../../../test/support/audit-bundles.js";
import type { Files } from "../../../test/support/audit-bundles.js";
import { MAX_LINE_BYTES } from "../bundle.js";
import { folderSource } from "./folder-source.js";
import { LineReader } from "./line-reader.js";
import { runVerifier } from "./run-verifier.js";

const KEY = ["--key", LOG_SIGNER.verifierKey];
const log = aLog(5);

describe("audit/verifier/run-verifier", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "audit-bundle-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function lay(files: Files): string {
    for (const [path, bytes] of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), bytes);
    }
    return folder;
  }
  async function run(...args: string[]): Promise<{ code: number; said: string }> {
    const lines: string[] = [];
    const code = await runVerifier(args, (line) => lines.push(line));
    return { code, said: lines.join("\n") };
  }

  it("ends in 0 for a whole log, a range asked for and a choice accepted, and says what was not proved", async () => {
    const whole = await run(...KEY, lay(await aBundle(log, { proofs: true, entriesPerPart: 2 })));
    assert.equal(whole.code, 0, whole.said);
    assert.match(whole.said, /^VERIFIED: studio\.example\/audit\/kiln-house, signed at 5 entries/);
    assert.match(whole.said, /whole log: 5 entries, none altered, reordered, added or left out/);
    assert.match(whole.said, /Not proved: that what was recorded is true/);
  });

  it("ends in 0 for a range that was named, and in 1 for the same range when it was not", async () => {
    lay(await aBundle(log, { from: 1, to: 4 }));
    assert.equal((await run(...KEY, "--range", "1:4", folder)).code, 0);
    const unnamed = await run(...KEY, folder);
    assert.equal(unnamed.code, 1);
    assert.match(unnamed.said, /If that is what you asked for, say --range 1:4/);
    assert.equal((await run(...KEY, "--range", "1:5", folder)).code, 1);
  });

  it("ends in 0 for a filtered choice that is accepted, with INCLUSION ONLY in words", async () => {
    lay(await aBundle(log, { indices: [1, 4] }));
    const accepted = await run(...KEY, "--filtered", folder);
    assert.equal(accepted.code, 0, accepted.said);
    assert.match(accepted.said, /INCLUSION ONLY/);
    assert.equal((await run(...KEY, folder)).code, 1);
  });

  it("ends in 1 with the reason for a bundle that was tampered with", async () => {
    const files = await aBundle(log);
    lay(
      new Map(files).set(
        "part-00000/events.jsonl",
        Buffer.from(files.get("part-00000/events.jsonl")!.toString().replace("too hot", "not hot")),
      ),
    );
    const { code, said } = await run(...KEY, folder);
    assert.equal(code, 1);
    assert.match(said, /^REJECTED: Entry 0 is not what was recorded/);
    assert.match(said, /EVENT_ALTERED/);
  });

  it("compares with a checkpoint that was kept: 0 if the log continues it, 1 if it is smaller or forked", async () => {
    lay(await aBundle(log));
    const kept = `${folder}.checkpoint`;
    try {
      for (const [note, code] of [
        [await log.note(3), 0],
        [await aLog(3, { salt: "b" }).note(3), 1],
        [await aLog(6).note(6), 1],
        ["no checkpoint", 2],
      ] as const) {
        writeFileSync(kept, note);
        assert.equal((await run(...KEY, "--known-checkpoint", kept, folder)).code, code);
      }
    } finally {
      rmSync(kept, { force: true });
    }
  });

  it("ends in 2 when there is nothing to verify with, or nothing to verify", async () => {
    lay(await aBundle(log));
    const unusable: readonly (readonly string[])[] = [
      [],
      ["--help"],
      [folder],
      [...KEY],
      [...KEY, folder, folder],
      ["--key", "not a key", folder],
      ["--key", LOG_SIGNER.verifierKey.replace(/.$/, "A"), folder],
      [...KEY, join(folder, "nowhere")],
      [...KEY, join(folder, "bundle.json")],
      [...KEY, join(folder, "part-00000")],
      [...KEY, "--range", "1-4", folder],
      [...KEY, "--threads", "0", folder],
      [...KEY, "--threads", "many", folder],
      [...KEY, "--threads", "17", folder],
      [...KEY, "--unknown", folder],
      [...KEY, "--known-checkpoint", join(folder, "nowhere"), folder],
    ];
    for (const args of unusable) assert.equal((await run(...args)).code, 2, args.join(" "));
  });

  it("rejects a file cut within a line, a file too long to be read at once, and a link that leads out", async () => {
    const files = await aBundle(log);
    lay(files);
    truncateSync(join(folder, "part-00000/leaves.jsonl"), 300);
    assert.equal((await run(...KEY, folder)).code, 1);
    lay(files);
    truncateSync(join(folder, "README.txt"), 5_000_000);
    assert.match((await run(...KEY, folder)).said, /README\.txt is longer than/);
    lay(files);
    symlinkSync("/nowhere", join(folder, "extra"));
    assert.match((await run(...KEY, folder)).said, /extra does not belong/);
  });
});

describe("audit/verifier/line-reader", () => {
  it("gives the same lines whatever pieces a file is read in, lines longer than the buffer included", () => {
    const lines = ["", "short", "x".repeat(300_000), "é".repeat(400_000), "", "end"];
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
    for (const piece of [3_000, 65_536, 262_144, bytes.length]) {
      let from = 0;
      const reader = new LineReader("lines", (into, at) => {
        const copied = bytes.copy(into, at, from, from + piece);
        from += copied;
        return copied;
      });
      for (const line of lines) {
        assert.ok(reader.advance());
        assert.equal(Buffer.from(reader.slice()).toString(), line);
        // Its own, and nobody's line.
        reader.bytes[reader.from - 1] = 0x41;
      }
      assert.ok(!reader.advance());
      assert.ok(!reader.advance());
    }
  });

  it("refuses a line longer than the longest allowed, without reading it whole", () => {
    let given = 0;
    const reader = new LineReader("lines", (into, at) => {
      into.fill(65, at);
      given += into.length - at;
      return into.length - at;
    });
    assert.throws(() => reader.advance(), { code: "BUNDLE_MALFORMED" });
    assert.ok(given < 4 * MAX_LINE_BYTES);
  });
});

describe("audit/verifier/folder-source", () => {
  it("has no file where there is none, and says which files there are", () => {
    const folder = mkdtempSync(join(tmpdir(), "audit-bundle-"));
    try {
      mkdirSync(join(folder, "a/b"), { recursive: true });
      writeFileSync(join(folder, "a/b/c"), "");
      const source = folderSource(folder);
      assert.deepEqual([source.readFile("x"), source.openLines("x"), source.readFile("a/b/c/d")], [null, null, null]);
      assert.deepEqual([...source.list()], ["a/b/c"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
