import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { startVacuumSimulator } from "../../../scripts/dev/vacuum-simulator/index.js";
import type {
  RecordedRequest,
  VacuumSimulator,
  VacuumSimulatorOptions,
} from "../../../scripts/dev/vacuum-simulator/index.js";
import { ConnectorError } from "../connector.js";
import type { Connector, Reading } from "../connector.js";
import { openApi } from "./account/account-session.js";
import { openAccountStore } from "./account/account-store.js";
import type { AccountStore } from "./account/account-store.js";
import { logIn } from "./account/login.js";
import { createAccountConnector, createRoborockConnector, toDeviceId } from "./index.js";
import { systemRuntime } from "./runtime.js";
import type { Runtime } from "./runtime.js";

const EMAIL = "studio@example.org";
const TRUSTED = ["127.0.0.1"];
const ONE = {
  duid: "duidOfVacuumNumberOne",
  name: "One",
  localKey: "firstLocalKey001",
  pv: "1.0",
  model: "roborock.vacuum.a27",
  room: "Glaze room",
};
const TWO = { ...ONE, duid: "duidOfVacuumNumberTwo", name: "Two", localKey: "secondLocalKey02", room: "Throwing room" };
const Q7 = { ...ONE, duid: "duidOfAnotherProtocol", name: "Q7", pv: "B01", model: "roborock.vacuum.sc05" };
const HOUR = 3_600_000;

describe("local-agent/roborock/account-connector", () => {
  const stops: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });

  async function simulate(options: VacuumSimulatorOptions = {}): Promise<VacuumSimulator> {
    const simulator = await startVacuumSimulator({ devices: [ONE], speed: 0, hasCloud: true, ...options });
    stops.push(async () => {
      await simulator.stop();
      assert.deepEqual(simulator.violations, []);
    });
    return simulator;
  }

  function aFolder(): string {
    const folder = mkdtempSync(join(tmpdir(), "roborock-connector-"));
    stops.push(() => rmSync(folder, { recursive: true, force: true }));
    return folder;
  }

  async function login(simulator: VacuumSimulator, store: AccountStore): Promise<void> {
    const { bases } = simulator.cloud;
    const dialogue = {
      say: () => undefined,
      ask: () => Promise.resolve(simulator.cloud.lastCode ?? ""),
      askSecret: () => Promise.resolve(""),
    };
    const access = { email: EMAIL, trustedHosts: TRUSTED, ca: simulator.ca };
    const openIt = (identity: Parameters<typeof openApi>[0]) => openApi(identity, access);
    // A few seconds ago, so that its pauses need no time.
    let nowMs = Date.now() - 10_000;
    const sleep = (ms: number): Promise<void> => {
      nowMs += ms;
      return Promise.resolve();
    };
    await logIn(
      { store, dialogue, bases, nowMs: () => nowMs, sleep, longestWaitMs: 65_000, openApi: openIt },
      { email: EMAIL, method: "code" },
    );
  }

  /** A clock that can be put forward, here and at the vendor's; what waits for long waits a hundredth of it. */
  function aClock(simulator: VacuumSimulator): { runtime: Runtime; pass: (ms: number) => void } {
    let aheadMs = 0;
    const after: Runtime["after"] = (delayMs, run) =>
      systemRuntime.after(delayMs >= 5_000 ? delayMs / 100 : delayMs, run);
    return {
      runtime: { ...systemRuntime, nowMs: () => Date.now() + aheadMs, after },
      pass: (ms) => {
        aheadMs += ms;
        simulator.cloud.setClockSkew(aheadMs / 1_000);
      },
    };
  }

  async function connect(
    simulator: VacuumSimulator,
    folder: string,
    runtime: Runtime = systemRuntime,
  ): Promise<Connector> {
    const connector = createAccountConnector(
      {
        email: EMAIL,
        bases: [...simulator.cloud.bases],
        trustedHosts: TRUSTED,
        protocolVersion: simulator.protocolVersion,
        ...(simulator.ca !== undefined && { ca: simulator.ca }),
        isSimulated: true,
      },
      {
        ...{ folder, runtime, timeoutMs: 400, minGapMs: 0, restTimeoutMs: 1_000 },
        cadence: { statusIdleMs: 0, statusActiveMs: 0, maxSlowReads: 6 },
      },
    );
    stops.push(() => connector.stop());
    await connector.start();
    return connector;
  }

  async function ready(options: VacuumSimulatorOptions = {}): Promise<{
    simulator: VacuumSimulator;
    folder: string;
    store: AccountStore;
  }> {
    const simulator = await simulate(options);
    const folder = aFolder();
    const store = openAccountStore(folder);
    await login(simulator, store);
    return { simulator, folder, store };
  }

  const restCalls = (simulator: VacuumSimulator): number =>
    simulator.requests.filter(({ channel }) => channel === "rest").length;
  const valueOf = (readings: readonly Reading[], attribute: string, duid = ONE.duid): unknown =>
    readings.find((r) => r.attribute === attribute && r.deviceId === toDeviceId(duid))?.value;

  it("says that nobody has logged in, asks nothing, and reads as soon as somebody has", async () => {
    const simulator = await simulate();
    const folder = aFolder();
    const connector = await connect(simulator, folder);
    await assert.rejects(
      connector.readStatus(),
      (error) => failsWith("AUTH")(error) && /roborock login/.test(String(error)),
    );
    assert.deepEqual([connector.health().state, connector.health().lastError], ["down", "AUTH"]);
    assert.deepEqual(simulator.requests, []);
    await login(simulator, openAccountStore(folder));
    const { readings } = await connector.readStatus();
    assert.equal(valueOf(readings, "batteryPct"), 87);
    assert.equal(connector.health().state, "healthy");
  });

  it("finds every vacuum of the home with its room and room names, names another protocol, and says who is online", async () => {
    const { simulator, folder } = await ready({ devices: [ONE, TWO, Q7] });
    simulator.setHome(TWO.duid, { online: false });
    const clock = aClock(simulator);
    const connector = await connect(simulator, folder, clock.runtime);
    clock.pass(2 * HOUR);
    const { devices, readings } = await connector.readStatus();
    assert.deepEqual(
      devices.map(({ name, room }) => [name, room]),
      [
        ["One", "Glaze room"],
        ["Two", "Throwing room"],
        ["Q7", "Glaze room"],
      ],
    );
    assert.deepEqual([valueOf(readings, "isOnline"), valueOf(readings, "isOnline", TWO.duid)], [true, false]);
    assert.equal(valueOf(readings, "rooms"), "Glaze room, Throwing room");
    assert.equal(valueOf(readings, "unsupportedProtocol", Q7.duid), "B01");
    const copied = readings.find((r) => r.attribute === "batteryPct" && r.deviceId === toDeviceId(TWO.duid));
    assert.deepEqual([copied?.value, copied?.quality], [87, "stale"], "the cloud's copy is never called current");
  });

  it("asks an offline vacuum rarely, and the home once an hour at most", async () => {
    const { simulator, folder } = await ready();
    simulator.setHome(ONE.duid, { online: false });
    const clock = aClock(simulator);
    clock.pass(2 * HOUR);
    const connector = createAccountConnector(
      { email: EMAIL, bases: [...simulator.cloud.bases], trustedHosts: TRUSTED, protocolVersion: 4 },
      { folder, runtime: clock.runtime, timeoutMs: 50, minGapMs: 0 },
    );
    stops.push(() => connector.stop());
    await connector.start();
    const before = restCalls(simulator);
    for (let poll = 0; poll < 20; poll += 1) {
      await connector.readStatus().catch(() => undefined);
      clock.pass(30_000);
    }
    const asked = simulator.requests.filter(({ method }) => method === "get_status").length;
    assert.ok(asked >= 2 && asked <= 3, `asked ${asked} times in ten minutes`);
    assert.equal(restCalls(simulator) - before, 1);
    for (let poll = 0; poll < 20; poll += 1) {
      clock.pass(15 * 60_000);
      await connector.readStatus().catch(() => undefined);
    }
    assert.equal(restCalls(simulator) - before, 6, "five hours, five more");
  });

  it("reads on from the stored home after a restart, without a word to the account", async () => {
    const { simulator, folder } = await ready();
    const before = restCalls(simulator);
    for (let restart = 0; restart < 5; restart += 1) {
      const connector = await connect(simulator, folder);
      assert.equal(valueOf((await connector.readStatus()).readings, "batteryPct"), 87);
      await connector.stop();
    }
    assert.equal(restCalls(simulator), before);
  });

  it("reads on while the account's API is broken, is degraded meanwhile, and asks it again later and later", async () => {
    const { simulator, folder } = await ready();
    const clock = aClock(simulator);
    const connector = await connect(simulator, folder, clock.runtime);
    simulator.cloud.setFault("html");
    clock.pass(2 * HOUR);
    const before = restCalls(simulator);
    for (let poll = 0; poll < 60; poll += 1) {
      assert.equal(valueOf((await connector.readStatus()).readings, "batteryPct"), 87);
      clock.pass(60_000);
    }
    assert.deepEqual([connector.health().state, connector.health().lastError], ["degraded", "BAD_RESPONSE"]);
    assert.equal(restCalls(simulator) - before, 3, "at once, after 15 and after 45 minutes");
    simulator.cloud.setFault(null);
    clock.pass(6 * HOUR);
    await connector.readStatus();
    assert.equal(connector.health().state, "healthy");
  });

  it("stops asking when the login is over, also after a restart, until somebody logs in again", async () => {
    const { simulator, folder, store } = await ready();
    const clock = aClock(simulator);
    const connector = await connect(simulator, folder, clock.runtime);
    await connector.readStatus();
    await simulator.expireSession();
    clock.pass(2 * HOUR);
    await connector.readStatus().catch(() => undefined);
    await until(() => store.readLimits(Date.now()).broker !== null);
    assert.notEqual(store.readAccount()?.endedAt, null);
    assert.equal(connector.health().lastError, "AUTH");
    await connector.stop();
    const before = simulator.requests.length;
    for (let restart = 0; restart < 5; restart += 1) {
      const next = await connect(simulator, folder, clock.runtime);
      await assert.rejects(next.readStatus());
      await next.stop();
      clock.pass(60_000);
    }
    assert.equal(simulator.requests.length, before, "nothing was asked");
    assert.equal(simulator.cloud.logins, 1, "nobody logs in but a person");
    await simulator.readmit();
    simulator.cloud.setClockSkew(0);
    await login(simulator, store);
    const back = await connect(simulator, folder);
    assert.equal(valueOf((await back.readStatus()).readings, "batteryPct"), 87);
  });

  it("takes up a new local key by itself, asking for the home once for it", async () => {
    const { simulator, folder } = await ready();
    const clock = aClock(simulator);
    const connector = await connect(simulator, folder, clock.runtime);
    await connector.readStatus();
    simulator.setHome(ONE.duid, { localKey: "pairedAnewKey007" });
    const before = restCalls(simulator);
    await until(async () => {
      // The robot cannot read what the old key closed; its pushes under the new one tell that the key is old.
      simulator.setRobot(ONE.duid, { battery: 20 + 60 * Math.random() });
      clock.pass(5_000);
      return connector.readStatus().then(
        ({ readings }) =>
          readings.some(({ attribute, quality }) => attribute === "batteryPct" && quality === "simulated"),
        () => false,
      );
    });
    assert.equal(restCalls(simulator) - before, 1);
    const unreadable = (simulator.violations as RecordedRequest[]).splice(0);
    assert.ok(
      unreadable.every(({ violation }) => violation === "UNREADABLE"),
      "what the old key closed, and nothing else",
    );
  });

  it("ends what it opened when somebody logs out", async () => {
    const { simulator, folder, store } = await ready();
    const connector = await connect(simulator, folder);
    await connector.readStatus();
    store.forget();
    await assert.rejects(connector.readStatus(), failsWith("AUTH"));
    const before = simulator.requests.length;
    await assert.rejects(connector.readStatus(), failsWith("AUTH"));
    assert.equal(simulator.requests.length, before);
    assert.equal(connector.health().state, "down");
  });

  it("speaks TLS to account and broker under an authority of its own, and to neither without it", async () => {
    const { simulator, folder } = await ready({ isTls: true });
    assert.ok(
      simulator.brokerUrl.startsWith("ssl://") && simulator.cloud.bases.every((base) => base.startsWith("https://")),
    );
    const connector = await connect(simulator, folder);
    assert.equal(valueOf((await connector.readStatus()).readings, "batteryPct"), 87);
    const before = simulator.requests.length;
    const clock = aClock(simulator);
    clock.pass(2 * HOUR);
    const trusting = createAccountConnector(
      { email: EMAIL, bases: [...simulator.cloud.bases], trustedHosts: TRUSTED, protocolVersion: 4 },
      { folder, runtime: clock.runtime, timeoutMs: 400 },
    );
    stops.push(() => trusting.stop());
    await trusting.start();
    await assert.rejects(trusting.readStatus(), failsWith("UNREACHABLE"));
    assert.equal(simulator.requests.length, before);
  });

  it("reports a stored account that others may read, and refuses every intent", async () => {
    const simulator = await simulate();
    const folder = aFolder();
    writeFileSync(join(folder, "account.json"), "{}", { mode: 0o644 });
    const connector = await connect(simulator, folder);
    await assert.rejects(connector.readStatus(), failsWith("NOT_CONFIGURED"));
    for (const intent of [null, "app_start", { method: "app_start" }])
      await assert.rejects(connector.execute(intent), failsWith("READ_ONLY"));
    assert.deepEqual(simulator.requests, []);
  });

  it("names the wrong fields of its options and no value of theirs", () => {
    const folder = aFolder();
    for (const change of [
      { email: "s3cr3t" },
      { bases: ["https://evil.example"] },
      { bases: ["http://usiot.roborock.com"] },
      { reads: ["get_status", "app_start"] },
      { methods: ["app_start"] },
      { trustedHosts: [] },
    ]) {
      const input = { email: EMAIL, ...change } as Parameters<typeof createAccountConnector>[0];
      assert.throws(
        () => createAccountConnector(input, { folder }),
        (error) => failsWith("NOT_CONFIGURED")(error) && !inspect(error).includes("s3cr3t"),
        JSON.stringify(change),
      );
    }
  });
});

describe("local-agent/roborock back-off over restarts", () => {
  it("leaves a broker that refused the account alone for hours, also when the process restarts in a loop", async () => {
    const simulator = await startVacuumSimulator({ devices: [ONE], speed: 0 });
    const folder = mkdtempSync(join(tmpdir(), "roborock-block-"));
    try {
      await simulator.faults.set({ kind: "refuse_connect" });
      const { brokerUrl, rriot, devices, protocolVersion } = simulator;
      const input = { brokerUrl, rriot, devices: [...devices], protocolVersion };
      let opened = 0;
      let aheadMs = 0;
      const runtime = { ...systemRuntime, nowMs: () => Date.now() + aheadMs };
      const start = async (change: object = {}): Promise<string> => {
        const connector = createRoborockConnector(
          { ...input, ...change },
          { folder, runtime, timeoutMs: 300, minGapMs: 0, cadence: { statusIdleMs: 0 } },
        );
        await connector.start();
        const code = await connector.readStatus().then(
          () => "read",
          (error: unknown) => (error instanceof ConnectorError ? error.code : "defect"),
        );
        opened += 1;
        await connector.stop();
        return code;
      };
      assert.equal(await start(), "AUTH");
      await until(() => openAccountStore(folder).readLimits(runtime.nowMs()).broker !== null);
      await simulator.faults.clear();
      for (let restart = 0; restart < 5; restart += 1) {
        assert.equal(await start(), "RATE_LIMIT");
        aheadMs += 30 * 60_000;
      }
      assert.deepEqual([opened, simulator.requests.length], [6, 0], "the broker would have let it in");
      aheadMs += 8 * HOUR;
      assert.equal(await start(), "read");
      await until(() => openAccountStore(folder).readLimits(runtime.nowMs()).broker === null);
    } finally {
      await simulator.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

function failsWith(code: string): (error: unknown) => boolean {
  return (error) => error instanceof ConnectorError && error.code === code;
}

async function until(isDone: () => boolean | Promise<boolean>): Promise<void> {
  for (const endMs = Date.now() + 8_000; Date.now() < endMs;) {
    if (await isDone()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.fail("did not happen within 8 s");
}
