import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { anObservation, aProposal } from "../../test/outbox-suite.js";
import { readEntry, readOutbox } from "./inspect-level.js";
import { KEY } from "./level-keys.js";
import { openLevelOutbox } from "./level-outbox.js";
import { OutboxInUse, openLevel } from "./open-level.js";
import { redriveParked } from "./redrive-parked.js";

describe("local-agent/outbox inspected", () => {
  let root = "";
  before(async () => void (root = await mkdtemp(join(tmpdir(), "studio-inspect-"))));
  after(() => rm(root, { recursive: true, force: true }));

  const open = (folder: string, onParked?: (count: number) => void) =>
    openLevelOutbox({ folder, newBootId: () => "boot-1", nowMs: () => 0, ...(onParked && { onParked }) });
  const seal = (): string => "sealed";

  it("says what waits, the oldest first, and one entry whole, without changing anything", async () => {
    const folder = join(root, "list");
    assert.equal(await readOutbox(folder, 5), null);
    const outbox = await open(folder);
    await outbox.append({ items: [anObservation(1), aProposal("rule-a"), anObservation(2)] });
    await assert.rejects(readOutbox(folder, 5), OutboxInUse);
    await outbox.close();
    const view = await readOutbox(folder, 2);
    assert.deepEqual([view?.waiting, view?.parked, view?.sealedSeq, view?.bootId], [3, 0, null, "boot-1"]);
    assert.deepEqual(
      view?.entries.map(({ number }) => number),
      [1, 2],
    );
    assert.match((await readEntry(folder, 2))?.text ?? "", /"ruleId":"rule-a"/);
    assert.equal(await readEntry(folder, 4), null);
    assert.equal((await readOutbox(folder, 9))?.waiting, 3);
  });

  it("sets aside what cannot be read, sends the rest, and lets it wait again at the end once it is mended", async () => {
    const folder = join(root, "torn");
    const first = await open(folder);
    await first.append({ items: [anObservation(1), anObservation(2), anObservation(3)] });
    await first.close();
    const db = await openLevel(folder);
    const good = await db.get(KEY.item(2, anObservation(2)));
    await db.put(KEY.item(2, anObservation(2)), '{"kind":"obs');
    await db.close();

    const told: number[] = [];
    const outbox = await open(folder, (count) => told.push(count));
    const sealed = await outbox.nextSealed((draft) => JSON.stringify(draft));
    assert.deepEqual(told, [1]);
    assert.match(sealed?.text ?? "", /"value":1.*"value":3/);
    assert.equal(outbox.counts().observations, 0);
    await outbox.acknowledge(1);
    await outbox.append({ items: [anObservation(4)] });
    await outbox.close();
    assert.deepEqual(await redriveParked(folder), { redriven: 0, left: 1 });

    const again = await openLevel(folder);
    await again.put(KEY.parked(KEY.item(2, anObservation(2))), good ?? "");
    await again.close();
    assert.deepEqual(await redriveParked(folder), { redriven: 1, left: 0 });
    const last = await open(folder);
    const text = (await last.nextSealed((draft) => JSON.stringify(draft)))?.text ?? "";
    assert.match(text, /"value":4.*"value":2/);
    assert.notEqual(await last.nextSealed(seal), null);
    await last.close();
  });
});
