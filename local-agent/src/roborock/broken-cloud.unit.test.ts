import assert from "node:assert/strict";
import { startVacuumSimulator } from "../../../scripts/dev/vacuum-simulator/index.js";
import type { VacuumSimulator } from "../../../scripts/dev/vacuum-simulator/index.js";
import { ConnectorError } from "../connector.js";
import type { Connector, Reading } from "../connector.js";
import { createRoborockConnector } from "./index.js";
import { systemRuntime } from "./runtime.js";

const ONE = {
  duid: "duidOfVacuumNumberOne",
  name: "One",
  localKey: "firstLocalKey001",
  pv: "1.0",
  model: "roborock.vacuum.a27",
};
/** What waits for long waits a hundredth of it. */
const HURRIED = {
  ...systemRuntime,
  after: (delayMs: number, run: () => void) => systemRuntime.after(delayMs >= 5_000 ? delayMs / 100 : delayMs, run),
};

describe("local-agent/roborock behind a broken cloud", () => {
  const stops: (() => Promise<void>)[] = [];
  const simulators: VacuumSimulator[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
    for (const { violations } of simulators.splice(0)) assert.deepEqual(violations, []);
  });

  async function open(protocolVersion?: 4 | 5): Promise<{ simulator: VacuumSimulator; connector: Connector }> {
    const simulator = await startVacuumSimulator({ devices: [ONE], speed: 0 });
    simulators.push(simulator);
    stops.push(() => simulator.stop());
    const { brokerUrl, rriot, devices } = simulator;
    const connector = createRoborockConnector(
      { brokerUrl, rriot, devices: [...devices], protocolVersion: protocolVersion ?? 4, reads: ["get_status"] },
      {
        ...{ timeoutMs: 250, minGapMs: 0, busyRetryMs: 5, runtime: HURRIED },
        cadence: { statusIdleMs: 0, statusActiveMs: 0 },
      },
    );
    stops.push(() => connector.stop());
    return { simulator, connector };
  }

  async function online(): Promise<{ simulator: VacuumSimulator; connector: Connector; pushed: Reading[] }> {
    const opened = await open();
    await opened.connector.start();
    await opened.connector.readStatus();
    const pushed: Reading[] = [];
    opened.connector.onReading?.((reading) => pushed.push(reading));
    return { ...opened, pushed };
  }

  const battery = ({ readings }: { readings: readonly Reading[] }): unknown =>
    readings.find(({ attribute }) => attribute === "batteryPct")?.value;
  const readsAgain = (connector: Connector): Promise<void> =>
    until(() =>
      connector.readStatus().then(
        (snapshot) => battery(snapshot) !== undefined,
        () => false,
      ),
    );

  it("takes pushes that come twice or in another order as they come, by the time of their arrival", async () => {
    const { simulator, connector, pushed } = await online();
    simulator.faults.setPushes("duplicate");
    simulator.setRobot(ONE.duid, { battery: 60 });
    await until(() => pushed.length === 2);
    simulator.faults.setPushes("reorder");
    simulator.setRobot(ONE.duid, { battery: 50 });
    simulator.setRobot(ONE.duid, { battery: 40 });
    await until(() => pushed.length === 4);
    assert.deepEqual(
      pushed.map(({ value }) => value),
      [60, 60, 40, 50],
    );
    const times = pushed.map(({ observedAt }) => observedAt);
    assert.deepEqual(times, times.toSorted());
    assert.equal(battery(await connector.readStatus()), 40, "the next poll tells the truth");
  });

  it("reads a robot whose clock is years off, and dates its readings by our own", async () => {
    const { simulator, connector } = await online();
    for (const skewSec of [-400_000_000, 900, 300_000_000]) {
      simulator.faults.setClockSkew(skewSec);
      const { readings } = await connector.readStatus();
      assert.equal(battery({ readings }), 87);
      for (const { observedAt } of readings) assert.ok(Math.abs(Date.parse(observedAt) - Date.now()) < 5_000);
    }
  });

  it("comes back after the broker was away, and subscribes before it asks", async () => {
    const { simulator, connector } = await online();
    await simulator.faults.restart(150);
    await readsAgain(connector);
    assert.equal(connector.health().state, "healthy");
  });

  it("takes a connection that is half-open for dead after three time-outs, and opens a new one", async () => {
    const { simulator, connector } = await online();
    simulator.faults.freeze(true);
    for (let poll = 0; poll < 3; poll += 1) await assert.rejects(connector.readStatus(), failsWith("TIMEOUT"));
    await readsAgain(connector);
    simulator.faults.freeze(false);
  });

  it("answers once to an answer that comes twice, and reads one of 60 kB", async () => {
    const { simulator, connector } = await online();
    await simulator.faults.set({ kind: "duplicate", times: 1 });
    assert.equal(battery(await connector.readStatus()), 87);
    await simulator.faults.set({ kind: "oversized", times: 1 });
    const { readings } = await connector.readStatus();
    assert.equal(readings.find(({ attribute }) => attribute === "state")?.value, "charging");
    await simulator.faults.set({ kind: "truncated", times: 1 });
    await assert.rejects(connector.readStatus(), failsWith("BAD_RESPONSE"));
    assert.equal(battery(await connector.readStatus()), 87);
  });

  const refusals: readonly [level: 4 | 5, reasonCode: number, code: string][] = [
    [4, 2, "RATE_LIMIT"],
    [4, 3, "UNREACHABLE"],
    [4, 4, "AUTH"],
    [4, 5, "AUTH"],
    [5, 133, "RATE_LIMIT"],
    [5, 134, "AUTH"],
    [5, 135, "AUTH"],
    [5, 136, "UNREACHABLE"],
    [5, 138, "RATE_LIMIT"],
    [5, 151, "RATE_LIMIT"],
    [5, 159, "RATE_LIMIT"],
  ];
  for (const [level, reasonCode, code] of refusals) {
    it(`gives ${code} for a CONNACK of level ${level} with ${reasonCode}`, async () => {
      const { simulator, connector } = await open(level);
      await simulator.faults.set({ kind: "refuse_connect", reasonCode });
      await connector.start();
      await assert.rejects(connector.readStatus(), failsWith(code));
      assert.deepEqual(simulator.requests, []);
    });
  }
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
