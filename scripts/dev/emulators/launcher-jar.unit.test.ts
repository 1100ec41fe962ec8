import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { foldManifestLine, launcherJar } from "./launcher-jar.js";

describe("scripts/dev/emulators/launcher-jar", () => {
  it("folds a header into lines of at most 72 bytes that join to the same header", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", "/", "-", "9"), maxLength: 400 }), (text) => {
        const lines = foldManifestLine(text);
        assert.ok(lines.every((line) => line.length <= 72));
        assert.ok(lines.slice(1).every((line) => line.startsWith(" ")));
        assert.equal(lines.map((line, at) => (at === 0 ? line : line.slice(1))).join(""), text);
      }),
    );
  });

  it("is a zip with one stored manifest that names the main class and the class path", () => {
    const jar = launcherJar("file:///opt/sdk/emulator.jar");
    const nameLength = jar.readUInt16LE(26);
    const size = jar.readUInt32LE(22);
    const content = jar.subarray(30 + nameLength, 30 + nameLength + size);
    assert.equal(jar.readUInt32LE(0), 0x04034b50);
    assert.equal(jar.subarray(30, 30 + nameLength).toString(), "META-INF/MANIFEST.MF");
    assert.equal(jar.readUInt32LE(14), crc32(content));
    assert.match(content.toString(), /^Manifest-Version: 1\.0\r\nMain-Class: com\.google\S+\r\n/);
    assert.match(content.toString(), /\r\nClass-Path: file:\/\/\/opt\/sdk\/emulator\.jar\r\n\r\n$/);
  });

  it("is accepted by Java, which then looks for the main class on the class path", () => {
    const folder = mkdtempSync(join(tmpdir(), "launcher-"));
    try {
      const jar = join(folder, "launcher.jar");
      writeFileSync(jar, launcherJar("file:///there/is/no/such.jar"));
      const java = spawnSync("java", ["-Xint", "-jar", jar], { encoding: "utf8" });
      assert.match(java.stderr, /Could not find or load main class com\.google\.cloud\.datastore\.emulator\.firestore/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
