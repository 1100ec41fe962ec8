import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { anObservation, describeOutbox } from "../../test/outbox-suite.js";
import { openLevelOutbox } from "./level-outbox.js";
import { createMemoryOutbox } from "./memory-outbox.js";
import { OutboxInUse } from "./open-level.js";
import type { Outbox, OutboxBounds } from "./outbox.js";

describeOutbox("local-agent/outbox/memory-outbox", "in memory", (bounds) =>
  Promise.resolve({ outbox: createMemoryOutbox("boot-1", bounds), reopen: null }),
);

describe("local-agent/outbox on disk", () => {
  const opened: Outbox[] = [];
  let root = "";
  before(async () => {
    root = await mkdtemp(join(tmpdir(), "studio-outbox-"));
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((outbox) => outbox.close()));
  });
  after(async () => {
    await rm(root, { recursive: true, force: true });
  });

  let boots = 0;
  const newBootId = () => `boot-${++boots}`;
  const open = async (folder: string, bounds?: OutboxBounds, onLost?: (movedTo: string) => void) => {
    const options = { folder, newBootId, nowMs: () => 7, ...(bounds && { bounds }), ...(onLost && { onLost }) };
    const outbox = await openLevelOutbox(options);
    opened.push(outbox);
    return outbox;
  };

  describeOutbox("local-agent/outbox/level-outbox", "on disk", async (bounds) => {
    const folder = await mkdtemp(join(root, "suite-"));
    let outbox = await open(folder, bounds);
    const reopen = async () => {
      await outbox.close();
      return (outbox = await open(folder, bounds));
    };
    return { outbox, reopen };
  });

  it("gives two folders two bootIds", async () => {
    assert.notEqual((await open(join(root, "a"))).bootId, (await open(join(root, "b"))).bootId);
  });

  it("refuses a folder that another agent has open", async () => {
    await open(join(root, "shared"));
    await assert.rejects(
      open(join(root, "shared")),
      (error) => error instanceof OutboxInUse && /Another agent/.test(error.message),
    );
  });

  it("moves an unreadable database aside, says so, and starts a sequence of another name", async () => {
    const folder = join(root, "torn");
    const before = await open(folder);
    await before.append({ items: [anObservation(1)] });
    await opened.pop()?.close();
    const manifest = (await readdir(folder)).find((name) => name.startsWith("MANIFEST"));
    await writeFile(join(folder, String(manifest)), "x".repeat(400));
    const moved: string[] = [];
    const after = await open(folder, undefined, (movedTo) => moved.push(movedTo));
    assert.deepEqual(moved, [`${folder}.unreadable-7`]);
    assert.ok((await readdir(moved[0]!)).length > 0);
    assert.notEqual(after.bootId, before.bootId);
    await after.append({ items: [anObservation(2)] });
    assert.equal(after.counts().observations, 1);
  });
});
