import assert from "node:assert/strict";
import { openMemoryStudio } from "../../test/support/memory-studio.js";
import { TENANT_ID } from "../../test/support/builders.js";
import { readLogSettings } from "./log-settings.js";
import { sequencerWaker, wakingTransactor } from "./wake-sequencer.js";

describe("audit/wake-sequencer", () => {
  it("enqueues one run for a studio in two seconds, at their end, under a name that others would choose too", () => {
    const runs: { tenantId: string; taskId: string; delaySeconds: number }[] = [];
    let now = 10_000;
    const make = () =>
      sequencerWaker(
        (run) => {
          runs.push(run);
          return Promise.resolve();
        },
        () => now,
        (tenantId) => assert.equal(tenantId, "nobody"),
      );
    const [wake, elsewhere] = [make(), make()];
    wake("t-1");
    wake("t-1");
    wake("t-2");
    elsewhere("t-1");
    assert.deepEqual(
      runs.map(({ tenantId, delaySeconds }) => [tenantId, delaySeconds]),
      [
        ["t-1", 2],
        ["t-2", 2],
        ["t-1", 2],
      ],
    );
    assert.equal(runs[0]?.taskId, runs[2]?.taskId);
    now = 12_500;
    wake("t-1");
    assert.notEqual(runs[3]?.taskId, runs[0]?.taskId);
    assert.match(runs[3]?.taskId ?? "", /^[0-9a-f]{40}$/);
  });

  it("tells of a run that could not be enqueued, and asks again at the next event", async () => {
    const failed: string[] = [];
    let calls = 0;
    const wake = sequencerWaker(
      () => Promise.reject(new Error(`no queue ${(calls += 1)}`)),
      () => 0,
      (tenantId) => failed.push(tenantId),
    );
    wake("t-1");
    await new Promise(setImmediate);
    wake("t-1");
    await new Promise(setImmediate);
    assert.deepEqual([failed, calls], [["t-1", "t-1"], 2]);
  });

  it("wakes for a commit with events, and for no other", async () => {
    const studio = await openMemoryStudio();
    const woken: string[] = [];
    const transactor = wakingTransactor(studio.deps.transactor, (tenantId) => woken.push(tenantId));
    await transactor.transact(() => Promise.resolve({ changes: [], events: [], answer: null }));
    assert.deepEqual(woken, []);
    const [event] = studio.events();
    assert.ok(event !== undefined);
    const recorded = { event, changes: [] } as never;
    await transactor.transact(() => Promise.resolve({ changes: [], events: [recorded, recorded], answer: null }));
    assert.deepEqual(woken, [TENANT_ID]);
    await assert.rejects(transactor.transact(() => Promise.reject(new Error("no"))));
    assert.deepEqual(woken, [TENANT_ID]);
  });
});

describe("audit/log-settings", () => {
  const kms = "projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/3";
  const whole = { GCLOUD_PROJECT: "kiln-house", AUDIT_SIGNING_KEYS: kms, AUDIT_MEMORY_BUCKET: "kiln-house-audit" };

  it("signs with keys and a bucket that are named, under the project's own host or another", () => {
    assert.deepEqual(readLogSettings(whole), {
      host: "kiln-house.web.app",
      keys: [{ kind: "kms", keyVersion: kms }],
      memory: { kind: "bucket", name: "kiln-house-audit" },
    });
    const secret = "projects/p/secrets/audit-seed/versions/1";
    const both = readLogSettings({
      ...whole,
      AUDIT_SIGNING_KEYS: `${kms},${secret}`,
      AUDIT_LOG_HOST: "audit.studio.example",
    });
    assert.deepEqual(both.keys.at(1), { kind: "secret", secretVersion: secret });
    assert.equal(both.host, "audit.studio.example");
  });

  it("names everything that is missing or wrong, and no value", () => {
    const wrong = { GCLOUD_PROJECT: "kiln-house", AUDIT_LOG_HOST: "Not A Host", AUDIT_SIGNING_KEYS: "s3cret-seed" };
    assert.throws(
      () => readLogSettings(wrong),
      (error: Error) => {
        for (const name of ["AUDIT_LOG_HOST", "AUDIT_SIGNING_KEYS", "AUDIT_MEMORY_BUCKET"])
          assert.ok(error.message.includes(name));
        return !error.message.includes("s3cret");
      },
    );
    assert.throws(() => readLogSettings({ ...whole, AUDIT_SIGNING_KEYS: `${kms},${kms},${kms}` }));
  });

  it("signs with the known key in the emulator of a demo project alone", () => {
    const emulator = { FUNCTIONS_EMULATOR: "true", GCLOUD_PROJECT: "demo-studio" };
    assert.equal(readLogSettings(emulator).keys[0]?.kind, "seed");
    assert.throws(() => readLogSettings({ ...emulator, GCLOUD_PROJECT: "kiln-house" }));
    assert.throws(() => readLogSettings({ GCLOUD_PROJECT: "demo-studio" }));
  });
});
