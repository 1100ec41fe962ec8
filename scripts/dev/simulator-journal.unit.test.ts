import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startHubSimulator } from "./hub-simulator/index.js";
import { JOURNAL_VARIABLE, readJournal } from "./simulator-journal.js";

describe("scripts/dev/simulator-journal", () => {
  const folder = mkdtempSync(join(tmpdir(), "studio-journal-"));
  const file = join(folder, "journal.jsonl");
  const before = process.env[JOURNAL_VARIABLE];
  beforeEach(() => (process.env[JOURNAL_VARIABLE] = file));
  afterEach(() => {
    if (before === undefined) Reflect.deleteProperty(process.env, JOURNAL_VARIABLE);
    else process.env[JOURNAL_VARIABLE] = before;
  });
  after(() => rmSync(folder, { recursive: true }));

  it("finds nothing where no simulator ran", () => {
    assert.deepEqual(readJournal(join(folder, "none")), { simulators: 0, requests: 0, violations: [] });
  });

  it("counts what was read and names what would have actuated, without the token", async () => {
    const hub = await startHubSimulator({ speed: 0 });
    for (const path of ["devices", "devices/5/on"])
      await fetch(`${hub.origin}/apps/api/${hub.appId}/${path}?access_token=${hub.token}`);
    await hub.stop();
    const { simulators, requests, violations } = readJournal(file);
    assert.deepEqual([simulators, requests, violations.length], [1, 2, 1]);
    assert.match(violations[0] ?? "", /^hub: GET .*devices\/5\/on/);
    assert.ok(!violations.join().includes(hub.token));
  });
});
