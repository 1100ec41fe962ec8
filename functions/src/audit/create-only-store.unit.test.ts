import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStorageServer } from "../../test/support/storage-server.js";
import type { StorageServer } from "../../test/support/storage-server.js";
import { bucketStore } from "./bucket-store.js";
import type { CreateOnlyStore } from "./create-only-store.js";
import { folderStore } from "./folder-store.js";

describe("audit/create-only-store", function () {
  this.timeout(30_000);
  let folder: string;
  let server: StorageServer;
  before(async () => {
    server = await openStorageServer();
    folder = mkdtempSync(join(tmpdir(), "studio-store-"));
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await server.close();
  });

  describeStore("in a folder", () => folderStore(folder));
  describeStore("in a bucket", () => bucketStore(server.storage.bucket("memory")));

  describe("whichever kind", () => {
    it("leaves nothing in the folder but whole objects", () => {
      assert.deepEqual(
        readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => path.includes("draft")),
        [],
      );
    });

    it("says that an object is there whose creation was answered by silence: its maker has to read it", async () => {
      const store = bucketStore(server.storage.bucket("memory"));
      server.loseAnswers(1);
      assert.equal(await store.create("lost/1", Buffer.from("a")).catch(() => false), false);
      assert.deepEqual(Buffer.from((await store.read("lost/1")) ?? []), Buffer.from("a"));
    });
  });
});

/** What every kind of store holds to. */
function describeStore(title: string, open: () => CreateOnlyStore): void {
  describe(title, () => {
    it("gives an object back as it was created, to the byte", async () => {
      const bytes = Uint8Array.from({ length: 700 }, (_, at) => at % 256);
      assert.equal(await open().read("studio.example/a/1.json"), null);
      assert.equal(await open().create("studio.example/a/1.json", bytes), true);
      assert.deepEqual(Buffer.from((await open().read("studio.example/a/1.json")) ?? []), Buffer.from(bytes));
    });

    it("replaces nothing", async () => {
      const store = open();
      await store.create("once/1", Buffer.from("first"));
      assert.equal(await store.create("once/1", Buffer.from("second")), false);
      assert.equal(Buffer.from((await store.read("once/1")) ?? []).toString(), "first");
    });

    it("lets exactly one of twenty create the same object, whole", async () => {
      const texts = Array.from({ length: 20 }, (_, n) => `writer ${n} `.repeat(50));
      const won = await Promise.all(texts.map((text) => open().create("race/1", Buffer.from(text))));
      assert.equal(won.filter(Boolean).length, 1);
      const kept = Buffer.from((await open().read("race/1")) ?? []).toString();
      assert.equal(kept, texts[won.indexOf(true)]);
    });

    it("takes no name that leads out of it", async () => {
      for (const name of [
        "../x",
        "a/../../x",
        "/x",
        "a//b",
        "",
        "a/.hidden",
        "a b",
        "a\u0000",
        "é",
        `a/${"b".repeat(512)}`,
      ])
        await assert.rejects(open().create(name, Buffer.from("x")), /not every store takes/, name);
    });
  });
}
