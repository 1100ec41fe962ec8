import assert from "node:assert/strict";
import { inspect } from "node:util";
import { startVacuumSimulator } from "../../../scripts/dev/vacuum-simulator/index.js";
import type {
  VacuumFaultKind,
  VacuumSimulator,
  VacuumSimulatorOptions,
} from "../../../scripts/dev/vacuum-simulator/index.js";
import { CONNECTOR_ERRORS, ConnectorError } from "../connector.js";
import type { Connector, ConnectorErrorCode, Reading } from "../connector.js";
import { createRoborockConnector, toDeviceId } from "./index.js";
import type { RoborockOptionsInput, RoborockTuning } from "./index.js";
import { deriveMqttCredentials } from "./credentials.js";
import { systemRuntime } from "./runtime.js";

/** Every poll asks for the status, and the first one for everything. */
const EVERY_POLL = { statusIdleMs: 0, statusActiveMs: 0, maxSlowReads: 6 } as const;
const QUICK = { timeoutMs: 250, minGapMs: 0, busyRetryMs: 5, cadence: EVERY_POLL } as const;
/** Reconnects in a hundredth of the real time; everything short stays as it is. */
const HURRIED = {
  ...systemRuntime,
  after: (delayMs: number, run: () => void) => systemRuntime.after(delayMs >= 5_000 ? delayMs / 100 : delayMs, run),
};
const ONE = {
  duid: "duidOfVacuumNumberOne",
  name: "One",
  localKey: "firstLocalKey001",
  pv: "1.0",
  model: "roborock.vacuum.a27",
};
const TWO = { ...ONE, duid: "duidOfVacuumNumberTwo", name: "Two", localKey: "secondLocalKey02" };

describe("local-agent/roborock/roborock-connector with a simulated vacuum", () => {
  const stops: (() => Promise<void>)[] = [];
  const simulators: VacuumSimulator[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
    assert.deepEqual(
      simulators.splice(0).flatMap(({ violations }) => violations),
      [],
      "something outside the two reads was sent",
    );
  });

  async function simulate(options: VacuumSimulatorOptions = {}): Promise<VacuumSimulator> {
    const simulator = await startVacuumSimulator({ devices: [ONE], speed: 0, ...options });
    stops.push(() => simulator.stop());
    simulators.push(simulator);
    return simulator;
  }

  async function connect(input: RoborockOptionsInput, tuning: RoborockTuning = {}): Promise<Connector> {
    const connector = createRoborockConnector(input, { ...QUICK, ...tuning });
    stops.push(() => connector.stop());
    await connector.start();
    return connector;
  }

  const configOf = (simulator: VacuumSimulator): RoborockOptionsInput => {
    const { brokerUrl, rriot, devices, protocolVersion } = simulator;
    return { brokerUrl, rriot, devices: [...devices], protocolVersion };
  };
  const valueOf = (readings: readonly Reading[], attribute: string): unknown =>
    readings.find((r) => r.attribute === attribute)?.value;

  it("reads status and consumables with unit, time, source and quality", async () => {
    const simulator = await simulate();
    const connector = await connect(configOf(simulator));
    const { devices, readings } = await connector.readStatus();
    const deviceId = toDeviceId(ONE.duid);
    assert.deepEqual(devices, [{ deviceId, name: "One", kind: "vacuum", room: null }]);
    const { observedAt, ...battery } = readings.find(({ attribute }) => attribute === "batteryPct")!;
    assert.deepEqual(battery, {
      deviceId,
      attribute: "batteryPct",
      value: 87,
      unit: "%",
      source: "poll",
      quality: "live",
    });
    assert.ok(Math.abs(Date.parse(observedAt) - Date.now()) < 5_000);
    assert.equal(valueOf(readings, "state"), "charging");
    assert.equal(valueOf(readings, "filterUsedPct"), 97);
    assert.equal(connector.health().state, "healthy");
  });

  it("asks every read once, and only the status again with every poll", async () => {
    const simulator = await simulate();
    const connector = await connect(configOf(simulator));
    for (let poll = 0; poll < 3; poll += 1) await connector.readStatus();
    assert.deepEqual(
      simulator.requests.map(({ method }) => method),
      [
        "get_status",
        "get_network_info",
        "get_consumable",
        "get_clean_summary",
        "get_clean_record",
        "get_dnd_timer",
        "get_room_mapping",
        "get_multi_maps_list",
        "get_status",
        "get_status",
      ],
    );
  });

  it("reads totals, the newest run, quiet hours, signal, rooms and maps, and nothing personal", async () => {
    const simulator = await simulate();
    const connector = await connect(configOf(simulator));
    const { readings } = await connector.readStatus();
    const told = Object.fromEntries(readings.map(({ attribute, value }) => [attribute, value]));
    assert.deepEqual(
      [told["totalCleanTimeSec"], told["totalCleanAreaM2"], told["totalCleanCount"], told["lastRunTimeSec"]],
      [1_442_559, 24_258.1, 296, 1_860],
    );
    assert.deepEqual([told["lastRunOutcome"], told["lastRunStartedBy"]], ["finished", "schedule"]);
    assert.deepEqual([told["quietFrom"], told["quietUntil"], told["wifiSignalDbm"]], ["22:00", "08:30", -48]);
    assert.deepEqual([told["roomCount"], told["mapCount"], told["maps"]], [2, 2, "Studio"]);
    assert.ok(!/simulated-network|02:00:00|192\.0\.2/.test(JSON.stringify(readings)));
  });

  it("asks for the status every four minutes at rest, every minute on a run, and for the history when a run ends", async () => {
    const simulator = await simulate();
    let nowMs = Date.now();
    const runtime = { ...systemRuntime, nowMs: () => nowMs };
    const connector = await connect(configOf(simulator), { runtime, cadence: { maxSlowReads: 6 } });
    const askedAfter = async (ms: number): Promise<(string | null)[]> => {
      const before = simulator.requests.length;
      nowMs += ms;
      await connector.readStatus();
      return simulator.requests.slice(before).map(({ method }) => method);
    };
    assert.equal((await askedAfter(0)).length, 8);
    assert.deepEqual(await askedAfter(200_000), []);
    assert.deepEqual(await askedAfter(41_000), ["get_status"]);
    simulator.setRobot(ONE.duid, { stateCode: 5, sinceSec: 0 });
    await until(async () => (await askedAfter(61_000)).includes("get_status"));
    assert.deepEqual(await askedAfter(30_000), []);
    assert.deepEqual(await askedAfter(31_000), ["get_status"]);
    simulator.setRobot(ONE.duid, { stateCode: 8, sinceSec: 0 });
    await until(async () => (await askedAfter(1_000)).includes("get_clean_summary"));
  });

  it("makes only the reads that the configuration leaves on", async () => {
    const simulator = await simulate();
    const connector = await connect({ ...configOf(simulator), reads: ["get_status", "get_clean_summary"] });
    await connector.readStatus();
    assert.deepEqual(
      simulator.requests.map(({ method }) => method),
      ["get_status", "get_clean_summary"],
    );
  });

  it("refuses at start a configuration that names a method which acts", async () => {
    const simulator = await simulate();
    for (const method of ["app_start", "get_photo", "Get_Status", "set_custom_mode"]) {
      const input = { ...configOf(simulator), reads: ["get_status", method] } as RoborockOptionsInput;
      assert.throws(
        () => createRoborockConnector(input),
        (error) => failsWith("NOT_CONFIGURED")(error) && String(error).includes("only reads"),
      );
    }
    for (const key of ["methods", "actions", "execute"]) {
      const input = { ...configOf(simulator), [key]: ["app_start"] };
      assert.throws(() => createRoborockConnector(input), failsWith("NOT_CONFIGURED"));
    }
    assert.deepEqual(simulator.requests, []);
  });

  it("is degraded, and not down, while a slower read fails and the status comes", async () => {
    const simulator = await simulate();
    const connector = await connect({ ...configOf(simulator), reads: ["get_status", "get_consumable"] });
    await connector.readStatus();
    assert.equal(connector.health().state, "healthy");
    const other = await connect({ ...configOf(simulator), reads: ["get_status", "get_consumable"] });
    await simulator.faults.set({ kind: "not_json", method: "get_consumable" });
    assert.ok((await other.readStatus()).readings.length > 0);
    assert.deepEqual([other.health().state, other.health().lastError], ["degraded", "BAD_RESPONSE"]);
    const old = await connect({ ...configOf(simulator), reads: ["get_status", "get_consumable"] });
    await simulator.faults.set({ kind: "unknown_method", method: "get_consumable" });
    await old.readStatus();
    assert.equal(old.health().state, "healthy", "old firmware is no fault");
  });

  it("hands on what the vacuum pushes while it drains, comes home and charges", async () => {
    const simulator = await simulate();
    const connector = await connect({ ...configOf(simulator), isSimulated: true });
    await connector.readStatus();
    const pushed: Reading[] = [];
    const unsubscribe = connector.onReading?.((reading) => pushed.push(reading));
    simulator.setRobot(ONE.duid, { stateCode: 5, sinceSec: 0 });
    simulator.advance(1_800);
    simulator.advance(1_800);
    simulator.advance(180);
    await until(() => pushed.some(({ attribute, value }) => attribute === "isCharging" && value === true));
    const states = pushed.filter(({ attribute }) => attribute === "state").map(({ value }) => value);
    assert.deepEqual(states, ["cleaning", "returning", "charging"]);
    assert.ok(pushed.some(({ attribute, value }) => attribute === "batteryPct" && value === 67));
    assert.ok(pushed.every(({ source, quality }) => source === "push" && quality === "simulated"));
    unsubscribe?.();
    simulator.setRobot(ONE.duid, { battery: 3 });
    await connector.readStatus();
    assert.ok(!pushed.some(({ value }) => value === 3));
  });

  it("answers any write intent with READ_ONLY and sends nothing, started or not", async () => {
    const simulator = await simulate();
    const connector = await connect(configOf(simulator));
    const idle = createRoborockConnector(configOf(simulator));
    for (const intent of ["app_start", { method: "app_start" }, null, undefined, "get_status"]) {
      for (const target of [connector, idle, createRoborockConnector(null)]) {
        await assert.rejects(target.execute(intent), failsWith("READ_ONLY"));
      }
    }
    assert.deepEqual(simulator.requests, []);
  });

  it("declares reads of low risk and nothing else", () => {
    const { capabilities } = createRoborockConnector(null);
    assert.deepEqual(capabilities, [
      { id: "roborock.status.read", mode: "read", riskTier: "low" },
      { id: "roborock.consumables.read", mode: "read", riskTier: "low" },
      { id: "roborock.history.read", mode: "read", riskTier: "low" },
      { id: "roborock.setup.read", mode: "read", riskTier: "low" },
    ]);
  });

  const codes: readonly [VacuumFaultKind, ConnectorErrorCode][] = [
    ["silent", "TIMEOUT"],
    ["slow", "TIMEOUT"],
    ["foreign", "TIMEOUT"],
    ["garbage", "BAD_RESPONSE"],
    ["bad_crc", "BAD_RESPONSE"],
    ["wrong_key", "BAD_RESPONSE"],
    ["not_json", "BAD_RESPONSE"],
    ["unsupported", "UNSUPPORTED"],
    ["unknown_method", "UNSUPPORTED"],
    ["error", "REFUSED"],
    ["ok", "REFUSED"],
    ["busy", "REFUSED"],
  ];
  for (const [kind, code] of codes) {
    it(`gives ${code} for an answer that is ${kind}`, async () => {
      const simulator = await simulate();
      const connector = await connect(configOf(simulator));
      await simulator.faults.set({ kind, delayMs: 400 });
      await assert.rejects(connector.readStatus(), failsWith(code));
      const health = connector.health();
      assert.deepEqual([health.state, health.lastError, health.consecutiveFailures], ["down", code, 1]);
    });
  }

  it("ignores an answer that comes after its time-out, and reads again", async () => {
    const simulator = await simulate();
    const connector = await connect(configOf(simulator));
    await simulator.faults.set({ kind: "slow", delayMs: 350, times: 1 });
    await assert.rejects(connector.readStatus(), failsWith("TIMEOUT"));
    await new Promise((resolve) => setTimeout(resolve, 150));
    assert.equal(valueOf((await connector.readStatus()).readings, "batteryPct"), 87);
    assert.equal(connector.health().state, "healthy");
  });

  it("reads one vacuum while the other is silent, and shows the other's values as stale with their own time", async () => {
    const simulator = await simulate({ devices: [ONE, TWO] });
    const connector = await connect(configOf(simulator));
    const before = (await connector.readStatus()).readings.filter(({ deviceId }) => deviceId === toDeviceId(TWO.duid));
    await simulator.faults.set({ kind: "silent", duid: TWO.duid });
    const { readings } = await connector.readStatus();
    assert.ok(readings.some(({ deviceId, quality }) => deviceId === toDeviceId(ONE.duid) && quality === "live"));
    const stale = readings.filter(({ deviceId }) => deviceId === toDeviceId(TWO.duid));
    assert.deepEqual(
      stale,
      before.map((reading) => ({ ...reading, quality: "stale" })),
    );
    assert.equal(connector.health().state, "degraded");
  });

  it("says unknown for a vacuum that never answered", async () => {
    const simulator = await simulate({ devices: [ONE, TWO] });
    const connector = await connect(configOf(simulator));
    await simulator.faults.set({ kind: "silent", duid: TWO.duid });
    const { readings } = await connector.readStatus();
    const [unknown, ...rest] = readings.filter(({ deviceId }) => deviceId === toDeviceId(TWO.duid));
    assert.deepEqual([unknown?.attribute, unknown?.value, unknown?.quality, rest], ["state", null, "unknown", []]);
  });

  it("leaves a vacuum alone after 5 failures in a minute", async () => {
    const simulator = await simulate();
    const connector = await connect(configOf(simulator));
    await simulator.faults.set("error");
    for (let poll = 0; poll < 5; poll += 1) await assert.rejects(connector.readStatus(), failsWith("REFUSED"));
    assert.equal(connector.health().breaker, "open");
    await assert.rejects(connector.readStatus(), failsWith("REFUSED"));
    assert.equal(simulator.requests.length, 5);
  });

  it("names the version of a B01 vacuum and reads the others", async () => {
    const simulator = await simulate();
    const q7 = { ...TWO, name: "Q7", pv: "B01", model: "roborock.vacuum.sc05" };
    const connector = await connect({ ...configOf(simulator), devices: [ONE, q7] });
    const { devices, readings } = await connector.readStatus();
    assert.deepEqual(
      devices.map(({ name }) => name),
      ["One", "Q7"],
    );
    assert.equal(valueOf(readings, "unsupportedProtocol"), "B01");
    const alone = await connect({ ...configOf(simulator), devices: [q7] });
    await assert.rejects(
      alone.readStatus(),
      (error) => failsWith("UNSUPPORTED")(error) && String(error).includes("B01"),
    );
    assert.deepEqual([alone.health().state, alone.health().lastError], ["down", "UNSUPPORTED"]);
  });

  it("gives AUTH for a wrong secret and does not try again within the hour", async () => {
    const simulator = await simulate();
    const delays: number[] = [];
    const runtime = {
      ...systemRuntime,
      after(delayMs: number, run: () => void) {
        delays.push(delayMs);
        return systemRuntime.after(delayMs, run);
      },
    };
    const config = configOf(simulator);
    const connector = await connect({ ...config, rriot: { ...config.rriot, s: "wrong" } }, { runtime });
    await assert.rejects(connector.readStatus(), failsWith("AUTH"));
    assert.ok(Math.max(...delays) > 4 * 3_600_000);
    assert.deepEqual([connector.health().state, connector.health().lastError], ["down", "AUTH"]);
    assert.deepEqual(simulator.requests, []);
  });

  it("gives UNREACHABLE when nothing listens", async () => {
    const simulator = await simulate();
    const config = configOf(simulator);
    await simulator.stop();
    stops.length = 0;
    const connector = await connect(config);
    await assert.rejects(connector.readStatus(), failsWith("UNREACHABLE"));
    assert.equal(connector.health().state, "down");
  });

  it("comes back by itself after the broker cut it off, and subscribes again", async () => {
    const simulator = await simulate();
    const connector = await connect(configOf(simulator), { runtime: HURRIED });
    await connector.readStatus();
    await simulator.faults.disconnect();
    const failed = await connector.readStatus().then(
      () => null,
      (error: unknown) => error,
    );
    if (failed !== null) assert.ok(failsWith("UNREACHABLE")(failed));
    await until(
      () =>
        connector.readStatus().then(
          () => true,
          () => false,
        ),
      20,
    );
    assert.equal(connector.health().state, "healthy");
  });

  it("reports not_configured without options or vacuums, and degraded before the first call", async () => {
    const simulator = await simulate();
    for (const connector of [
      createRoborockConnector(null),
      createRoborockConnector({ ...configOf(simulator), devices: [] }),
    ]) {
      await connector.start();
      assert.equal(connector.health().state, "not_configured");
      await assert.rejects(connector.readStatus(), failsWith("NOT_CONFIGURED"));
      await connector.stop();
    }
    assert.equal((await connect(configOf(simulator))).health().state, "degraded");
  });

  it("joins two polls that overlap into one", async () => {
    const simulator = await simulate();
    const connector = await connect(configOf(simulator));
    assert.strictEqual(connector.readStatus(), connector.readStatus());
    await connector.readStatus();
    assert.equal(simulator.requests.length, 8);
  });

  it("names the wrong fields of a configuration and none of its values", () => {
    const secret = "s3cr3t-local-key";
    for (const brokerUrl of ["tcp://mqtt-us.roborock.com:1883", `mqtt://user:${secret}@127.0.0.1:1`, "nonsense"]) {
      assert.throws(
        () =>
          createRoborockConnector({
            brokerUrl,
            rriot: { u: `a/${secret}`, s: secret, k: secret },
            devices: [{ ...ONE, localKey: secret, duid: "#" }],
          }),
        (error) =>
          failsWith("NOT_CONFIGURED")(error) && String(error).includes("brokerUrl") && !inspect(error).includes(secret),
      );
    }
  });

  it("lets no key, credential, duid or topic into an error, a reading or the health", async () => {
    const simulator = await simulate();
    const config = configOf(simulator);
    const { username, password } = deriveMqttCredentials(config.rriot);
    const secrets = [
      config.rriot.u,
      config.rriot.s,
      config.rriot.k,
      username,
      password,
      ONE.localKey,
      ONE.duid,
      "rr/m/",
    ];
    const connector = await connect(config);
    const told: unknown[] = [await connector.readStatus()];
    for (const [kind] of codes) {
      await simulator.faults.set({ kind, delayMs: 400 });
      const fresh = await connect(config, { timeoutMs: 60 });
      told.push(await fresh.readStatus().catch((error: unknown) => error), fresh.health());
    }
    const wrong = await connect({ ...config, rriot: { ...config.rriot, s: "wrong" } });
    told.push(
      await wrong.readStatus().catch((error: unknown) => error),
      await wrong.execute(config).catch((error: unknown) => error),
    );
    const errors = told.filter((entry) => entry instanceof Error);
    assert.equal(errors.length, codes.length + 2);
    assert.ok(errors.every((error) => error instanceof ConnectorError && CONNECTOR_ERRORS.includes(error.code)));
    const text = inspect(told, { depth: 10 }) + JSON.stringify(told);
    for (const secret of secrets) assert.ok(!text.includes(secret), "a secret shows");
  });
});

function failsWith(code: ConnectorErrorCode): (error: unknown) => boolean {
  return (error) => error instanceof ConnectorError && error.code === code;
}

async function until(isDone: () => boolean | Promise<boolean>, pauseMs = 5): Promise<void> {
  for (const endMs = Date.now() + 5_000; Date.now() < endMs;) {
    if (await isDone()) return;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  assert.fail("did not happen within 5 s");
}
