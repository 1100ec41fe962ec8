import assert from "node:assert/strict";
import { findMosquitto, startVacuumSimulator } from "../../scripts/dev/vacuum-simulator/index.js";
import type { VacuumSimulator } from "../../scripts/dev/vacuum-simulator/index.js";
import { ConnectorError } from "../src/connector.js";
import type { Connector } from "../src/connector.js";
import { createRoborockConnector } from "../src/roborock/index.js";
import type { RoborockOptionsInput, RoborockTuning } from "../src/roborock/index.js";
import { systemRuntime } from "../src/roborock/runtime.js";

const START_TIMEOUT_MS = 30_000;
const EVERY_POLL = { statusIdleMs: 0, statusActiveMs: 0 } as const;
/** Reconnects in a hundredth of the real time; everything short stays as it is. */
const HURRIED = {
  ...systemRuntime,
  after: (delayMs: number, run: () => void) => systemRuntime.after(delayMs >= 5_000 ? delayMs / 100 : delayMs, run),
};

describe("local-agent/roborock over MQTT 5 and TLS", function () {
  this.timeout(START_TIMEOUT_MS);
  if (findMosquitto() === null) {
    it("is not tested: mosquitto is not installed");
    return;
  }
  let simulator: VacuumSimulator;
  const connectors: Connector[] = [];

  before(async () => {
    simulator = await startVacuumSimulator({ broker: "mosquitto", speed: 0 });
  });
  afterEach(async () => {
    for (const connector of connectors.splice(0)) await connector.stop();
  });
  after(async () => {
    await simulator.stop();
    assert.deepEqual(simulator.violations, []);
  });

  async function connect(change: Partial<RoborockOptionsInput> = {}, tuning: RoborockTuning = {}): Promise<Connector> {
    const { brokerUrl, rriot, devices, ca } = simulator;
    const input = { brokerUrl, rriot, devices: [...devices], ...(ca === undefined ? {} : { ca }), ...change };
    const connector = createRoborockConnector(input, { timeoutMs: 3_000, minGapMs: 0, cadence: EVERY_POLL, ...tuning });
    connectors.push(connector);
    await connector.start();
    return connector;
  }

  it("reads and hears pushes with the broker's own authority, at level 5 by default", async () => {
    assert.ok(simulator.brokerUrl.startsWith("ssl://"));
    const connector = await connect();
    const { readings } = await connector.readStatus();
    assert.equal(readings.find(({ attribute }) => attribute === "state")?.value, "charging");
    const pushed = new Promise((resolve) =>
      connector.onReading?.(({ attribute, value }) => resolve([attribute, value])),
    );
    simulator.setRobot(simulator.devices[0]!.duid, { stateCode: 5, sinceSec: 0 });
    assert.deepEqual(await pushed, ["state", "cleaning"]);
    assert.equal(connector.health().state, "healthy");
  });

  it("does not talk to a broker whose certificate it cannot verify", async () => {
    const { brokerUrl, rriot, devices } = simulator;
    const sentBefore = simulator.requests.length;
    const connector = createRoborockConnector({ brokerUrl, rriot, devices: [...devices] }, { timeoutMs: 3_000 });
    connectors.push(connector);
    await connector.start();
    await assert.rejects(connector.readStatus(), fails("UNREACHABLE"));
    assert.equal(simulator.requests.length, sentBefore);
  });

  it("gives AUTH for a wrong secret", async () => {
    const connector = await connect({ rriot: { ...simulator.rriot, s: "wrong" } });
    await assert.rejects(connector.readStatus(), fails("AUTH"));
    assert.equal(connector.health().state, "down");
  });

  it("speaks MQTT 3.1.1 to the same broker when told to", async () => {
    const connector = await connect({ protocolVersion: 4 });
    assert.ok((await connector.readStatus()).readings.length > 0);
  });

  it("comes back by itself after the broker restarted", async () => {
    const connector = await connect({}, { runtime: HURRIED, timeoutMs: 2_000 });
    await connector.readStatus();
    await simulator.faults.disconnect();
    for (let attempt = 0; ; attempt += 1) {
      const isRead = await connector.readStatus().then(
        () => true,
        () => false,
      );
      if (isRead) break;
      assert.ok(attempt < 50, "did not come back");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.equal(connector.health().state, "healthy");
  });

  it("gives up a broker that hangs with its connections open, and comes back once it goes on", async () => {
    const connector = await connect({ reads: ["get_status"] }, { runtime: HURRIED, timeoutMs: 400 });
    await connector.readStatus();
    simulator.faults.freeze(true);
    try {
      for (let poll = 0; poll < 4; poll += 1) {
        const isRead = await connector.readStatus().then(
          ({ readings }) => readings.length > 0,
          () => false,
        );
        assert.equal(isRead, false);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    } finally {
      simulator.faults.freeze(false);
    }
    for (let attempt = 0; ; attempt += 1) {
      const isRead = await connector.readStatus().then(
        ({ readings }) => readings.length > 0,
        () => false,
      );
      if (isRead) break;
      assert.ok(attempt < 100, "did not come back");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });

  it("gives AUTH when the broker turns the account away, and reads again for a new connection once it is let in", async () => {
    await simulator.faults.set("refuse_connect");
    const refused = await connect();
    await assert.rejects(refused.readStatus(), fails("AUTH"));
    await simulator.faults.clear();
    const admitted = await connect();
    assert.ok((await admitted.readStatus()).readings.length > 0);
  });
});

function fails(code: string): (error: unknown) => boolean {
  return (error) => error instanceof ConnectorError && error.code === code;
}
