import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import assert from "node:assert/strict";
import { openLogStudio } from "../../functions/test/support/log-studio.js";
import type { LogStudio } from "../../functions/test/support/log-studio.js";

const run = promisify(execFile);
const HOST = "studio.example";

/** The program as an administrator starts it: a process of its own, with the settings of the audit functions. */
describe("scripts/admin/audit-log", function () {
  this.timeout(180_000);
  let studio: LogStudio;
  let memory: string;
  beforeEach(() => {
    studio = openLogStudio();
    memory = mkdtempSync(join(tmpdir(), "studio-admin-"));
  });
  afterEach(async () => {
    rmSync(memory, { recursive: true, force: true });
    await studio.close();
  });

  async function admin(...args: readonly string[]): Promise<{ code: number; said: string }> {
    const env = {
      ...process.env,
      FUNCTIONS_EMULATOR: "true",
      GCLOUD_PROJECT: studio.projectId,
      GOOGLE_CLOUD_PROJECT: studio.projectId,
      FIREBASE_CONFIG: JSON.stringify({ projectId: studio.projectId }),
      AUDIT_LOG_HOST: HOST,
      AUDIT_MEMORY_FOLDER: memory,
    };
    const command = ["--import", "tsx", "scripts/admin/audit-log.ts", ...args];
    try {
      const { stdout } = await run(process.execPath, command, { env });
      return { code: 0, said: stdout };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, said: stdout + stderr };
    }
  }

  it("sequences, seals, repairs, and carries a log over a lost head into a new one that begins with the old", async () => {
    const { tenantId } = studio;
    await studio.act(5);
    assert.equal((await admin("sequence", tenantId)).code, 0);
    assert.match((await admin("seal", tenantId)).said, /sealed: 5 entries/);
    await studio.at("auditLog/e1/tiles/0-0").delete();
    const damaged = await admin("check", tenantId);
    assert.equal(damaged.code, 1);
    assert.match(damaged.said, /TILE_DIFFERS/);
    const repaired = await admin("check", tenantId, "--repair");
    assert.equal(repaired.code, 0, repaired.said);
    assert.match(repaired.said, /Rebuilt: 0-0\./);

    assert.equal((await admin("begin-new-log", tenantId, "--reason", "nothing is wrong at all")).code, 1);
    await studio.at("auditLog/head").delete();
    assert.equal((await admin("sequence", tenantId)).code, 1);
    assert.equal((await admin("begin-new-log", tenantId, "--reason", "short")).code, 2);
    const begun = await admin("begin-new-log", tenantId, "--reason", "A backup of 3 May was restored");
    assert.equal(begun.code, 0, begun.said);
    assert.match(begun.said, new RegExp(`${HOST}/audit/${tenantId}/e2 takes the place`));
    assert.equal((await admin("sequence", tenantId)).code, 0);
    const [first] = (await studio.at("auditLog/e2/tiles/0-0").get()).get("leaves") as string[];
    const event = await studio.at(`auditEvents/${(JSON.parse(first ?? "{}") as { id: string }).id}`).get();
    assert.equal(event.get("type"), "log.begun");
    const after = await admin("check", tenantId);
    assert.equal(after.code, 0, after.said);
  });

  it("ends in 2 for what it cannot use, with its usage", async () => {
    for (const args of [[], ["check"], ["check", "Not-A-Studio"], ["destroy", studio.tenantId]]) {
      const { code, said } = await admin(...args);
      assert.equal(code, 2);
      assert.match(said, /Usage/);
    }
  });
});
