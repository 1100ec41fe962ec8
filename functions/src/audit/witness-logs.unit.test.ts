import assert from "node:assert/strict";
import { LOG_SIGNER, ORIGIN, aLog } from "../../test/support/audit-bundles.js";
import { TENANT_ID } from "../../test/support/builders.js";
import { HOUR, testDeps } from "../../test/support/fake-means.js";
import { memoryLog } from "../../test/support/memory-log.js";
import { startWitness } from "../../test/support/witness-server.js";
import type { WitnessServer } from "../../test/support/witness-server.js";
import { toDocument } from "../commit/document-change.js";
import { LogWitness, inTenant, logHeadRef, witnessRef } from "../contracts/index.js";
import type { LogReader } from "./log-store.js";
import { nodeCrypto } from "./node-crypto.js";
import { postText } from "./post-text.js";
import { sweepWitnesses } from "./sweep-witnesses.js";
import { readCosignatures, witnessLog } from "./witness-logs.js";
import type { WitnessDeps } from "./witness-logs.js";
import { readWitnesses } from "./witness-settings.js";

describe("audit/witness-logs", () => {
  const log = aLog(20);
  let witnesses: WitnessServer[];
  let base: ReturnType<typeof testDeps>;
  beforeEach(async () => {
    base = testDeps();
    const start = (name: string): Promise<WitnessServer> =>
      startWitness(name, [LOG_SIGNER.verifierKey], () => Math.floor(Date.parse(base.clock.now()) / 1_000));
    witnesses = [await start("witness.example/w1"), await start("witness.example/w2")];
  });
  afterEach(() => Promise.all(witnesses.map((witness) => witness.close())));

  const depsFor = (stored: LogReader): WitnessDeps => ({
    ...base,
    log: stored,
    crypto: nodeCrypto,
    post: postText(fetch),
    witnesses,
  });
  const stateOf = (witness: WitnessServer): LogWitness => {
    const id = base.sha256(witness.verifierKey).slice(0, 32);
    return LogWitness.parse(base.transactor.dump()[inTenant(TENANT_ID, witnessRef(1, id))]);
  };

  it("brings each checkpoint to each witness once, and stores what they sign", async () => {
    for (const size of [3, 11, 20]) {
      const deps = depsFor(await memoryLog(log, [size]));
      assert.deepEqual(await witnessLog(deps, TENANT_ID), { cosigned: 2, contradicted: 0 });
      assert.deepEqual(await witnessLog(deps, TENANT_ID), { cosigned: 0, contradicted: 0 });
      assert.equal((await readCosignatures(deps, TENANT_ID, 1, size)).length, 2);
    }
    assert.deepEqual(
      witnesses[0]!.requests.map(({ oldSize, status }) => [oldSize, status]),
      [
        [0, 200],
        [3, 200],
        [11, 200],
      ],
    );
    assert.deepEqual([stateOf(witnesses[1]!).size, stateOf(witnesses[1]!).problem], [20, null]);
  });

  it("goes on with the others when one is silent, and asks that one again", async () => {
    const deps = depsFor(await memoryLog(log, [20]));
    witnesses[0]!.setFault("silent");
    assert.deepEqual(await witnessLog(deps, TENANT_ID), { cosigned: 1, contradicted: 0 });
    assert.equal(stateOf(witnesses[0]!).problem, "failed");
    witnesses[0]!.setFault("none");
    assert.deepEqual(await witnessLog(deps, TENANT_ID), { cosigned: 1, contradicted: 0 });
    assert.equal((await readCosignatures(deps, TENANT_ID, 1, 20)).length, 2);
  });

  it("finds the witness's own size when its memory of it is lost", async () => {
    await witnessLog(depsFor(await memoryLog(log, [11])), TENANT_ID);
    base = testDeps();
    assert.deepEqual(await witnessLog(depsFor(await memoryLog(log, [20])), TENANT_ID), {
      cosigned: 2,
      contradicted: 0,
    });
  });

  it("counts a witness that knows more, or another history: the log was rolled back or forked", async () => {
    await witnessLog(depsFor(await memoryLog(log, [20])), TENANT_ID);
    const rolledBack = depsFor(await memoryLog(aLog(15), [15]));
    base.transactor.remove(inTenant(TENANT_ID, witnessRef(1, base.sha256(witnesses[0]!.verifierKey).slice(0, 32))));
    await witnessLog(rolledBack, TENANT_ID);
    assert.equal(stateOf(witnesses[0]!).problem, "ahead");
    const forked = depsFor(await memoryLog(aLog(25, { salt: "b" }), [25]));
    assert.deepEqual(await witnessLog(forked, TENANT_ID), { cosigned: 0, contradicted: 2 });
    assert.equal(stateOf(witnesses[1]!).problem, "inconsistent");
    assert.equal(witnesses[1]!.seen(ORIGIN)?.size, 20);
    assert.deepEqual(await readCosignatures(forked, TENANT_ID, 1, 25), []);
  });

  it("sweeps the logs that were published lately, and reads nothing without witnesses", async () => {
    const stored = await memoryLog(log, [20]);
    const head = (await stored.head(TENANT_ID))!;
    base.transactor.put(inTenant(TENANT_ID, logHeadRef()), toDocument(head));
    assert.deepEqual(await sweepWitnesses({ ...depsFor(stored), witnesses: [] }), {
      logs: 0,
      cosigned: 0,
      contradicted: 0,
    });
    assert.deepEqual(await sweepWitnesses(depsFor(stored)), { logs: 1, cosigned: 2, contradicted: 0 });
    base.clock.advance(HOUR);
    assert.deepEqual(await sweepWitnesses(depsFor(stored)), { logs: 0, cosigned: 0, contradicted: 0 });
  });

  it("reads its witnesses from the settings, and refuses what is none", () => {
    const [{ verifierKey }] = witnesses as [WitnessServer];
    const set = (value: unknown, more = {}): unknown =>
      readWitnesses(nodeCrypto, { AUDIT_WITNESSES: JSON.stringify(value), ...more });
    const url = "https://witness.example/w1";
    assert.deepEqual(readWitnesses(nodeCrypto, {}), []);
    assert.deepEqual(set([{ url, verifierKey }]), [{ url, verifierKey }]);
    const local = [{ url: "http://127.0.0.1:1/w", verifierKey }];
    assert.throws(() => set(local), /without https/);
    assert.deepEqual(set(local, { FUNCTIONS_EMULATOR: "true" }), local);
    for (const wrong of [
      "x",
      [{ url: `${url}/`, verifierKey }],
      [{ url, verifierKey, x: 1 }],
      Array(9).fill({ url, verifierKey }),
    ])
      assert.throws(() => set(wrong), /AUDIT_WITNESSES/);
    assert.throws(() => set([{ url, verifierKey: LOG_SIGNER.verifierKey }]), { code: "KEY_MALFORMED" });
  });
});
