import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testFilesOf } from "./tiers.js";

describe("scripts/dev/test-run/tiers", () => {
  it("tells a tier by the suffix, in every workspace, without looking into built or installed code", () => {
    const root = mkdtempSync(join(tmpdir(), "tiers-"));
    try {
      const wanted = ["functions/src/a.unit.test.ts", "hosting/test/b.unit.test.tsx", "scripts/dev/c/d.unit.test.ts"];
      const others = [
        "functions/test/x.rules.test.ts",
        "functions/lib/y.unit.test.ts",
        "hosting/node_modules/z.unit.test.ts",
      ];
      for (const file of [...wanted, ...others, "local-agent/src/unit.test.ts"]) write(join(root, file));
      assert.deepEqual(
        testFilesOf(root, "unit"),
        wanted.map((file) => join(root, file)),
      );
      assert.deepEqual(testFilesOf(root, "rules"), [join(root, "functions/test/x.rules.test.ts")]);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});

function write(path: string): void {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, "");
}
