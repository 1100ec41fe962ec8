import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildFunctions } from "./build-functions.js";

describe("scripts/dev/build-functions", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "functions-"));
    mkdirSync(join(folder, "src"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("lists exactly the exported functions and bundles what they import", async () => {
    writeFileSync(join(folder, "src", "part.ts"), 'export const answer = (): string => "from the part";');
    writeFileSync(join(folder, "src", "index.ts"), 'export { answer as api } from "./part.js";\nexport type T = 1;');
    assert.deepEqual(await buildFunctions(folder), ["api"]);
    const list: unknown = JSON.parse(readFileSync(join(folder, "lib", "functions.json"), "utf8"));
    assert.deepEqual(list, ["api"]);
    const built = createRequire(import.meta.url)(join(folder, "lib", "index.cjs")) as { api: () => string };
    assert.equal(built.api(), "from the part");
  });

  it("evaluates a lazily imported module only when it is asked for", async () => {
    writeFileSync(
      join(folder, "src", "heavy.ts"),
      "Object.assign(globalThis, { heavyWasRead: true }); export const x = 1;",
    );
    writeFileSync(join(folder, "src", "index.ts"), 'export const api = async () => (await import("./heavy.js")).x;');
    await buildFunctions(folder);
    const built = createRequire(import.meta.url)(join(folder, "lib", "index.cjs")) as { api: () => Promise<number> };
    assert.equal("heavyWasRead" in globalThis, false);
    assert.equal(await built.api(), 1);
    assert.equal("heavyWasRead" in globalThis, true);
  });

  it("says what is missing when there is no index.ts", async () => {
    await assert.rejects(buildFunctions(folder), /nothing to build: .*index\.ts does not exist/);
  });
});
