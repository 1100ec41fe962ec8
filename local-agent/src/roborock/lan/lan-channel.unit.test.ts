import assert from "node:assert/strict";
import { startVacuumSimulator } from "../../../../scripts/dev/vacuum-simulator/index.js";
import type { LanFault, VacuumSimulator } from "../../../../scripts/dev/vacuum-simulator/index.js";
import { ConnectorError } from "../../connector.js";
import type { Reading } from "../../connector.js";
import { systemRuntime } from "../runtime.js";
import { isLocalAddress } from "./lan-address.js";
import { createLanChannel, lanReconnectMs } from "./lan-channel.js";
import type { LanChannel } from "./lan-channel.js";
import { createRoborockConnector } from "../index.js";

const ONE = {
  duid: "duidOfVacuumNumberOne",
  name: "One",
  localKey: "firstLocalKey001",
  pv: "1.0",
  model: "roborock.vacuum.a27",
};
const STATUS = { method: "get_status", params: [] } as const;
/** Everything from a second on takes a hundredth of its time. */
const HURRIED = {
  ...systemRuntime,
  after: (delayMs: number, run: () => void) => systemRuntime.after(delayMs >= 1_000 ? delayMs / 100 : delayMs, run),
};

describe("local-agent/roborock/lan", () => {
  const stops: (() => Promise<void> | void)[] = [];
  const simulators: VacuumSimulator[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
    for (const { violations } of simulators.splice(0)) assert.deepEqual(violations, []);
  });

  async function simulate(lan: "1.0" | "L01"): Promise<VacuumSimulator> {
    const simulator = await startVacuumSimulator({ devices: [ONE], speed: 0, lan });
    stops.push(() => simulator.stop());
    simulators.push(simulator);
    return simulator;
  }

  function open(simulator: VacuumSimulator, timeoutMs = 300): { lan: LanChannel; pushed: string[] } {
    const pushed: string[] = [];
    const onPush = (_duid: string, points: ReadonlyMap<number, number>): void => {
      pushed.push(JSON.stringify([...points]));
    };
    const lan = createLanChannel({ port: simulator.lan.port, isLoopbackAllowed: true, timeoutMs, onPush }, HURRIED);
    stops.push(() => lan.stop());
    lan.setAddress(ONE, simulator.lan.addressOf(ONE.duid));
    return { lan, pushed };
  }

  for (const version of ["1.0", "L01"] as const) {
    it(`greets, asks and hears pushes in version ${version}`, async () => {
      const simulator = await simulate(version);
      const { lan, pushed } = open(simulator);
      await until(() => lan.isReady(ONE.duid));
      const { outcome } = await lan.ask(ONE, STATUS);
      assert.ok(outcome.kind === "result");
      assert.equal((outcome.value as { state: number }[])[0]?.state, 8);
      simulator.lan.push(ONE.duid, JSON.stringify({ dps: { "121": 5 }, t: 1_700_000_000 }), 1_700_000_000);
      await until(() => pushed.length > 0);
      assert.deepEqual(pushed, ["[[121,5]]"]);
      assert.deepEqual(
        simulator.requests.map(({ channel, method }) => `${channel} ${String(method)}`),
        ["lan get_status"],
      );
    });
  }

  it("answers READ_ONLY to a method off the list before a byte is written", async () => {
    const simulator = await simulate("1.0");
    const { lan } = open(simulator);
    await until(() => lan.isReady(ONE.duid));
    const acting = { method: "app_start", params: [] } as unknown as typeof STATUS;
    await assert.rejects(lan.ask(ONE, acting), failsWith("READ_ONLY"));
    assert.deepEqual(simulator.requests, []);
  });

  it("reads frames that come one byte at a time, twice, or behind another's answer", async () => {
    const simulator = await simulate("1.0");
    const { lan } = open(simulator);
    await until(() => lan.isReady(ONE.duid));
    simulator.lan.setFault("drip");
    assert.equal((await lan.ask(ONE, STATUS)).outcome.kind, "result");
    simulator.lan.setFault(null);
    await simulator.faults.set({ kind: "foreign", times: 1 });
    await assert.rejects(lan.ask(ONE, STATUS), failsWith("TIMEOUT"));
  });

  const faults: readonly [LanFault, string][] = [
    ["deaf", "TIMEOUT"],
    ["hang_up", "UNREACHABLE"],
    ["noise", "UNREACHABLE"],
  ];
  for (const [fault, code] of faults) {
    it(`gives ${code} when the vacuum is ${fault}, and comes back by itself`, async () => {
      const simulator = await simulate("1.0");
      const { lan } = open(simulator);
      await until(() => lan.isReady(ONE.duid));
      simulator.lan.setFault(fault);
      await assert.rejects(lan.ask(ONE, STATUS), failsWith(code));
      assert.equal(lan.isReady(ONE.duid), false);
      simulator.lan.setFault(null);
      await until(() => lan.isReady(ONE.duid));
      assert.equal((await lan.ask(ONE, STATUS)).outcome.kind, "result");
    });
  }

  for (const kind of ["bad_crc", "wrong_key", "not_json", "garbage"] as const) {
    it(`gives BAD_RESPONSE for an answer that is ${kind}`, async () => {
      const simulator = await simulate("1.0");
      const { lan } = open(simulator, 150);
      await until(() => lan.isReady(ONE.duid));
      await simulator.faults.set(kind);
      await assert.rejects(lan.ask(ONE, STATUS), failsWith("BAD_RESPONSE"));
    });
  }

  it("is never ready against a half-open vacuum, tries both versions, and holds one connection at a time", async () => {
    const simulator = await simulate("1.0");
    simulator.lan.setFault("half_open");
    const { lan } = open(simulator);
    await until(() => simulator.lan.opened >= 4);
    assert.equal(lan.isReady(ONE.duid), false);
    assert.ok(simulator.lan.connections <= 1);
    simulator.lan.setFault(null);
    await until(() => lan.isReady(ONE.duid));
  });

  it("takes a vacuum that stops answering pings for gone, although its socket is open", async () => {
    const simulator = await simulate("1.0");
    let aheadMs = 0;
    const runtime = { ...HURRIED, nowMs: () => Date.now() + aheadMs };
    const lan = createLanChannel(
      { port: simulator.lan.port, isLoopbackAllowed: true, onPush: () => undefined },
      runtime,
    );
    stops.push(() => lan.stop());
    lan.setAddress(ONE, simulator.lan.addressOf(ONE.duid));
    await until(() => lan.isReady(ONE.duid));
    simulator.lan.setFault("half_open");
    aheadMs = 36_000;
    await until(() => !lan.isReady(ONE.duid));
  });

  it("ignores an address that is not of the studio's network", async () => {
    const lan = createLanChannel({ port: 9, isLoopbackAllowed: false, onPush: () => undefined }, systemRuntime);
    for (const address of ["8.8.8.8", "127.0.0.1", "example.org", "172.32.0.1", "192.169.0.1", "", "10.0.0.1.1"]) {
      assert.equal(isLocalAddress(address, false), false, address);
      lan.setAddress(ONE, address);
    }
    for (const address of ["10.0.0.1", "172.16.0.9", "172.31.255.1", "192.168.178.20", "169.254.3.4"])
      assert.equal(isLocalAddress(address, false), true, address);
    assert.equal(isLocalAddress("127.0.0.1", true), true);
    assert.equal(lan.isReady(ONE.duid), false);
    await assert.rejects(lan.ask(ONE, STATUS), failsWith("UNREACHABLE"));
    lan.stop();
  });

  it("waits a minute, growing by half to ten, before it tries again", () => {
    assert.deepEqual(
      [0, 1, 2, 5, 6, 60].map((failures) => lanReconnectMs(failures, 0.5)),
      [60_000, 90_000, 135_000, 455_625, 600_000, 600_000],
    );
    assert.deepEqual([lanReconnectMs(0, 0), Math.round(lanReconnectMs(60, 0.999_999))], [48_000, 720_000]);
  });
});

describe("local-agent/roborock over both ways", () => {
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });

  async function connect(isEnabled: boolean): Promise<{
    simulator: VacuumSimulator;
    connector: ReturnType<typeof createRoborockConnector>;
    channels: () => string[];
  }> {
    const simulator = await startVacuumSimulator({ devices: [ONE], speed: 0, lan: "L01" });
    stops.push(() => simulator.stop());
    const { brokerUrl, rriot, devices, protocolVersion } = simulator;
    const connector = createRoborockConnector(
      {
        ...{ brokerUrl, rriot, devices: [...devices], protocolVersion, isSimulated: true },
        lan: { isEnabled, port: simulator.lan.port },
        reads: ["get_status", "get_network_info"],
      },
      { timeoutMs: 300, minGapMs: 0, runtime: HURRIED, cadence: { statusIdleMs: 0 } },
    );
    stops.push(() => connector.stop());
    await connector.start();
    return { simulator, connector, channels: () => simulator.requests.map(({ channel }) => channel) };
  }

  const battery = ({ readings }: { readings: readonly Reading[] }): unknown =>
    readings.find(({ attribute }) => attribute === "batteryPct")?.value;

  it("learns the address over the cloud, then reads over the studio's own network", async () => {
    const { connector, simulator, channels } = await connect(true);
    await connector.readStatus();
    assert.deepEqual(channels(), ["cloud", "cloud"]);
    await until(() => simulator.lan.connections === 1);
    await until(async () => {
      assert.equal(battery(await connector.readStatus()), 87);
      return channels().at(-1) === "lan";
    });
    await simulator.faults.set({ kind: "refuse_connect" });
    assert.equal(battery(await connector.readStatus()), 87, "reads on while the cloud turns the account away");
    assert.deepEqual(simulator.violations, []);
  });

  it("falls back to the cloud for each request that the network fails, and back again", async () => {
    const { connector, simulator, channels } = await connect(true);
    await until(async () => {
      await connector.readStatus();
      return channels().at(-1) === "lan";
    });
    simulator.lan.setFault("hang_up");
    assert.equal(battery(await connector.readStatus()), 87);
    assert.equal(channels().at(-1), "cloud");
    assert.equal(connector.health().state, "healthy");
    simulator.lan.setFault(null);
    await until(async () => {
      await connector.readStatus();
      return channels().at(-1) === "lan";
    });
  });

  it("stays on the cloud when the configuration says so", async () => {
    const { connector, simulator, channels } = await connect(false);
    for (let poll = 0; poll < 3; poll += 1) await connector.readStatus();
    assert.equal(simulator.lan.opened, 0);
    assert.ok(channels().every((channel) => channel === "cloud"));
  });
});

function failsWith(code: string): (error: unknown) => boolean {
  return (error) => error instanceof ConnectorError && error.code === code;
}

async function until(isDone: () => boolean | Promise<boolean>): Promise<void> {
  for (const endMs = Date.now() + 5_000; Date.now() < endMs;) {
    if (await isDone()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.fail("did not happen within 5 s");
}
